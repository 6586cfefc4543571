/** A fleet of 2,000 clusters kept exported: calls of Atlas, time, memory of the worker, size of the histories. */
import { Client, Connection } from '@temporalio/client';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { ExportClient, type KeepExportedRequest, type KeepExportedResult } from '../src/client.ts';
import { startDevServer } from '../src/testing/dev-server.ts';
import { rounded, runBenchmark, type Findings, type Progress } from './benchmark.ts';
import { startWorkerUnderLoad, type WorkerUnderLoad } from './worker-under-load-process.ts';

const projects = 20;
const clustersPerProject = 100;
const snapshotsPerCluster = 10;
/** One snapshot of every second cluster is not in the bucket: 1,000 of 20,000. */
const missingEvery = 2;
const runningMs = 500;
const pollIntervalMs = 2_000;
const taskQueue = 'bench-fleet';
const bucketName = 'fleet-archive';
const dayMs = 24 * 60 * 60_000;

const clusters = projects * clustersPerProject;
const megabyte = 1_000_000;

interface World {
  readonly client: ExportClient;
  readonly simulator: Simulator;
  readonly worker: WorkerUnderLoad;
}

interface Run {
  readonly name: string;
  readonly result: KeepExportedResult;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly memoryBytesMax: number;
  /** Calls that read the fleet, those of the exports themselves left out. */
  readonly listCalls: number;
  readonly histories: readonly HistorySize[];
}

interface HistorySize {
  readonly events: number;
  readonly bytes: number;
  /** Of what it handed to the next run. */
  readonly carriedBytes: number;
}

function addFleet(simulator: Simulator): KeepExportedRequest {
  simulator.setExportPlan({}, { queuedMs: 0, runningMs });
  const groupIds = Array.from({ length: projects }, (_, index) => (index + 1).toString(16).padStart(24, '0'));
  for (const groupId of groupIds) addProject(simulator, groupId);
  return {
    projects: groupIds.map((groupId) => ({ groupId })),
    exportBucketName: bucketName,
    frequencyTypes: ['weekly', 'monthly'],
    exports: { polling: { minInterval: pollIntervalMs, maxInterval: pollIntervalMs } },
  };
}

function addProject(simulator: Simulator, groupId: string): void {
  const { id: exportBucketId } = simulator.addBucket({ groupId, bucketName });
  for (let index = 0; index < clustersPerProject; index += 1) {
    const clusterName = `cluster-${index}`;
    simulator.addCluster({ groupId, clusterName, clusterType: 'REPLICASET' });
    for (let ordinal = 0; ordinal < snapshotsPerCluster; ordinal += 1) {
      const createdAt = Date.now() - (ordinal + 1) * 7 * dayMs;
      const frequencyType = ordinal % 4 === 0 ? 'monthly' : 'weekly';
      const retentionMs = 365 * dayMs;
      const options = { groupId, clusterName, createdAt, frequencyType, retentionMs };
      const { id: snapshotId } = simulator.addSnapshot(options);
      if (ordinal === 0 && index % missingEvery === 0) continue;
      const plan = { queuedMs: 0, runningMs: 0 };
      simulator.createForeignJob({ groupId, clusterName, snapshotId, exportBucketId, plan });
    }
  }
}

function listCalls({ books }: Simulator): number {
  return (['listClusters', 'listExportBuckets', 'listSnapshots', 'listShardedSnapshots'] as const)
    .map((operation) => books.count(operation))
    .reduce((sum, count) => sum + count, 0);
}

async function run(world: World, name: string, request: KeepExportedRequest): Promise<Run> {
  const { client, simulator, worker } = world;
  const before = await worker.usage();
  // An export lists the jobs of its cluster too: of that list, the fleet's share is one for each of its looks at one.
  const listsBefore = listCalls(simulator);
  const jobListsBefore = simulator.books.count('listExportJobs');
  const createsBefore = simulator.books.createsAccepted;
  const startedAtMs = performance.now();
  const handle = await client.fleets.start(request, { name: name.replaceAll(' ', '-') });
  const result = await handle.result();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const after = await worker.usage();
  const ofExports = simulator.books.createsAccepted - createsBefore;
  const jobLists = simulator.books.count('listExportJobs') - jobListsBefore - ofExports;
  return {
    name,
    result,
    seconds,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    memoryBytesMax: after.memoryBytesMax,
    listCalls: listCalls(simulator) - listsBefore + jobLists,
    histories: await historySizes(client.temporal, handle.workflowId),
  };
}

