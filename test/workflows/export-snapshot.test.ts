import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';
import { PretendAtlas } from './pretend-atlas.ts';

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};

describe('exportSnapshot, from request to result', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  test('an export of 48 hours is followed to its end with one create request', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 180_000, runningMs: 48 * 3600_000, collections: 140 }];
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(request)).result(),
    );
    assert.equal(result.outcome, 'exported');
    assert.equal(result.state, 'Successful');
    assert.equal(result.origin, 'created');
    assert.equal(atlas.count('createExportJob'), 1);
    assert.equal(atlas.jobs.length, 1);
    assert.equal(result.polls, atlas.count('pollExportJob'));
  });

  test('a sharded export is followed per component', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 3600_000, collections: 140, shards: ['shard-0', 'shard-1', 'shard-2'] }];
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(request)).result(),
    );
    assert.equal(result.outcome, 'exported');
    assert.deepEqual(
      result.components.map(({ replicaSetName, state }) => [replicaSetName, state]),
      [
        ['shard-0', 'Successful'],
        ['shard-1', 'Successful'],
        ['shard-2', 'Successful'],
      ],
    );
  });
});
