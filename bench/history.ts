/** History events and server actions of one export: a replica set, and a cluster of three shards. */
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger } from '@temporalio/worker';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { ExportClient } from '../src/client.ts';
import { installTelemetryRuntime, type TelemetryRuntime } from '../src/telemetry/runtime.ts';
import { startDevServer } from '../src/testing/dev-server.ts';
import { rounded, runBenchmark, type Findings, type Mark, type Progress } from './benchmark.ts';
import {
  countByType,
  eventCount,
  eventsPerLook,
  fetchHistories,
  type WorkflowHistory,
} from './export-history.ts';
import { startExportWorker } from './export-worker.ts';
import {
  readServerRequests,
  requestsPerExport,
  serverActions,
  totalActions,
  type ServerActions,
  type ServerRequests,
} from './server-actions.ts';
import type { Table } from './table.ts';

/** Looks of each tracker: the plans end between the fourth and the fifth. */
const looksWanted = 5;
const intervalMs = 2_000;
/** Over before the first look, so that one look sees a new state: that is the one that costs most. */
const queuedMs = 1_000;
const runningMs = 8_600;
const shardRunningMs = [8_300, 8_600, 8_450];

/** How the last looks of job and components meet is a matter of milliseconds; the longest history counts. */
const exportsOfEachKind = 5;

const eventsPerLookMax = 12;
const eventsOfThreeShardsMax = 300;
const taskQueue = 'bench-history';

interface MeasuredExport {
  /** Of the job first, then of its components. */
  readonly looks: readonly number[];
  /** Of `exportSnapshot` first, then of its children. */
  readonly histories: readonly WorkflowHistory[];
}

interface MeasuredKind {
  readonly name: string;
  readonly exports: readonly MeasuredExport[];
  /** The one with the most events. */
  readonly longest: MeasuredExport;
  /** The worker's, for each export. */
  readonly requests: ServerRequests;
  readonly actions: ServerActions;
}

interface Bench {
  readonly simulator: Simulator;
  readonly temporal: Client;
  readonly telemetry: TelemetryRuntime;
  readonly progress: Progress;
}

async function measure(progress: Progress): Promise<Findings> {
  const telemetry = await installTelemetryRuntime({ logger: new DefaultLogger('ERROR'), level: 'ERROR' });
  const server = await startDevServer({ report: progress });
  const simulator = await startSimulator({ seed: 'bench', exportsAtOnceReplicaSetsMax: 1_000 });
  simulator.setExportPlan({}, { queuedMs, runningMs, componentDurations: shardRunningMs });
  const { publicKey, privateKey } = simulator.credentials;
  const worker = await startExportWorker({
    temporalAddress: server.address,
    atlasUrl: simulator.baseUrl,
    publicKey,
    privateKey,
    taskQueue,
  });
  const connection = await Connection.connect({ address: server.address });
  const temporal = new Client({ connection, namespace: server.namespace });
  // Labels cost the same events in the memo, but actions only as search attributes.
  await new ExportClient({ client: temporal, taskQueue }).registerSearchAttributes();
  const bench = { simulator, temporal, telemetry, progress };
  try {
    const replicaSets = await measureKind(bench, { name: 'replica set', shardCount: 1 });
    const threeShards = await measureKind(bench, { name: 'three shards', shardCount: 3 });
    return findings(replicaSets, threeShards);
  } finally {
    await connection.close();
    await worker.stop();
    await simulator.close();
    await server.stop();
  }
}

async function measureKind(
  { simulator, temporal, telemetry, progress }: Bench,
  { name, shardCount }: { name: string; shardCount: number },
): Promise<MeasuredKind> {
  progress(
    `${exportsOfEachKind} exports, ${name}, at once: ${looksWanted} looks ${intervalMs / 1000} s apart`,
  );
  const client = new ExportClient({ client: temporal, taskQueue });
  const bucket = simulator.addBucket();
  const before = readServerRequests(await telemetry.scrape());
  const exportOne = async (index: number): Promise<MeasuredExport> => {
    const clusterName = `${name.replaceAll(' ', '-')}-${index}`;
    const clusterType = shardCount > 1 ? 'SHARDED' : 'REPLICASET';
    const { groupId } = simulator.addCluster({ clusterName, shardCount, clusterType });
    const { id: snapshotId } = simulator.addSnapshot({ clusterName });
    const polling = { minInterval: intervalMs, maxInterval: intervalMs };
    const request = { groupId, clusterName, snapshotId, exportBucketId: bucket.id, polling };
    const handle = await client.start(request);
    const result = await handle.result();
    const looks = [result.polls, ...result.components.map((component) => component.polls)];
    return { looks, histories: await fetchHistories(temporal, handle.workflowId) };
  };
  const exports = await Promise.all(
    Array.from({ length: exportsOfEachKind }, (_, index) => exportOne(index)),
  );
  const after = readServerRequests(await telemetry.scrape());
  const requests = requestsPerExport(before, after, exportsOfEachKind);
  const [longest] = exports.toSorted(
    (left, right) => eventCount(right.histories) - eventCount(left.histories),
  );
  if (longest === undefined) throw new Error('no export was measured');
  return { name, exports, longest, requests, actions: serverActions(longest.histories, requests) };
}

