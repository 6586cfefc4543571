import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CheckedBucket, VerifyExportInput } from '../../src/activities/index.ts';
import {
  statusQuery,
  verificationProgressSignal,
  type ExportStatus,
  type VerificationFinding,
  type VerificationProgress,
} from '../../src/contract/index.ts';
import { assertDocument } from '../contract/documents.ts';
import { exportFailureOf } from './export-failure-of.ts';
import { PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};

const missing: VerificationFinding = {
  code: 'INCREMENT_MISSING',
  severity: 'failure',
  where: 'shop/orders/shard-0',
  what: 'there is 2 but not 1',
};

function checked(of: Partial<CheckedBucket> = {}): CheckedBucket {
  return {
    outcome: 'proven',
    level: 'manifest',
    mayOnlyBeLate: false,
    checkedAt: '2026-11-25T00:00:00.000Z',
    found: { objects: 15, dataFiles: 12, bytes: 31_300, collections: 2 },
    findings: [],
    findingsCount: 0,
    failuresCount: 0,
    replicaSets: [],
    manifest: { address: '/manifests/manifest.json', sha256: 'c'.repeat(64) },
    ...of,
  };
}

function failed(of: Partial<CheckedBucket> = {}): CheckedBucket {
  return checked({ outcome: 'failed', findings: [missing], findingsCount: 1, failuresCount: 1, ...of });
}

