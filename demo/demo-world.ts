import { startSimulator, type Simulator } from '../simulator/index.ts';
import type { ExportRequest } from '../src/contract/index.ts';

/** What the demo exports, from the simulated Atlas. */
export interface DemoWorld {
  readonly simulator: Simulator;
  readonly exports: readonly { readonly name: string; readonly request: ExportRequest }[];
}

const replicaSetRunningMs = 50_000;
const shardRunningMs = [42_000, 64_000, 55_000];

/** A replica set and a cluster of three shards, each with a snapshot of last night, and a bucket for both. */
export async function startDemoWorld(): Promise<DemoWorld> {
  const simulator = await startSimulator({ seed: 'demo' });
  const bucket = simulator.addBucket({ bucketName: 'snapshot-archive' });
  const orders = simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
  const events = simulator.addCluster({ clusterName: 'events', clusterType: 'SHARDED', shardCount: 3 });
  const ordersSnapshot = simulator.addSnapshot({ clusterName: 'orders' });
  const eventsSnapshot = simulator.addSnapshot({ clusterName: 'events' });
  simulator.setExportPlan(
    { clusterName: 'orders' },
    { queuedMs: 4_000, runningMs: replicaSetRunningMs, totalCollections: 140 },
  );
  simulator.setExportPlan(
    { clusterName: 'events' },
    {
      queuedMs: 6_000,
      runningMs: Math.max(...shardRunningMs),
      totalCollections: 90,
      componentDurations: shardRunningMs,
    },
  );
  // Looks as often as somebody who is watching wants; the default suits exports of minutes to days.
  const polling = { preset: 'eager', minInterval: '1s', maxInterval: '4s' } as const;
  const customData = [{ key: 'exported by', value: 'the demo' }];
  const common = { exportBucketId: bucket.id, polling, customData };
  return {
    simulator,
    exports: [
      {
        name: 'orders (replica set)',
        request: { ...common, groupId: orders.groupId, clusterName: 'orders', snapshotId: ordersSnapshot.id },
      },
      {
        name: 'events (3 shards)',
        request: { ...common, groupId: events.groupId, clusterName: 'events', snapshotId: eventsSnapshot.id },
      },
    ],
  };
}
