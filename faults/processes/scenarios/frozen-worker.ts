import { setTimeout as delay } from 'node:timers/promises';
import { addExport } from '../../../demo/add-export.ts';
import { exportWorkflowId } from '../../../src/contract/index.ts';
import { within } from '../../ended-exports.ts';
import { play, type Scenario } from '../scenario.ts';
import { startTemporalGate } from '../temporal-gate.ts';
import { startWorker } from '../world.ts';

/** Longer than every timeout of the product's: a list's 2 minutes, and the 125 s in which a lost create is looked for. */
const frozenMs = 150_000;

export const frozenWorker: Scenario = {
  name: 'a worker freezes for 150 s with a create that it was just allowed to send, and wakes',
  run: (options) =>
    play(options, async ({ world, taskQueue, client, report, startExports, jobsMade }) => {
      const gate = await startTemporalGate({ address: world.server.address });
      world.closing.push(gate);
      const atlasUrl = world.simulator.baseUrl;
      const frozen = await startWorker(world, { temporalAddress: gate.address, atlasUrl, taskQueue });
      await startExports(6);
      await jobsMade(3);
      const request = addExport(world.simulator, {
        clusterName: 'frozen',
        shards: 0,
        plan: { queuedMs: 0, runningMs: 1_000 },
      });
      const hold = gate.holds.place({
        side: 'reply',
        mentions: ['DescribeWorkflowExecution\n', exportWorkflowId(request)],
      });
      const handle = await client.start(request);
      await within(hold.struck, { ms: 60_000, otherwise: 'the create was not asked for' });
      process.kill(frozen.pid, 'SIGSTOP');
      const frozenAtMs = performance.now();
      // The permission arrives while it is frozen: the first thing that it reads when it wakes.
      hold.end('forward');
      await startWorker(world, { temporalAddress: world.server.address, atlasUrl, taskQueue });
      const { origin } = await handle.result();
      const tookS = ((performance.now() - frozenAtMs) / 1_000).toFixed(0);
      report(`the frozen worker's export was ${origin} and ended by another ${tookS} s after the freeze`);
      await delay(Math.max(0, frozenMs - (performance.now() - frozenAtMs)));
      process.kill(frozen.pid, 'SIGCONT');
      await frozen.stop();
      const jobs = world.simulator.books.jobs.filter(({ clusterName }) => clusterName === 'frozen');
      if (jobs.length !== 1) throw new Error(`the frozen worker's export has ${jobs.length} jobs`);
    }),
};
