import { setTimeout as delay } from 'node:timers/promises';
import { addExport } from '../../../demo/add-export.ts';
import { exportWorkflowId } from '../../../src/contract/index.ts';
import { within } from '../../ended-exports.ts';
import { play, type Scenario } from '../scenario.ts';
import { startTemporalGate } from '../temporal-gate.ts';
import { startWorker } from '../world.ts';

/** Longer than a look at the list allows a create: 30 s (src/activities/create-export-job.ts). */
const nobodyMs = 40_000;

export const lateCreate: Scenario = {
  name: 'no worker is there for 40 s between the look that allows a create and the create, while somebody else exports',
  run: (options) =>
    play(options, async ({ world, taskQueue, client, report, startExports, jobsMade }) => {
      const gate = await startTemporalGate({ address: world.server.address });
      world.closing.push(gate);
      const atlasUrl = world.simulator.baseUrl;
      const first = await startWorker(world, { temporalAddress: gate.address, atlasUrl, taskQueue });
      await startExports(6);
      await jobsMade(6);
      const plan = { queuedMs: 0, runningMs: 1_000 };
      const request = addExport(world.simulator, { clusterName: 'late', shards: 0, plan });
      const hold = gate.holds.place({
        side: 'request',
        mentions: ['RespondWorkflowTaskCompleted\n', exportWorkflowId(request), 'createExportJob'],
      });
      const handle = await client.start(request);
      await within(hold.struck, { ms: 60_000, otherwise: 'the create was not decided on' });
      await first.kill();
      hold.end('lose');
      const { clusterName, snapshotId, exportBucketId } = request;
      const { exportId } = world.simulator.createForeignJob({
        clusterName,
        snapshotId,
        exportBucketId,
        plan,
      });
      await delay(nobodyMs);
      await startWorker(world, { temporalAddress: world.server.address, atlasUrl, taskQueue });
      const { outcome, exportId: told } = await handle.result();
      report(`the export ended as ${outcome}`);
      const jobs = world.simulator.books.jobs.filter((job) => job.clusterName === 'late');
      if (jobs.length !== 1) throw new Error(`the snapshot has ${jobs.length} jobs`);
      if (outcome !== 'alreadyExported' || told !== exportId) throw new Error(`${outcome} by ${told}`);
    }),
};
