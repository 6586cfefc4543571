/** Many exports open at once on one worker and one dev server; its worker is killed, and all of them must end. */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { startWorkerProcess, type WorkerProcess } from '../../demo/worker-process.ts';
import { addExport } from '../../demo/add-export.ts';
import { freePort } from '../../src/testing/free-port.ts';
import { endingsOf, problemsOf, within, type StartedExport } from '../ended-exports.ts';
import { exportClient, newTaskQueue, startWorld, type World } from '../processes/world.ts';
import { processUsage, type ProcessUsage } from './process-usage.ts';

const usage = `Usage: npm run faults:load [-- --exports N --minutes M]

Opens N exports of replica sets at once, while a few of Atlas's answers in a hundred go wrong, kills the worker when all
have their job, lets every job end, starts a new worker, and says how long that takes to bring all exports to
their end and what memory and CPU it took. Ends with exit code 1 where an export was lost or doubled.

  --exports  default 2000
  --minutes  after which a phase that is not done is given up; default 20
  --cached   exports kept in the worker's memory; default: as ATLAS_EXPORT_MAX_CACHED_WORKFLOWS has it
  --help     this text
`;

const startsAtOnce = 40;
const jobMs = 12 * 60 * 60_000;
/** Looks are minutes apart, as they are for jobs that run for hours. */
const polling = { minInterval: '1 minute', maxInterval: '2 minutes' } as const;

interface Options {
  readonly exports: number;
  readonly phaseMsMax: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** The machine's clock until all jobs are to end: then it is later by as long as they run. */
class JumpingClock {
  private aheadMs = 0;
  now(): number {
    return Date.now() + this.aheadMs;
  }
  jump(): void {
    this.aheadMs += jobMs;
  }
}

async function measure(options: Options): Promise<string[]> {
  const clock = new JumpingClock();
  const world = await startWorld({ simulator: { clock } });
  const taskQueue = newTaskQueue();
  const httpPort = await freePort();
  const start = async (): Promise<WorkerProcess> => {
    const worker = await startWorkerProcess({
      temporalAddress: world.server.address,
      atlasUrl: world.simulator.baseUrl,
      ...world.simulator.credentials,
      taskQueue,
      httpPort,
      settings: options.settings,
    });
    world.closing.push({ close: () => worker.kill() });
    return worker;
  };
  try {
    const first = await start();
    const idle = await processUsage(first.pid);
    const openedAtMs = performance.now();
    scriptFaults(world);
    const started = await openAll(world, { ...options, taskQueue });
    await within(jobsMade(world, options.exports), {
      ms: options.phaseMsMax,
      otherwise: 'not all jobs were made',
    });
    await say('all have their job', {
      world,
      worker: first,
      sinceMs: openedAtMs,
      exports: options.exports,
      idle,
      httpPort,
    });
    await first.kill();
    clock.jump();
    const drainedAtMs = performance.now();
    const next = await start();
    const endings = await endingsOf(started, options.phaseMsMax);
    await say('all have ended under the next worker', {
      world,
      worker: next,
      sinceMs: drainedAtMs,
      exports: options.exports,
      idle,
      httpPort,
    });
    return problemsOf(world.simulator.books, endings);
  } finally {
    await world.close();
  }
}

/** A few calls in a hundred go wrong, creates with an unknown outcome among them. */
function scriptFaults({ simulator }: World): void {
  simulator.faults.seeded('load', { replyLost: 0.01, htmlUnavailable: 0.01, connectionReset: 0.01 });
}

async function openAll(
  world: World,
  { exports, taskQueue }: Options & { readonly taskQueue: string },
): Promise<StartedExport[]> {
  const client = exportClient(world, taskQueue);
  const started: StartedExport[] = [];
  for (let index = 0; index < exports; index += startsAtOnce) {
    const batch = Array.from({ length: Math.min(startsAtOnce, exports - index) }, async (_, offset) => {
      const clusterName = `cluster-${index + offset}`;
      const plan = { queuedMs: 0, runningMs: jobMs };
      const request = { ...addExport(world.simulator, { clusterName, shards: 0, plan }), polling };
      return { request, handle: await client.start(request) };
    });
    started.push(...(await Promise.all(batch)));
  }
  return started;
}

async function jobsMade({ simulator }: World, count: number): Promise<void> {
  while (simulator.books.createsAccepted < count) await delay(250);
}

async function say(
  what: string,
  seen: {
    readonly world: World;
    readonly worker: WorkerProcess;
    readonly sinceMs: number;
    readonly exports: number;
    readonly idle: ProcessUsage;
    readonly httpPort: number;
  },
): Promise<void> {
  const seconds = (performance.now() - seen.sinceMs) / 1_000;
  const worker = await processUsage(seen.worker.pid);
  const server = await processUsage(seen.world.server.pid ?? 0);
  const perExportKb = ((worker.residentBytes - seen.idle.residentBytes) / seen.exports / 1_000).toFixed(0);
  const metrics = await (await fetch(`http://127.0.0.1:${seen.httpPort}/metrics`)).text();
  console.log(`${what} after ${seconds.toFixed(0)} s (${(seen.exports / seconds).toFixed(1)} a second)`);
  console.log(
    `  worker ${megabytes(worker)}, ${perExportKb} kB for each open export; CPU ${worker.cpuSeconds.toFixed(0)} s`,
  );
  console.log(
    `  Temporal server ${megabytes(server)}; CPU ${server.cpuSeconds.toFixed(0)} s since its start`,
  );
  for (const line of metrics.split('\n'))
    if (/^temporal_sticky_cache_(size|total_forced)/.test(line)) console.log(`  ${line}`);
}

function megabytes({ residentBytes }: ProcessUsage): string {
  return `${(residentBytes / 1e6).toFixed(0)} MB`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      exports: { type: 'string', default: '2000' },
      minutes: { type: 'string', default: '20' },
      cached: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const [exports, minutes] = [Number(values.exports), Number(values.minutes)];
  if (!(exports >= 1 && exports <= 100_000 && minutes > 0)) throw new RangeError(usage);
  const problems = await measure({
    exports,
    phaseMsMax: minutes * 60_000,
    settings: values.cached === undefined ? {} : { ATLAS_EXPORT_MAX_CACHED_WORKFLOWS: values.cached },
  });
  console.log(problems.length === 0 ? `${exports} exports: none lost, none doubled` : problems.join('\n'));
  return problems.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