describe('the phase that looks into the bucket', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  /** Runs an export that succeeds. */
  function run(atlas: PretendAtlas, asked: object = {}) {
    return time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start({ ...request, ...asked });
      return { outcome: await handle.result(), status: await handle.query<ExportStatus>(statusQuery) };
    });
  }

  /** Runs one that fails. */
  function fail(atlas: PretendAtlas, asked: object = {}) {
    return time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start({ ...request, ...asked });
      const failure = await exportFailureOf(handle);
      assertDocument('export-failure-details', failure.details);
      const { startTime, closeTime } = await handle.describe();
      const tookMs = Number(closeTime) - Number(startTime);
      return { ...failure, tookMs, status: await handle.query<ExportStatus>(statusQuery) };
    });
  }

  test('says what the bucket shows, and where the manifest is', async () => {
    const atlas = new PretendAtlas();
    atlas.verify = () => checked();
    const { outcome, status } = await run(atlas);
    assertDocument('export-result', outcome);
    assertDocument('export-status', status);
    assert.equal(status.verification?.outcome, 'proven');
    assert.equal(status.verification.level, 'manifest');
    assert.equal(status.verification.looks, 1);
    assert.deepEqual(status.verification.manifest, checked().manifest);
    assert.equal(status.outcome, 'exported');
    assert.equal(atlas.count('verifyExport'), 1);
  });

  test('asks for nothing and says so where the request says "off"', async () => {
    const atlas = new PretendAtlas();
    const { status } = await run(atlas, { verify: 'off' });
    assert.equal(atlas.count('verifyExport'), 0);
    assert.equal(status.verification?.outcome, 'notChecked');
    assert.match(status.verification.reason ?? '', /the request says/);
  });

  test('is left out, and that is said, where nobody asked and no worker may look', async () => {
    const atlas = new PretendAtlas();
    const { outcome, status } = await run(atlas);
    assertDocument('export-result', outcome);
    assert.equal(status.outcome, 'exported');
    assert.deepEqual(
      [status.verification?.level, status.verification?.outcome, status.verification?.reason],
      ['off', 'notChecked', 'nobody may look'],
    );
  });

  test('hands on the level that was asked for, and the identity only of a job that is its own', async () => {
    const atlas = new PretendAtlas();
    const inputs: VerifyExportInput[] = [];
    atlas.verify = (input) => {
      inputs.push(input);
      return checked({ level: 'full' });
    };
    await run(atlas, { verify: 'full' });
    atlas.foreignJob({ plan: { runningMs: 1_000 }, createdAtMs: await now(), snapshotId: 'e'.repeat(24) });
    await run(atlas, { verify: 'full', snapshotId: 'e'.repeat(24) });
    assert.deepEqual(
      inputs.map(({ level }) => level),
      ['full', 'full'],
    );
    assert.match(inputs[0]?.exportRequestId ?? '', /\/1$/);
    assert.equal(inputs[1]?.exportRequestId, undefined);
  });

  test('fails the export as VerificationFailed, which names what is missing and what to do', async () => {
    const atlas = new PretendAtlas();
    atlas.verify = () => failed({ failuresCount: 12 });
    const { type, message, details, status } = await fail(atlas);
    assert.equal(type, 'VerificationFailed');
    assert.match(message, /INCREMENT_MISSING shop\/orders\/shard-0: there is 2 but not 1\n- and 11 more/);
    assert.match(message, /\/manifests\/manifest\.json/);
    assert.equal(details.verification?.outcome, 'failed');
    assert.match(details.nextStep, /skipIfExported false/);
    assert.equal(status.job?.state, 'Successful');
    assert.equal(atlas.count('createExportJob'), 1, 'nothing is paid for again by itself');
  });

  test('waits for objects that may only be late, and looks again', async () => {
    const atlas = new PretendAtlas();
    atlas.verify = ({ look }) => (look < 4 ? failed({ mayOnlyBeLate: true }) : checked());
    const { status } = await run(atlas);
    assert.equal(status.outcome, 'exported');
    assert.equal(status.verification?.outcome, 'proven');
    assert.equal(status.verification.looks, 4);
    const looks = atlas.calls.filter(({ name }) => name === 'verifyExport').map(({ atMs }) => atMs);
    const pauses = looks.slice(1).map((atMs, index) => Math.round((atMs - (looks[index] ?? 0)) / 10_000));
    assert.deepEqual(pauses, [1, 2, 4], 'pauses in 10 s');
  });

  test('gives late objects up after as long as the request says', async () => {
    const atlas = new PretendAtlas();
    atlas.verify = () => failed({ mayOnlyBeLate: true });
    const { type } = await fail(atlas, { verifyWait: '2 minutes' });
    assert.equal(type, 'VerificationFailed');
    const looks = atlas.calls.filter(({ name }) => name === 'verifyExport').map(({ atMs }) => atMs);
    const waitedMs = (looks.at(-1) ?? 0) - (looks[0] ?? 0);
    assert.ok(waitedMs >= 119_000 && waitedMs < 130_000, `${waitedMs} ms`);
  });

  test('does not wait for what an export of long ago is missing', async () => {
    const atlas = new PretendAtlas();
    atlas.verify = () => failed({ mayOnlyBeLate: true });
    const createdAtMs = (await now()) - 3 * 24 * 3_600_000;
    atlas.foreignJob({ plan: { runningMs: 60_000 }, createdAtMs });
    const { type } = await fail(atlas);
    assert.equal(type, 'VerificationFailed');
    assert.equal(atlas.count('verifyExport'), 1);
    assert.equal(atlas.count('createExportJob'), 0);
  });

  test('neither fails nor proves an export while the storage is away, and shows why', async () => {
    const atlas = new PretendAtlas();
    let shown: ExportStatus | undefined;
    const activities = atlas.activities();
    const { outcome, status } = await time.withWorker(
      {
        ...activities,
        verifyExport: async (input) => {
          const { client, info } = Context.current();
          const { workflowId = '' } = info.workflowExecution ?? {};
          const handle = client.workflow.getHandle(workflowId);
          if (info.attempt > 5) {
            shown = await handle.query<ExportStatus>(statusQuery);
            return checked();
          }
          const since = new Date().toISOString();
          const failure = { code: 'BUCKET_UNAUTHORIZED', message: 'no credential', since, inARow: 1 };
          const progress: VerificationProgress = { look: input.look, failure };
          if (info.attempt === 1) await handle.signal(verificationProgressSignal, progress);
          throw ApplicationFailure.retryable('no credential', 'BUCKET_UNAUTHORIZED');
        },
      },
      async (queue) => {
        const handle = await queue.start(request);
        const outcome = await handle.result();
        return { outcome, status: await handle.query<ExportStatus>(statusQuery) };
      },
    );
    assert.equal(shown?.phase, 'verifying');
    assert.equal(shown.verification?.outcome, 'pending');
    assert.equal(shown.verification.failure?.code, 'BUCKET_UNAUTHORIZED');
    assert.equal(outcome.verification?.outcome, 'proven');
    assert.equal(status.verification?.failure, undefined);
  });

  test('ends at the deadline as DeadlineExceeded, never as failed, where the storage stays away', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name }) => {
      if (name === 'verifyExport') throw ApplicationFailure.retryable('no answer in time', 'BUCKET_TIMEOUT');
    };
    const { type, message, details, status } = await fail(atlas, { deadline: '6 hours' });
    assert.equal(type, 'DeadlineExceeded');
    assert.match(message, /no answer in time/);
    assert.match(details.nextStep, /without paying for another/);
    assert.equal(details.verification?.outcome, 'pending');
    assert.equal(status.verification?.outcome, 'pending');
    assert.ok(atlas.count('verifyExport') > 20, `${atlas.count('verifyExport')} tries`);
  });

  test('gave up minutes before the deadline, where Temporal had no time left for its next try', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name }) => {
      if (name === 'verifyExport') throw ApplicationFailure.retryable('no answer in time', 'BUCKET_TIMEOUT');
    };
    const { type, tookMs } = await fail(atlas, { deadline: '6 hours' });
    assert.equal(type, 'DeadlineExceeded');
    const earlyMs = 6 * 3_600_000 - tookMs;
    assert.ok(earlyMs < 2_000, `it ended ${earlyMs / 1_000} s before the deadline`);
  });

  test('counts what each component has in the bucket, labelled as such, and leaves its state as Atlas said', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 60_000, shards: ['shard-0', 'shard-1'] }];
    atlas.before = ({ name, input }) => {
      const isComponent = /"exportId":"\w+-shard-/.test(JSON.stringify(input));
      if (name !== 'pollExportJob' || !isComponent) return;
      throw ApplicationFailure.nonRetryable('hidden', 'ATLAS_NOT_FOUND');
    };
    const counts = { files: 6, bytes: 900, collections: 2, incrementsMissing: 0 };
    atlas.verify = () => checked({ replicaSets: [{ replicaSetName: 'shard-1', ...counts }] });
    const { outcome, status } = await run(atlas);
    assertDocument('export-result', outcome);
    const [first, second] = status.components;
    assert.equal(first?.inBucket, undefined);
    assert.deepEqual(second?.inBucket, { evidence: 'bucket', ...counts });
    assert.deepEqual([first?.state, second.state], ['unknown', 'unknown']);
  });

  test('answers pollNow at once while a check runs, which may take hours', async () => {
    const atlas = new PretendAtlas();
    atlas.verify = () => checked();
    let during: ExportStatus | undefined;
    const activities = atlas.activities();
    const result = await time.withWorker(
      {
        ...activities,
        verifyExport: async (input) => {
          const { client, info } = Context.current();
          const handle = client.workflow.getHandle(info.workflowExecution?.workflowId ?? '');
          during = await handle.executeUpdate<ExportStatus, []>('pollNow');
          return activities.verifyExport(input);
        },
      },
      async (queue) => (await queue.start(request)).result(),
    );
    assert.equal(during?.phase, 'verifying');
    assert.equal(result.verification?.looks, 1);
  });

  async function now(): Promise<number> {
    return await time.environment.currentTimeMs();
  }
});
