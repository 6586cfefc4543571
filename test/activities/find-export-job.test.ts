/** Goal: what the cluster's list says of a request. What is read from which list: export-job-search.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduledAtMs, startActivityStage } from './support/activity-stage.ts';

test("the activity that looks for a request's job finds it by its custom data, the active one beside it, and nothing where there is none", async (t) => {
  const { activities, run, atlas } = await startActivityStage(t);
  const { simulator, orders, sharded, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
  const input = { ...orders, snapshotId, exportBucketId, exportRequestId: 'run/1' };
  const none = { oursBesides: [], earlierDurationsMs: [], readAtMs: scheduledAtMs };
  const listed = await run(() => activities.findExportJob(input));
  assert.deepEqual(JSON.parse(JSON.stringify(listed)), none);

  const other = simulator.createForeignJob({ ...orders, snapshotId, exportBucketId });
  const beside = await run(() => activities.findExportJob(input));
  assert.deepEqual([beside.ours, beside.active?.exportId], [undefined, other.exportId]);

  const customData = [{ key: 'exportRequestId', value: 'run/1' }];
  const ours = simulator.createForeignJob({ ...orders, snapshotId, exportBucketId, customData });
  const found = await run(() => activities.findExportJob(input));
  assert.deepEqual([found.ours?.exportId, found.active?.exportId], [ours.exportId, other.exportId]);

  const elsewhere = await run(() => activities.findExportJob({ ...input, ...sharded }));
  assert.deepEqual(JSON.parse(JSON.stringify(elsewhere)), none);
});
