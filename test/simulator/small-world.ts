/** One replica set, one cluster of three shards, a completed snapshot of each, and a bucket, on a clock that stands still. */
import type { ManualClock, Simulator, SimulatorOptions } from '../../simulator/index.ts';
import { manualClock, startSimulator } from '../../simulator/index.ts';
import type { HttpResponse } from './atlas-http.ts';
import { call, objectOf } from './atlas-http.ts';

export interface SmallWorld {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
  readonly ordersSnapshotId: string;
  readonly eventsSnapshotId: string;
  readonly exportBucketId: string;
  /** `/api/atlas/v2/groups/…` */
  readonly group: string;
}

export async function startSmallWorld(options: SimulatorOptions = {}): Promise<SmallWorld> {
  const clock = manualClock();
  const simulator = await startSimulator({ clock, ...options });
  simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
  simulator.addCluster({ clusterName: 'events', clusterType: 'SHARDED', shardCount: 3 });
  return {
    simulator,
    clock,
    ordersSnapshotId: simulator.addSnapshot({ clusterName: 'orders' }).id,
    eventsSnapshotId: simulator.addSnapshot({ clusterName: 'events' }).id,
    exportBucketId: simulator.addBucket().id,
    group: `/api/atlas/v2/groups/${simulator.groupId}`,
  };
}

/** Runs a test in a world of its own and closes it afterwards. */
export async function inSmallWorld(
  run: (world: SmallWorld) => Promise<void>,
  options: SimulatorOptions = {},
): Promise<void> {
  const world = await startSmallWorld(options);
  try {
    await run(world);
  } finally {
    await world.simulator.close();
  }
}

export async function createExport(
  world: SmallWorld,
  request: { clusterName: string; snapshotId: string; customData?: readonly unknown[] },
): Promise<HttpResponse> {
  const { clusterName, ...body } = request;
  return await call(world.simulator, {
    method: 'POST',
    path: `${world.group}/clusters/${clusterName}/backup/exports`,
    body: JSON.stringify({ exportBucketId: world.exportBucketId, ...body }),
  });
}

export async function getExport(
  world: SmallWorld,
  clusterName: string,
  exportId: unknown,
): Promise<Record<string, unknown>> {
  const response = await call(world.simulator, {
    path: `${world.group}/clusters/${clusterName}/backup/exports/${String(exportId)}`,
  });
  return objectOf(response.json);
}
