/** Goal: what keeps a check from looking is told once, repeated by Temporal, and loses nothing of what was done. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities, type VerifiedExport, type VerifyExportInput } from '../../src/activities/index.ts';
import { createBucketAccess } from '../../src/verification/index.ts';
import { startStage, type Stage } from '../atlas/support/simulated-atlas.ts';
import { onlyClient } from './support/activity-stage.ts';
import { StandInTemporal } from './support/stand-in-temporal.ts';

const signalCall = 'SignalWorkflowExecution';

/** A port on which nobody listens. */
const nowhere = 'http://127.0.0.1:9';

const checkpoint = { version: 1, level: 'full', prefixes: ['another/'], marker: 'from the worker before' };

interface Attempt {
  readonly outcome: Promise<VerifiedExport>;
  /** Signals that it has sent. */
  readonly signals: () => number;
  /** The details of its heartbeats, in order. */
  readonly beats: readonly unknown[];
}

/** One attempt of the activity, with a bucket that cannot be reached. */
async function attempt(
  t: TestContext,
  stage: Stage,
  options: {
    readonly level?: VerifyExportInput['level'];
    readonly buckets?: string;
    readonly heartbeatDetails?: unknown;
  },
): Promise<Attempt> {
  const { orders, simulator, ordersSnapshotId: snapshotId, exportBucketId } = stage;
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-activity-'));
  t.after(() => rm(folder, { recursive: true }));
  const { exportId } = simulator.createForeignJob({ ...orders, snapshotId, exportBucketId });
  const { buckets, heartbeatDetails, level } = options;
  const overrides = {
    AWS: { endpoint: nowhere, region: 'us-east-1', forcePathStyle: true },
    AZURE: {},
    GCP: {},
  };
  const access =
    buckets === undefined
      ? undefined
      : createBucketAccess(
          {
            buckets: [buckets === '*' ? { provider: 'AWS' } : { provider: 'AWS', bucketName: buckets }],
            overrides,
            manifests: { kind: 'folder', folder },
            signingKey: undefined,
            totalFilesCounts: 'unknown',
          },
          '0.0.0',
        );
  t.after(() => access?.close());
  const activities = createActivities({ atlas: onlyClient(stage.client), access });
  const temporal = new StandInTemporal();
  temporal.answers.set(signalCall, () => ({}));
  const environment = new MockActivityEnvironment(
    { attempt: 1, heartbeatDetails },
    { client: temporal.client, logger: new DefaultLogger('ERROR') },
  );
  const signals = (): number => temporal.calls.filter((name) => name === signalCall).length;
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const input: VerifyExportInput = {
    ...orders,
    snapshotId,
    exportId,
    exportBucketId,
    level,
    job: { exportId, state: 'Successful', prefix: '/exported_snapshots/o/p/orders/2026-08-10T0228/1' },
    componentPrefixes: [],
    attempts: [],
    exportRequestId: 'run/1',
    look: 1,
  };
  return { outcome: environment.run(() => activities.verifyExport(input)), beats, signals };
}

async function failureOf({ outcome }: Attempt): Promise<ApplicationFailure> {
  const error: unknown = await outcome.catch((reason: unknown) => reason);
  assert.ok(error instanceof ApplicationFailure, `ended with ${JSON.stringify(error)}`);
  return error;
}

describe('a look into the bucket', () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'local-key';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local-secret';

  test('is left to others where the worker has no access and nobody asked, and Atlas is not asked either', async (t) => {
    const stage = await startStage(t);
    const { outcome } = await attempt(t, stage, {});
    assert.equal((await outcome).outcome, 'notChecked');
    assert.equal(stage.simulator.books.requests.length, 0);
  });

  test('is left to others where the worker may look into other buckets alone', async (t) => {
    const stage = await startStage(t);
    const seen = await (await attempt(t, stage, { buckets: 'another-bucket' })).outcome;
    assert.ok(seen.outcome === 'notChecked');
    assert.match(seen.reason, /ATLAS_EXPORT_BUCKETS/);
  });

  test('that was asked for is tried again where this worker may not: another may', async (t) => {
    const failure = await failureOf(await attempt(t, await startStage(t), { level: 'manifest' }));
    assert.deepEqual([failure.type, failure.nonRetryable], ['BUCKET_NOT_CONFIGURED', false]);
  });

  test('is tried again when the storage is away', async (t) => {
    const failure = await failureOf(await attempt(t, await startStage(t), { buckets: '*' }));
    assert.deepEqual([failure.type, failure.nonRetryable], ['BUCKET_CONNECTION', false]);
    assert.match(failure.message, /s3:\/\//);
  });

  test('is tried again when Atlas refuses the key, which ends nothing once the export is done', async (t) => {
    const stage = await startStage(t);
    stage.simulator.faults.script({ operation: 'getExportBucket' }, { kind: 'unauthorized' });
    const failure = await failureOf(await attempt(t, stage, { buckets: '*' }));
    assert.deepEqual([failure.type, failure.nonRetryable], ['ATLAS_UNAUTHORIZED', false]);
    stage.simulator.expectNoUnusedFaults();
  });

  test('is tried again when Atlas says that it asks for a pause, after that', async (t) => {
    const stage = await startStage(t);
    const fault = { kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 7 } } as const;
    stage.simulator.faults.script({ operation: 'getExportBucket' }, fault);
    const failure = await failureOf(await attempt(t, stage, { buckets: '*' }));
    assert.deepEqual([failure.type, failure.nextRetryDelay], ['ATLAS_RATE_LIMITED', 7_000]);
  });

  test('keeps what the attempt before it had done in every heartbeat, though it fails before it gets there', async (t) => {
    const stage = await startStage(t);
    const started = await attempt(t, stage, { buckets: '*', heartbeatDetails: { checkpoint } });
    await failureOf(started);
    assert.ok(started.beats.length >= 2, `${started.beats.length} beats`);
    for (const beat of started.beats) {
      assert.ok(typeof beat === 'object' && beat !== null && 'checkpoint' in beat);
      assert.deepEqual(beat.checkpoint, checkpoint);
    }
  });

  test('counts failures of one kind in a row, from when the first of them was', async (t) => {
    const stage = await startStage(t);
    const since = '2026-11-25T00:00:00.000Z';
    const failure = { code: 'BUCKET_CONNECTION', message: 'away', since, inARow: 3 };
    const same = await attempt(t, stage, { buckets: '*', heartbeatDetails: { failure } });
    await failureOf(same);
    const { failure: told } = Object(same.beats.at(-1));
    assert.deepEqual([told.since, told.inARow], [since, 4]);
    assert.equal(same.signals(), 0, 'the export was told by the first of them');
    const other = { ...failure, code: 'BUCKET_UNAUTHORIZED' };
    const changed = await attempt(t, stage, { buckets: '*', heartbeatDetails: { failure: other } });
    await failureOf(changed);
    assert.equal(Object(changed.beats.at(-1)).failure.inARow, 1);
    assert.equal(changed.signals(), 1);
  });

  test('takes heartbeats of another form for none', async (t) => {
    const started = await attempt(t, await startStage(t), { buckets: '*', heartbeatDetails: 'halfway' });
    assert.equal((await failureOf(started)).type, 'BUCKET_CONNECTION');
  });
});