/** Of every run of one chain, from its last back to its first. */
async function historySizes(temporal: Client, workflowId: string): Promise<HistorySize[]> {
  const sizes: HistorySize[] = [];
  for (let runId: string | undefined, first = true; first || runId !== undefined; first = false) {
    const handle = temporal.workflow.getHandle(workflowId, runId);
    const [{ historyLength, historySize }, { events }] = await Promise.all([
      handle.describe(),
      handle.fetchHistory(),
    ]);
    const started = events?.[0]?.workflowExecutionStartedEventAttributes;
    const carried = started?.input?.payloads?.[1]?.data;
    sizes.push({ events: historyLength, bytes: historySize ?? 0, carriedBytes: carried?.byteLength ?? 0 });
    const before = started?.continuedExecutionRunId ?? '';
    runId = before === '' ? undefined : before;
  }
  return sizes;
}

async function measure(progress: Progress): Promise<Findings> {
  const server = await startDevServer({ report: progress });
  const simulator = await startSimulator({ seed: 'bench', exportsAtOnceReplicaSetsMax: 1_000_000 });
  progress(`making ${clusters} clusters with ${clusters * snapshotsPerCluster} snapshots`);
  const request = addFleet(simulator);
  const { publicKey, privateKey } = simulator.credentials;
  const worker = await startWorkerUnderLoad(
    { temporalAddress: server.address, atlasUrl: simulator.baseUrl, publicKey, privateKey, taskQueue },
    `${taskQueue}-unused`,
  );
  const connection = await Connection.connect({ address: server.address });
  const client = new ExportClient({
    client: new Client({ connection, namespace: server.namespace }),
    taskQueue,
  });
  try {
    const runs: Run[] = [];
    for (const [name, asked] of [
      ['dry run', { ...request, dryRun: true }],
      ['export', request],
      ['nothing left', request],
    ] as const) {
      progress(name);
      runs.push(await run({ client, simulator, worker }, name, asked));
    }
    const { createsAccepted, activeOverlaps } = simulator.books;
    return findings(runs, { createsAccepted, overlaps: activeOverlaps.length });
  } finally {
    await connection.close();
    await worker.stop();
    await simulator.close();
    await server.stop();
  }
}

function findings(runs: readonly Run[], paid: { createsAccepted: number; overlaps: number }): Findings {
  const histories = runs.flatMap((each) => each.histories);
  const largest = (field: keyof HistorySize): number => Math.max(...histories.map((each) => each[field]));
  const callsPerCluster = Math.max(...runs.map((each) => (each.listCalls - 2 * projects) / clusters));
  const missing = (projects * clustersPerProject) / missingEvery;
  return {
    tables: [
      {
        title: `${clusters} clusters of ${projects} projects, ${clusters * snapshotsPerCluster} snapshots, ${missing} missing`,
        columns: ['', 'exported', 'seconds', 'worker CPU s', 'worker MB', 'list calls', 'runs', 'events, MB'],
        rows: runs.map((each) => [
          each.name,
          each.result.totals.exported,
          rounded(each.seconds),
          rounded(each.cpuSeconds),
          Math.round(each.memoryBytesMax / megabyte),
          each.listCalls,
          each.histories.length,
          each.histories
            .toReversed()
            .map(({ events, bytes }) => `${events} ${rounded(bytes / megabyte)}`)
            .join(', '),
        ]),
      },
    ],
    marks: [
      mark('calls of Atlas per cluster', 2, callsPerCluster),
      mark('events of the largest history', 10_000, largest('events')),
      mark('MB of the largest history', 10, largest('bytes') / megabyte),
      mark('kB handed from run to run', 256, largest('carriedBytes') / 1000),
      mark('export jobs created', missing, paid.createsAccepted),
      mark('two jobs of one snapshot at once', 0, paid.overlaps),
    ],
    notes: [
      'Server, simulator and client share the machine with the worker. Memory is the most that the process has had so far, exports included.',
      'List calls are those of the fleet: two for each project besides those of the clusters.',
    ],
    conditions: { projects, clustersPerProject, snapshotsPerCluster, missing, runningMs, pollIntervalMs },
  };
}

function mark(what: string, atMost: number, measured: number): Findings['marks'][number] {
  return { what, wanted: `${atMost} or less`, measured, reached: measured <= atMost };
}

await runBenchmark('fleet', measure);
