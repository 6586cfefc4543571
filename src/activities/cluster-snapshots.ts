import type { AtlasClient, CallOptions, Snapshot } from '../atlas/index.ts';

/** Which family of snapshots is a cluster's. Every type but one, GEOSHARDED and those Atlas may add, is a kind of sharded. */
export function isSharded({ clusterType }: { readonly clusterType?: string | undefined }): boolean {
  return clusterType !== 'REPLICASET';
}

/** All snapshots of a cluster, from the list of its family. */
export function clusterSnapshots(
  atlas: AtlasClient,
  {
    groupId,
    clusterName,
    sharded,
  }: { readonly groupId: string; readonly clusterName: string; readonly sharded: boolean },
  options: CallOptions = {},
): Promise<Snapshot[]> {
  const cluster = { groupId, clusterName };
  return sharded ? atlas.listShardedSnapshots(cluster, options) : atlas.listSnapshots(cluster, options);
}

/** Whether Atlas can export a snapshot: completed, and not a fallback one. */
export function isExportable({ status, snapshotType }: Snapshot): boolean {
  return status === 'completed' && snapshotType !== 'fallback';
}
