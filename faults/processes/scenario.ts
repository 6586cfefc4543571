import { setTimeout as delay } from 'node:timers/promises';
import { addExport } from '../../demo/add-export.ts';
import { drawInteger } from '../../simulator/seed.ts';
import type { ExportClient } from '../../src/client.ts';
import { endingsOf, problemsOf, type StartedExport } from '../ended-exports.ts';
import { exportClient, newTaskQueue, startWorld, type World } from './world.ts';

export interface ScenarioOptions {
  readonly seed: string;
  readonly report: (line: string) => void;
}

/** Something that goes wrong around the workers, and what it comes to. */
export interface Scenario {
  readonly name: string;
  /** Returns what was lost, doubled or misreported; empty when all is well. */
  readonly run: (options: ScenarioOptions) => Promise<string[]>;
}

export interface Act {
  readonly world: World;
  readonly taskQueue: string;
  readonly client: ExportClient;
  readonly report: ScenarioOptions['report'];
  /** Starts exports of drawn shapes: some are created, some looked at, some ended when things go wrong. */
  readonly startExports: (count: number) => Promise<void>;
  /** Waits until Atlas has made so many jobs in all. */
  readonly jobsMade: (count: number) => Promise<void>;
}

const runningMsMax = 20_000;

/** Plays one scenario in a world of its own and compares its exports with the books. */
export async function play(
  options: ScenarioOptions,
  work: (act: Act) => Promise<void>,
  worldOptions: Parameters<typeof startWorld>[0] = {},
): Promise<string[]> {
  const world = await startWorld({ ...worldOptions, report: options.report });
  const taskQueue = newTaskQueue();
  const client = exportClient(world, taskQueue);
  const started: StartedExport[] = [];
  const startExports = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const clusterName = `cluster-${started.length}`;
      const draw = (below: number, what: string): number =>
        drawInteger(options.seed, below, what, clusterName);
      const plan = { queuedMs: draw(2_000, 'queued'), runningMs: 1_000 + draw(runningMsMax, 'running') };
      const request = addExport(world.simulator, { clusterName, shards: draw(4, 'shards'), plan });
      started.push({ request, handle: await client.start(request) });
    }
  };
  const jobsMade = async (count: number): Promise<void> => {
    while (world.simulator.books.createsAccepted < count) await delay(20);
  };
  try {
    await work({ world, taskQueue, client, report: options.report, startExports, jobsMade });
    const startedAtMs = performance.now();
    const problems = problemsOf(world.simulator.books, await endingsOf(started));
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
    options.report(`${started.length} exports, the last of them ended ${seconds} s after the trouble`);
    return problems;
  } finally {
    await world.close();
  }
}
