const id = '5'.repeat(24);

/** An export job as Atlas describes it, to be damaged. */
export const exportJob = {
  id,
  state: 'InProgress',
  stateReason: { errorCode: 'A', message: 'b' },
  exportStatus: { exportedCollections: 1, totalCollections: 2 },
  components: [{ exportId: id, replicaSetName: 'shard-0' }],
  createdAt: '2026-08-10T03:28:25Z',
  finishedAt: null,
  snapshotId: id,
  exportBucketId: id,
  prefix: 'a/b',
  customData: [{ key: 'k', value: 'v' }],
};
