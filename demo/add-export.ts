import type { ExportPlan, Simulator } from '../simulator/index.ts';
import type { ExportRequest } from '../src/contract/index.ts';

export interface AddedExport {
  readonly clusterName: string;
  /** 0 for a replica set. */
  readonly shards: number;
  readonly plan: Partial<ExportPlan>;
}

/** A cluster with one completed snapshot, a bucket, and the request to export the one to the other. */
export function addExport(
  simulator: Simulator,
  { clusterName, shards, plan }: AddedExport,
): ExportRequest & { readonly exportBucketId: string } {
  const clusterType = shards === 0 ? 'REPLICASET' : 'SHARDED';
  simulator.addCluster({ clusterName, clusterType, ...(shards === 0 ? {} : { shardCount: shards }) });
  const snapshot = simulator.addSnapshot({ clusterName });
  const bucket = simulator.addBucket({ bucketName: `bucket-${clusterName}` });
  simulator.setExportPlan({ clusterName }, plan);
  return {
    groupId: simulator.groupId,
    clusterName,
    snapshotId: snapshot.id,
    exportBucketId: bucket.id,
    // As often as somebody wants who waits for the end.
    polling: { preset: 'eager', minInterval: '300ms', maxInterval: '1s' },
  };
}
