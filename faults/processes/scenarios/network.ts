import { setTimeout as delay } from 'node:timers/promises';
import { play, type Scenario } from '../scenario.ts';
import { placeOf, startTcpProxy } from '../tcp-proxy.ts';
import { startWorker } from '../world.ts';

const cutMs = 60_000;
const exportsAtOnce = 12;

export const serverKilled: Scenario = {
  name: 'the Temporal server is killed and started again, three times',
  run: (options) =>
    play(options, async ({ world, taskQueue, startExports, jobsMade }) => {
      await startWorker(world, {
        temporalAddress: world.server.address,
        atlasUrl: world.simulator.baseUrl,
        taskQueue,
      });
      for (let round = 1; round <= 3; round += 1) {
        await startExports(exportsAtOnce);
        await jobsMade(round * exportsAtOnce - exportsAtOnce / 2);
        await world.server.kill();
        await world.server.restart();
      }
    }),
};

export const cutFromTemporal: Scenario = {
  name: 'worker and Temporal server cannot reach each other for 60 s',
  run: (options) =>
    play(options, async ({ world, taskQueue, startExports, jobsMade }) => {
      const proxy = await startTcpProxy(placeOf(world.server.address));
      world.closing.push(proxy);
      const temporalAddress = `${proxy.host}:${proxy.port}`;
      await startWorker(world, { temporalAddress, atlasUrl: world.simulator.baseUrl, taskQueue });
      await startExports(exportsAtOnce);
      await jobsMade(exportsAtOnce / 2);
      proxy.cut();
      await delay(cutMs);
      proxy.mend();
    }),
};

export const cutFromAtlas: Scenario = {
  name: 'worker and Atlas cannot reach each other for 60 s',
  run: (options) =>
    play(options, async ({ world, taskQueue, startExports, jobsMade }) => {
      const proxy = await startTcpProxy(placeOf(world.simulator.baseUrl));
      world.closing.push(proxy);
      const atlasUrl = `http://${proxy.host}:${proxy.port}`;
      await startWorker(world, { temporalAddress: world.server.address, atlasUrl, taskQueue });
      await startExports(exportsAtOnce);
      await jobsMade(exportsAtOnce / 2);
      proxy.cut();
      await delay(cutMs);
      proxy.mend();
    }),
};