function findings(replicaSets: MeasuredKind, threeShards: MeasuredKind): Findings {
  const kinds = [replicaSets, threeShards];
  const exports = kinds.flatMap((kind) => kind.exports);
  const perLookWorst = Math.max(...exports.flatMap(({ histories }) => histories.flatMap(eventsPerLook)));
  const asPlanned = exports.every(({ looks }) => looks.every((count) => count === looksWanted));
  return {
    tables: [
      workflowTable(kinds),
      spreadTable(kinds),
      eventTable(kinds),
      actionTable(kinds),
      requestTable(kinds),
    ],
    marks: marksOf(perLookWorst, eventCount(threeShards.longest.histories)),
    notes: [
      asPlanned
        ? `Every tracker looked ${looksWanted} times, as planned.`
        : `NOT as planned: every tracker was to look ${looksWanted} times, so these are figures of something else.`,
      'Queries and heartbeats leave no event: the SDK counted them, and they are means over the exports.',
    ],
    conditions: { looksWanted, intervalMs, queuedMs, runningMs, shardRunningMs, exportsOfEachKind },
  };
}

function marksOf(perLookWorst: number, ofThreeShards: number): Mark[] {
  return [
    {
      what: 'events per look, the worst of all workflows',
      wanted: `${eventsPerLookMax} or fewer`,
      measured: perLookWorst,
      reached: perLookWorst <= eventsPerLookMax,
    },
    {
      what: 'events of a three-shard export, all its workflows, the longest',
      wanted: `under ${eventsOfThreeShardsMax}`,
      measured: ofThreeShards,
      reached: ofThreeShards < eventsOfThreeShardsMax,
    },
  ];
}

function workflowTable(kinds: readonly MeasuredKind[]): Table {
  return {
    title: 'the longest export of each kind',
    columns: ['', 'workflow', 'looks', 'events', 'events per look', 'history bytes'],
    rows: kinds.flatMap(({ name, longest: { looks, histories } }) =>
      histories.map((history, index) => {
        const perLook = eventsPerLook(history);
        const mean = perLook.reduce((sum, count) => sum + count, 0) / perLook.length;
        const workflow = index === 0 ? 'exportSnapshot' : `trackComponent ${index}`;
        return [name, workflow, looks[index] ?? 0, history.events.length, rounded(mean), history.bytes];
      }),
    ),
  };
}

function spreadTable(kinds: readonly MeasuredKind[]): Table {
  return {
    title: `events of each of the ${exportsOfEachKind} exports, all workflows`,
    columns: ['', 'fewest', 'most', 'most per look, all counted'],
    rows: kinds.map(({ name, exports, longest }) => {
      const counts = exports.map(({ histories }) => eventCount(histories));
      const looks = longest.looks.reduce((sum, count) => sum + count, 0);
      return [name, Math.min(...counts), Math.max(...counts), rounded(Math.max(...counts) / looks)];
    }),
  };
}

function eventTable(kinds: readonly MeasuredKind[]): Table {
  const counts = kinds.map(({ longest }) => countByType(longest.histories));
  const types = [...new Set(counts.flatMap((count) => [...count.keys()]))].sort();
  return {
    title: 'events by type, all workflows of the longest export',
    columns: ['', ...kinds.map(({ name }) => name)],
    rows: [
      ...types.map((type) => [type, ...counts.map((count) => count.get(type) ?? 0)]),
      ['all', ...kinds.map(({ longest }) => eventCount(longest.histories))],
    ],
  };
}

function actionTable(kinds: readonly MeasuredKind[]): Table {
  const rowOf = (what: string, key: keyof ServerActions): [string, ...number[]] => [
    what,
    ...kinds.map(({ actions }) => rounded(actions[key])),
  ];
  return {
    title: "server actions per export, by Temporal Cloud's list",
    columns: ['', ...kinds.map(({ name }) => name)],
    rows: [
      rowOf('workflows started', 'workflowsStarted'),
      rowOf('child workflows (2 each)', 'childWorkflows'),
      rowOf('activities started, retries included', 'activitiesStarted'),
      rowOf('timers started', 'timersStarted'),
      rowOf('signals sent', 'signalsSent'),
      rowOf('queries', 'queries'),
      rowOf('updates', 'updates'),
      rowOf('heartbeats', 'heartbeats'),
      rowOf('markers', 'markers'),
      rowOf('search attribute upserts', 'searchAttributeUpserts'),
      ['all', ...kinds.map(({ actions }) => rounded(totalActions(actions)))],
    ],
  };
}

function requestTable(kinds: readonly MeasuredKind[]): Table {
  const names = new Set(kinds.flatMap(({ requests }) => [...requests.keys()]));
  return {
    title: "the worker's requests to the Temporal server per export",
    columns: ['', ...kinds.map(({ name }) => name)],
    rows: [...names]
      .sort()
      .map((name) => [name, ...kinds.map(({ requests }) => rounded(requests.get(name) ?? 0))]),
  };
}

await runBenchmark('history', measure);
