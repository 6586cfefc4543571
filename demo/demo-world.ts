import { startSimulator, type Simulator } from '../simulator/index.ts';
import type { ExportRequest } from '../src/contract/index.ts';

export interface DemoExport {
  readonly name: string;
  readonly request: ExportRequest;
}

/** What the demo exports, from the simulated Atlas. */
export interface DemoWorld {
  readonly simulator: Simulator;
  /** What is asked for: with a look at every object in the bucket, where there is a bucket to look into. */
  exports(options: { readonly verify: boolean }): readonly DemoExport[];
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
    {
      queuedMs: 4_000,
      runningMs: replicaSetRunningMs,
      totalCollections: 140,
      contents: { collections: 70, files: 2, documents: 25 },
    },
  );
  simulator.setExportPlan(
    { clusterName: 'events' },
    {
      queuedMs: 6_000,
      runningMs: Math.max(...shardRunningMs),
      totalCollections: 90,
      componentDurations: shardRunningMs,
      // Of each of the two databases, so that the bucket holds as many as Atlas counts.
      contents: { collections: 45, files: 1, documents: 25 },
    },
  );
  // Looks as often as somebody who is watching wants; the default suits exports of minutes to days.
  const polling = { preset: 'eager', minInterval: '1s', maxInterval: '4s' } as const;
  const customData = [{ key: 'exported by', value: 'the demo' }];
  const common = { exportBucketId: bucket.id, polling, customData };
  const requests = [
    {
      name: 'orders (replica set)',
      request: { ...common, groupId: orders.groupId, clusterName: 'orders', snapshotId: ordersSnapshot.id },
    },
    {
      name: 'events (3 shards)',
      request: { ...common, groupId: events.groupId, clusterName: 'events', snapshotId: eventsSnapshot.id },
    },
  ];
  return {
    simulator,
    exports: ({ verify }) =>
      requests.map(({ name, request }) => ({
        name,
        request: { ...request, verify: verify ? 'full' : 'off' },
      })),
  };
}
