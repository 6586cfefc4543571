import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from './atlas-http.ts';
import type { SmallWorld } from './small-world.ts';
import { createExport, inSmallWorld } from './small-world.ts';

/** Everything a client is told in a short story, with the port taken out. */
async function story(seed: number): Promise<string[]> {
  const told: string[] = [];
  const tell = async (world: SmallWorld): Promise<void> => {
    const { simulator, group } = world;
    simulator.setExportPlan({}, { progress: 'bursty' });
    simulator.faults.seeded(seed, { serverError: 0.2, unknownFields: 0.2 });
    await createExport(world, { clusterName: 'events', snapshotId: world.eventsSnapshotId });
    for (let step = 0; step < 12; step += 1) {
      const response = await call(simulator, { path: `${group}/clusters/events/backup/exports` });
      told.push(`${response.status} ${response.text.replaceAll(String(simulator.port), 'port')}`);
      const part = simulator.books.jobs[0]?.components[0]?.exportId ?? '';
      told.push((await call(simulator, { path: `${group}/clusters/events/backup/exports/${part}` })).text);
      world.clock.advance(90_000);
    }
    told.push(JSON.stringify(simulator.books.jobs));
  };
  await inSmallWorld(tell, { seed });
  return told;
}

test('the same seed and the same requests give the same story, to the byte; another seed gives another', async () => {
  const first = await story(11);
  assert.deepEqual(await story(11), first);
  assert.notDeepEqual(await story(12), first);
});

test('the id of a job depends on its snapshot and attempt, not on what else is going on', async () => {
  const idOf = async (before: boolean): Promise<string | undefined> => {
    let exportId: string | undefined;
    await inSmallWorld(async (world) => {
      if (before) await createExport(world, { clusterName: 'events', snapshotId: world.eventsSnapshotId });
      await createExport(world, { clusterName: 'orders', snapshotId: world.ordersSnapshotId });
      exportId = world.simulator.books.jobs.find((job) => job.clusterName === 'orders')?.exportId;
    });
    return exportId;
  };
  const exportId = await idOf(false);
  assert.match(exportId ?? '', /^[a-f0-9]{24}$/);
  assert.equal(await idOf(true), exportId);
});
