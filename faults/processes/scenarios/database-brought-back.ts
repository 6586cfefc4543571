import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { addExport } from '../../../demo/add-export.ts';
import { exportWorkflowId } from '../../../src/contract/index.ts';
import { within } from '../../ended-exports.ts';
import { play, type Scenario } from '../scenario.ts';
import { startTemporalGate } from '../temporal-gate.ts';
import { startWorker, type World } from '../world.ts';

/** So old a backup is at least, when it is brought back: a look at the list allows a create for 30 s. */
const backupAgeMs = 40_000;

export const databaseBroughtBack: Scenario = {
  name: 'Temporal’s database is brought back from a backup of the moment before a create that was carried out since',
  run: (options) =>
    play(options, async ({ world, taskQueue, client, report, startExports, jobsMade }) => {
      const gate = await startTemporalGate({ address: world.server.address });
      world.closing.push(gate);
      const atlasUrl = world.simulator.baseUrl;
      const first = await startWorker(world, { temporalAddress: gate.address, atlasUrl, taskQueue });
      await startExports(6);
      await jobsMade(3);
      const plan = { queuedMs: 0, runningMs: 1_000 };
      const request = addExport(world.simulator, { clusterName: 'brought-back', shards: 0, plan });
      const hold = gate.holds.place({
        side: 'request',
        mentions: ['RespondWorkflowTaskCompleted\n', exportWorkflowId(request), 'createExportJob'],
      });
      const handle = await client.start(request);
      await within(hold.struck, { ms: 60_000, otherwise: 'the create was not decided on' });
      const backup = join(world.folder, 'backup');
      await world.server.kill();
      await copyDatabase({ from: world.folder, to: backup });
      const backedUpAtMs = performance.now();
      await first.kill();
      hold.end('lose');

      const place = { temporalAddress: world.server.address, atlasUrl, taskQueue };
      await world.server.restart();
      const second = await startWorker(world, place);
      const { exportId } = await handle.result();
      await second.kill();
      await world.server.kill();
      await removeDatabase(world);
      await copyDatabase({ from: backup, to: world.folder });
      await delay(Math.max(0, backupAgeMs - (performance.now() - backedUpAtMs)));
      await world.server.restart();
      report('brought back; Temporal knows nothing any more of a job that has ended');
      await startWorker(world, place);
      const again = await handle.result();
      const jobs = world.simulator.books.jobs.filter(({ clusterName }) => clusterName === 'brought-back');
      if (jobs.length !== 1) throw new Error(`the snapshot has ${jobs.length} jobs`);
      if (again.exportId !== exportId) throw new Error(`${again.exportId} instead of ${exportId}`);
    }),
};

const databaseName = 'temporal.db';

/** SQLite keeps what it has not merged yet in files beside the database. */
async function copyDatabase(places: { readonly from: string; readonly to: string }): Promise<void> {
  await mkdir(places.to, { recursive: true });
  for (const name of await readdir(places.from)) {
    if (name.startsWith(databaseName)) await copyFile(join(places.from, name), join(places.to, name));
  }
}

async function removeDatabase({ folder }: World): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(databaseName)) await rm(join(folder, name));
  }
}
