/** Exports per second and worker CPU per export, next to a bare-bones workflow in the same worker process. */
import { Client, Connection } from '@temporalio/client';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { ExportClient } from '../src/client.ts';
import { startDevServer } from '../src/testing/dev-server.ts';
import type { bareBones } from './bare-bones-workflow.ts';
import { median, rounded, runBenchmark, type Findings, type Progress } from './benchmark.ts';
import { eventCount, fetchHistories } from './export-history.ts';
import { startWorkerUnderLoad, type WorkerUnderLoad } from './worker-under-load-process.ts';

const exportsAtOnce = 200;
const shardedExportsAtOnce = 50;
const shardCount = 3;
const rounds = 3;
const warmUpShare = 0.2;

/** The plan ends before the first look, so that each tracker sleeps once and looks once. */
const sleepMs = 2_000;
const runningMs = 500;
const taskQueue = 'bench-throughput';
const bareBonesTaskQueue = 'bench-bare-bones';

interface Kind {
  readonly name: string;
  readonly atOnce: number;
  readonly clusterType: 'REPLICASET' | 'SHARDED';
  /** Starts one and waits for its end. */
  readonly runOne: (world: ExportWorld, target: Target) => Promise<Ended>;
}

interface Target {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
}

interface Ended {
  readonly workflowId: string;
  readonly state: string;
  readonly looks: number;
}

interface ExportWorld {
  readonly temporal: Client;
  readonly simulator: Simulator;
  readonly worker: WorkerUnderLoad;
}

interface Run {
  readonly perSecond: number;
  readonly cpuSecondsEach: number;
  readonly looksEach: number;
  readonly eventsEach: number;
}

const kinds: readonly Kind[] = [
  {
    name: 'bare-bones workflow',
    atOnce: exportsAtOnce,
    clusterType: 'REPLICASET',
    runOne: async ({ temporal }, target) => {
      const workflowId = `bare-bones/${target.clusterName}`;
      const state = await temporal.workflow.execute<typeof bareBones>('bareBones', {
        workflowId,
        taskQueue: bareBonesTaskQueue,
        args: [{ ...target, sleepMs }],
      });
      return { workflowId, state, looks: 1 };
    },
  },
  { name: 'export of a replica set', atOnce: exportsAtOnce, clusterType: 'REPLICASET', runOne: runExport },
  {
    name: `export of ${shardCount} shards`,
    atOnce: shardedExportsAtOnce,
    clusterType: 'SHARDED',
    runOne: runExport,
  },
];

async function runExport({ temporal }: ExportWorld, target: Target): Promise<Ended> {
  const client = new ExportClient({ client: temporal, taskQueue });
  const handle = await client.start({
    ...target,
    polling: { minInterval: sleepMs, maxInterval: sleepMs },
  });
  const { state, polls, components } = await handle.result();
  const looks = components.reduce((sum, component) => sum + component.polls, polls);
  return { workflowId: handle.workflowId, state, looks };
}

let clusters = 0;

/** A cluster of its own, so that no export finds another's jobs. */
function addTarget(simulator: Simulator, { clusterType }: Kind): Target {
  clusters += 1;
  const clusterName = `cluster-${clusters}`;
  const { groupId } = simulator.addCluster({ clusterName, clusterType, shardCount });
  const { id: snapshotId } = simulator.addSnapshot({ clusterName });
  const [exportBucketId = simulator.addBucket().id] = simulator.groups[0]?.buckets.keys() ?? [];
  return { groupId, clusterName, snapshotId, exportBucketId };
}

/** Starts them all at once and measures from the first start to the last end. */
async function run(world: ExportWorld, kind: Kind, atOnce: number): Promise<Run> {
  const targets = Array.from({ length: atOnce }, () => addTarget(world.simulator, kind));
  const before = await world.worker.usage();
  const startedAtMs = performance.now();
  const ended = await Promise.all(targets.map((target) => kind.runOne(world, target)));
  const seconds = (performance.now() - startedAtMs) / 1000;
  const after = await world.worker.usage();
  const [first] = ended;
  const unfinished = ended.filter(({ state }) => state !== 'Successful');
  if (first === undefined || unfinished.length > 0) {
    throw new Error(`${unfinished.length} of ${atOnce} (${kind.name}) did not end Successful`);
  }
  const histories = await fetchHistories(world.temporal, first.workflowId);
  return {
    perSecond: atOnce / seconds,
    cpuSecondsEach: (after.cpuSeconds - before.cpuSeconds) / atOnce,
    looksEach: ended.reduce((sum, { looks }) => sum + looks, 0) / atOnce,
    eventsEach: eventCount(histories),
  };
}

