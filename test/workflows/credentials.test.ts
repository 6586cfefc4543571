/** A request may name the credentials that Atlas is asked with; which there are, only the worker knows. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  credentialsUnknownCode,
  type AtlasAnswer,
  type ExportRequest,
  type ExportStatus,
} from '../../src/contract/index.ts';
import { exportFailureOf } from './export-failure-of.ts';
import { atlasFailure, PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const request: ExportRequest = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'latest',
  exportBucketId: 'b'.repeat(24),
  credentials: 'team-a',
};
const hourMs = 3_600_000;
const unknown: AtlasAnswer = {
  code: credentialsUnknownCode,
  message: 'The worker has no credentials "team-a" for Atlas; it has: default, team-b.',
  effect: 'none',
};

function credentialsOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'credentials' in input
    ? input.credentials
    : 'none given';
}

describe('the credentials that a request names', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  test('are in the input of every activity, of the components too, and in the status', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs, shards: ['shard-0', 'shard-1'] }];
    await time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start(request);
      await handle.result();
      assert.equal((await handle.query<ExportStatus>('status')).credentials, 'team-a');
    });
    assert.ok(new Set(atlas.calls.map(({ name }) => name)).size >= 4, 'each kind of call was made');
    for (const { name, input } of atlas.calls) assert.equal(credentialsOf(input), 'team-a', name);
    const components = atlas.calls.filter(({ input }) => JSON.stringify(input).includes('-shard-'));
    assert.ok(components.length > 0, 'components were looked at');
  });

  test('are absent where the request names none, or the default ones', async () => {
    const { credentials: _, ...unnamed } = request;
    for (const input of [unnamed, { ...request, credentials: 'default' }]) {
      const atlas = new PretendAtlas();
      await time.withWorker(atlas.activities(), async (queue) => {
        const handle = await queue.start(input);
        await handle.result();
        assert.equal((await handle.query<ExportStatus>('status')).credentials, undefined);
      });
      for (const call of atlas.calls) assert.equal(credentialsOf(call.input), 'none given', call.name);
    }
  });

  test('fail the export at once where the worker does not have them and no job exists', async () => {
    const atlas = new PretendAtlas();
    atlas.before = () => {
      throw atlasFailure(unknown);
    };
    const failure = await time.withWorker(atlas.activities(), async (queue) =>
      exportFailureOf(await queue.start(request)),
    );
    assert.equal(failure.type, 'UnknownCredentials');
    assert.match(failure.message, /default, team-b/);
    assert.equal(failure.details.atlas?.code, credentialsUnknownCode);
    assert.equal(atlas.calls.length, 1, 'asked once, and not again');
    assert.equal(atlas.jobs.length, 0);
  });

  test('are waited for where the worker loses them over a running job, and the status says so', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 3 * hourMs }];
    let seen: ExportStatus | undefined;
    const activities = atlas.activities();
    await time.withWorker(activities, async (queue) => {
      const handle = await queue.start(request);
      const seenFailing = new Promise<void>((resolve) => {
        atlas.before = ({ name, atMs }) => {
          const elapsedMs = atMs - (atlas.jobs[0]?.createdAtMs ?? atMs);
          if (name !== 'pollExportJob' || elapsedMs < hourMs / 2 || elapsedMs > 2 * hourMs) return;
          if (elapsedMs > hourMs) resolve();
          throw atlasFailure(unknown);
        };
      });
      const result = handle.result();
      await seenFailing;
      seen = await handle.query<ExportStatus>('status');
      assert.equal((await result).outcome, 'exported');
    });
    assert.equal(seen?.pollFailure?.code, credentialsUnknownCode);
    assert.match(seen.pollFailure.message, /no credentials "team-a"/);
    assert.equal(atlas.count('createExportJob'), 1);
  });
});
