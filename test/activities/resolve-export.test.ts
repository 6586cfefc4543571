/** Goal: what a caller named becomes the ids that Atlas knows it by, or a failure that says why not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf, startActivityStage } from './support/activity-stage.ts';

describe('the activity that resolves names', () => {
  test('takes ids as they are, without asking Atlas', async (t) => {
    const { activities, run, atlas } = await startActivityStage(t);
    const { orders, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
    const resolved = await run(() =>
      activities.resolveExport({
        ...orders,
        snapshotId,
        bucket: { exportBucketId },
      }),
    );
    assert.deepEqual(resolved, { snapshotId, exportBucketId });
    assert.equal(atlas.simulator.books.wireRequestCount, 0);
  });

  test('finds the newest snapshot of a replica set, and a bucket by its name', async (t) => {
    const { activities, run, atlas } = await startActivityStage(t);
    const { simulator, clock, orders, exportBucketId } = atlas;
    const newest = simulator.addSnapshot({ clusterName: 'orders', createdAt: clock.now() - 60_000 });
    simulator.addSnapshot({ clusterName: 'orders', status: 'inProgress' });
    const bucket = { exportBucketName: 'archive' };
    const { id } = simulator.addBucket({ bucketName: bucket.exportBucketName });
    const resolved = await run(() => activities.resolveExport({ ...orders, snapshotId: 'latest', bucket }));
    assert.deepEqual(resolved, {
      snapshotId: newest.id,
      exportBucketId: id,
      exportBucketName: 'archive',
    });
    assert.notEqual(id, exportBucketId);
  });

  test('finds the newest snapshot of a sharded cluster', async (t) => {
    const { activities, run, atlas } = await startActivityStage(t);
    const { sharded, eventsSnapshotId, exportBucketId } = atlas;
    const input = { ...sharded, snapshotId: 'latest', bucket: { exportBucketId } };
    assert.equal((await run(() => activities.resolveExport(input))).snapshotId, eventsSnapshotId);
  });

  test('fails for good where the cluster has no snapshot', async (t) => {
    const { activities, run, atlas } = await startActivityStage(t);
    atlas.simulator.addCluster({ clusterName: 'empty', clusterType: 'REPLICASET' });
    const { groupId, exportBucketId } = atlas;
    const input = { groupId, clusterName: 'empty', snapshotId: 'latest', bucket: { exportBucketId } };
    const failure = await failureOf(run(() => activities.resolveExport(input)));
    assert.deepEqual([failure.type, failure.nonRetryable], ['ATLAS_NOT_FOUND', true]);
    assert.equal(failure.detail.effect, 'none');
    assert.match(failure.detail.message, /empty has no completed snapshot/);
  });

  test('fails for good where the project has no bucket of that name', async (t) => {
    const { activities, run, atlas } = await startActivityStage(t);
    const { orders, ordersSnapshotId: snapshotId } = atlas;
    const input = { ...orders, snapshotId, bucket: { exportBucketName: 'nowhere' } };
    const failure = await failureOf(run(() => activities.resolveExport(input)));
    assert.deepEqual([failure.type, failure.nonRetryable], ['ATLAS_NOT_FOUND', true]);
    assert.match(failure.detail.message, /no export bucket named nowhere/);
  });

  test('fails for good, with the ids to choose from, where two buckets have that name', async (t) => {
    const { activities, run, atlas } = await startActivityStage(t);
    const { orders, ordersSnapshotId: snapshotId, simulator } = atlas;
    const ids = [1, 2].map(() => simulator.addBucket({ bucketName: 'twice' }).id);
    const input = { ...orders, snapshotId, bucket: { exportBucketName: 'twice' } };
    const failure = await failureOf(run(() => activities.resolveExport(input)));
    assert.deepEqual([failure.type, failure.nonRetryable], ['ATLAS_REJECTED', true]);
    for (const id of ids) assert.ok(failure.detail.message.includes(id), failure.detail.message);
  });
});