async function measure(progress: Progress): Promise<Findings> {
  const server = await startDevServer({ report: progress });
  const simulator = await startSimulator({ seed: 'bench', exportsAtOnceReplicaSetsMax: 1_000_000 });
  simulator.addBucket();
  simulator.setExportPlan({}, { queuedMs: 0, runningMs });
  const { publicKey, privateKey } = simulator.credentials;
  const worker = await startWorkerUnderLoad(
    { temporalAddress: server.address, atlasUrl: simulator.baseUrl, publicKey, privateKey, taskQueue },
    bareBonesTaskQueue,
  );
  const connection = await Connection.connect({ address: server.address });
  const temporal = new Client({ connection, namespace: server.namespace });
  const world = { temporal, simulator, worker };
  try {
    progress('warming up');
    for (const kind of kinds) await run(world, kind, Math.ceil(kind.atOnce * warmUpShare));
    const runs = new Map<Kind, Run[]>(kinds.map((kind) => [kind, []]));
    for (let round = 1; round <= rounds; round += 1) {
      // Each comes first once: a server that has just been idle is not one that has just been busy.
      for (const kind of [...kinds.slice(round - 1), ...kinds.slice(0, round - 1)]) {
        progress(`round ${round} of ${rounds}: ${kind.atOnce} at once, ${kind.name}`);
        runs.get(kind)?.push(await run(world, kind, kind.atOnce));
      }
    }
    return findings(runs);
  } finally {
    await connection.close();
    await worker.stop();
    await simulator.close();
    await server.stop();
  }
}

function findings(runs: ReadonlyMap<Kind, readonly Run[]>): Findings {
  const figures = [...runs].map(([kind, ofKind]) => ({
    kind,
    perSecond: median(ofKind.map((each) => each.perSecond)),
    perSecondMin: Math.min(...ofKind.map((each) => each.perSecond)),
    perSecondMax: Math.max(...ofKind.map((each) => each.perSecond)),
    cpuSecondsEach: median(ofKind.map((each) => each.cpuSecondsEach)),
    looksEach: median(ofKind.map((each) => each.looksEach)),
    eventsEach: median(ofKind.map((each) => each.eventsEach)),
  }));
  const [bare] = figures;
  if (bare === undefined) throw new Error('nothing was measured');
  return {
    tables: [
      {
        title: `on a dev server, the middle of ${rounds} rounds`,
        columns: [
          '',
          'at once',
          'per second',
          'all rounds',
          'worker CPU ms each',
          'events each',
          'looks each',
        ],
        rows: figures.map((each) => [
          each.kind.name,
          each.kind.atOnce,
          rounded(each.perSecond),
          `${rounded(each.perSecondMin)} to ${rounded(each.perSecondMax)}`,
          rounded(each.cpuSecondsEach * 1000),
          each.eventsEach,
          rounded(each.looksEach),
        ]),
      },
      {
        title: 'as a multiple of the bare-bones workflow',
        columns: ['', 'per second', 'worker CPU', 'CPU per event', 'events'],
        rows: figures.map((each) => [
          each.kind.name,
          rounded(each.perSecond / bare.perSecond),
          rounded(each.cpuSecondsEach / bare.cpuSecondsEach),
          rounded(each.cpuSecondsEach / each.eventsEach / (bare.cpuSecondsEach / bare.eventsEach)),
          rounded(each.eventsEach / bare.eventsEach),
        ]),
      },
    ],
    marks: [],
    notes: [
      'Server, simulator and client share the machine with the worker: per second is what all of them manage together.',
      `Counted from the first start to the last end, the sleep of ${sleepMs / 1000} s included, which draws the ratio of the rates towards 1: the CPU ratio is the one to trust.`,
    ],
    conditions: { exportsAtOnce, shardedExportsAtOnce, shardCount, rounds, sleepMs, runningMs },
  };
}

await runBenchmark('throughput', measure);
