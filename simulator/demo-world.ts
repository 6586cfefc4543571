import type { WorldOptions } from './simulator.ts';

/** What `main.ts` starts with: a replica set, a cluster of three shards, one of each kind of odd snapshot, and a bucket. */
export function demoWorld(now: number): WorldOptions {
  const daysAgo = (days: number): number => now - days * 86_400_000;
  return {
    clusters: [
      { clusterName: 'orders', clusterType: 'REPLICASET' },
      { clusterName: 'events', clusterType: 'SHARDED', shardCount: 3 },
    ],
    snapshots: [
      { clusterName: 'orders', createdAt: daysAgo(2) },
      { clusterName: 'orders', createdAt: daysAgo(1) },
      { clusterName: 'orders', createdAt: daysAgo(0.5), snapshotType: 'fallback' },
      { clusterName: 'orders', status: 'inProgress' },
      { clusterName: 'events', createdAt: daysAgo(1) },
      { clusterName: 'events', createdAt: daysAgo(3) },
    ],
    buckets: [{ bucketName: 'snapshot-archive' }],
  };
}
