/**
 * Goal: after a run of keepExported, what is due is in the bucket once, and the table says of the rest why not.
 * Method: clusters of every kind on a simulated Atlas, whose books are compared with what the run says.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ExportClient,
  exportWorkflowId,
  type FleetClusterStatus,
  type KeepExportedRequest,
  type KeepExportedResult,
} from '../../src/client.ts';
import { startStage, type Stage } from './stage.ts';

const dayMs = 24 * 60 * 60_000;
const bucketName = 'fleet-archive';
const polling = { preset: 'eager', minInterval: '300ms', maxInterval: '1s' } as const;
const quick = { queuedMs: 200, runningMs: 800 };

describe('a fleet that is kept exported', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
  });
  after(() => stage.close());

  test('of mixed clusters: each due snapshot is exported once, and the rest is told with its reason', async () => {
    const fleet = addFleet(stage, '1'.repeat(24));
    const first = await run(stage, 'mixed', fleet.request);
    assert.equal(first.outcome, 'someLeft');
    assert.deepEqual(figuresOf(first, 'orders'), { due: 3, exported: 3, failed: 0, givenUp: 0 });
    assert.deepEqual(figuresOf(first, 'events'), { due: 1, exported: 1, failed: 0, givenUp: 0 });
    assert.deepEqual(figuresOf(first, 'exported'), { due: 1, exported: 1, failed: 0, givenUp: 0 });
    assert.deepEqual(figuresOf(first, 'running'), { due: 1, exported: 1, failed: 0, givenUp: 0 });
    assert.deepEqual(figuresOf(first, 'failing'), { due: 1, exported: 0, failed: 1, givenUp: 0 });
    assert.deepEqual(figuresOf(first, 'lost-cause'), { due: 1, exported: 0, failed: 0, givenUp: 1 });
    assert.match(rowOf(first, 'locked').problem ?? '', /^ATLAS_FORBIDDEN: /);
    assert.match(rowOf(first, 'misspelt').problem ?? '', /no cluster of this name/);
    const [worst] = first.clusters;
    assert.notEqual(worst?.problem, undefined, 'a cluster that cannot be read stands first');
    const { failures } = first;
    assert.match(failures.find(({ kind }) => kind === 'failed')?.reason ?? '', /^ExportFailed: .*NO_ACCESS/);
    assert.match(failures.find(({ kind }) => kind === 'givenUp')?.reason ?? '', /NO_ACCESS/);
    assert.deepEqual(
      jobsOf(stage, fleet.groupId).filter(({ origin }) => origin === 'api').length,
      5,
      'three of orders, one of events, one that fails',
    );

    const paid = stage.simulator.books.createsAccepted;
    stage.simulator.setExportPlan({ clusterName: 'failing' }, { ...quick, outcome: 'Successful' });
    const second = await run(stage, 'mixed', fleet.request);
    assert.equal(
      stage.simulator.books.createsAccepted - paid,
      1,
      'only the one that had failed is paid for again',
    );
    assert.deepEqual(figuresOf(second, 'failing'), { due: 1, exported: 1, failed: 0, givenUp: 0 });
    const third = await run(stage, 'mixed', fleet.request);
    assert.equal(stage.simulator.books.createsAccepted - paid, 1, 'nothing more is paid for');
    assert.equal(third.totals.exported, 7);
    assert.deepEqual(stage.simulator.books.activeOverlaps, []);
  });

  test('is told in figures by the metrics, by its name and nothing that is finer', async () => {
    const { request } = addFleet(stage, '9'.repeat(24));
    const { totals } = await run(stage, 'counted', request);
    await run(stage, 'only-planned', { ...request, dryRun: true });
    const startedAtSeconds = Math.floor(Date.now() / 1000) - 300;
    // The core takes what is recorded in its own time; the run's end is recorded last.
    const metrics = await metricsUntil(stage, /^atlas_fleet_runs_total\{.*fleet="counted".*\} 1$/m);
    const value = (name: string, label = ''): number => {
      const found = metrics.split('\n').filter((line) => {
        const isOfFleet = line.startsWith(`${name}{`) && line.includes('fleet="counted"');
        return isOfFleet && line.includes(label);
      });
      assert.equal(found.length, 1, `${name} with ${label}:\n${found.join('\n')}`);
      return Number(found[0]?.split(' ').at(-1));
    };
    const outcomes = ['due', 'exported', 'running', 'waiting', 'failed', 'givenUp'] as const;
    for (const standing of [...outcomes, 'proven', 'expiringSoon'] as const) {
      assert.equal(value('atlas_fleet_snapshots', `standing="${standing}"`), totals[standing], standing);
    }
    assert.ok(totals.exported > 0 && totals.failed > 0 && totals.givenUp > 0, 'all of them are 0');
    assert.equal(value('atlas_fleet_clusters', 'standing="read"'), totals.clustersRead);
    assert.equal(value('atlas_fleet_clusters', 'standing="unreadable"'), 2, 'locked, and misspelt');
    assert.equal(value('atlas_fleet_runs_total', 'outcome="someLeft"'), 1);
    assert.equal(value('atlas_fleet_runs_total', 'outcome="allExported"'), 0, 'begins at 0');
    assert.ok(value('atlas_fleet_figures_timestamp_seconds') > startedAtSeconds);
    const ofFleets = metrics.split('\n').filter((line) => line.startsWith('atlas_fleet_'));
    assert.deepEqual(
      ofFleets.filter((line) => /[0-9a-f]{24}|cluster_?name|only-planned/i.test(line)),
      [],
      'an id, a cluster, or a dry run among the labels',
    );
  });

  test('costs one call for the clusters, one for the bucket, and two for each cluster', async () => {
    const { simulator } = stage;
    const groupId = '2'.repeat(24);
    simulator.addBucket({ groupId, bucketName });
    for (let index = 0; index < 10; index += 1) addSnapshots(stage, groupId, `cluster-${index}`, 2);
    const before = simulator.books.requests.length;
    const result = await run(stage, 'calls', { ...requestFor(groupId), dryRun: true });
    const operations = simulator.books.requests
      .slice(before)
      .filter(({ authentication }) => authentication === 'digest')
      .map(({ operation }) => operation);
    const count = (name: string): number => operations.filter((operation) => operation === name).length;
    assert.deepEqual(
      ['listClusters', 'listExportBuckets', 'listSnapshots', 'listExportJobs'].map(count),
      [1, 1, 10, 10],
    );
    assert.equal(operations.length, 22);
    assert.equal(result.outcome, 'dryRun');
    assert.equal(result.totals.waiting, 20);
  });

  test('only says what it would export and what that costs, when asked for a dry run', async () => {
    const groupId = '3'.repeat(24);
    const { simulator } = stage;
    const bucket = simulator.addBucket({ groupId, bucketName });
    const [one = '', two = ''] = addSnapshots(stage, groupId, 'priced', 3, { storageSizeBytes: 2e12 });
    simulator.createForeignJob({
      groupId,
      clusterName: 'priced',
      snapshotId: one,
      exportBucketId: bucket.id,
      plan: { queuedMs: 0, runningMs: 600_000 },
    });
    const paid = simulator.books.createsAccepted;
    const result = await run(stage, 'priced', { ...requestFor(groupId), dryRun: true, order: 'oldestFirst' });
    assert.equal(simulator.books.createsAccepted, paid);
    const { due, running, waiting, bytesToExport, costToExport } = result.totals;
    assert.deepEqual([due, running, waiting, bytesToExport, costToExport], [3, 1, 2, 4e12, 500]);
    assert.equal(result.planned[0]?.snapshotId, two, 'the one that is being exported already is not planned');
    assert.equal(result.planned.length, 2);
  });

  test('follows an export that a person has started under the same id, and starts no second one', async () => {
    const groupId = '4'.repeat(24);
    const { simulator, client } = stage;
    simulator.addBucket({ groupId, bucketName });
    const [snapshotId = ''] = addSnapshots(stage, groupId, 'joint', 1);
    simulator.setExportPlan({ clusterName: 'joint' }, { queuedMs: 0, runningMs: 5_000 });
    const exportRequest = { groupId, clusterName: 'joint', snapshotId, exportBucketName: bucketName };
    const person = await client.start({ ...exportRequest, polling });
    const result = await run(stage, 'joint', requestFor(groupId));
    assert.equal(person.workflowId, exportWorkflowId(exportRequest));
    assert.equal(result.outcome, 'allExported');
    assert.equal(jobsOf(stage, groupId).length, 1);
    assert.equal((await person.result()).origin, 'created');
  });

  test('is kept by another worker when the one that kept it is killed, and nothing is paid for twice', async () => {
    const groupId = '5'.repeat(24);
    const { simulator, client } = stage;
    simulator.addBucket({ groupId, bucketName });
    for (let index = 0; index < 4; index += 1) {
      addSnapshots(stage, groupId, `killed-${index}`, 3);
      simulator.setExportPlan({ clusterName: `killed-${index}` }, { queuedMs: 100, runningMs: 2_000 });
    }
    const taskQueue = `${stage.taskQueue}-killed`;
    const worker = await stage.startWorker({ ATLAS_EXPORT_TASK_QUEUE: taskQueue });
    const { fleets } = new ExportClient({ client: client.temporal, taskQueue });
    const handle = await fleets.start(
      { ...requestFor(groupId), atOnce: { perProject: 4 } },
      { name: 'killed' },
    );
    while (jobsOf(stage, groupId).length < 4) await handle.status();
    await worker.kill();
    await stage.startWorker({ ATLAS_EXPORT_TASK_QUEUE: taskQueue });
    const result = await handle.result();
    assert.equal(result.outcome, 'allExported');
    assert.equal(result.totals.exported, 12);
    assert.equal(jobsOf(stage, groupId).length, 12);
    assert.ok(mostAtOnce(stage, groupId) <= 4, 'more than four replica sets were exported at once');
  });

  test('goes on in a fresh history with every figure, and follows the exports that its first run had started', async () => {
    const [first, second] = ['7'.repeat(24), '8'.repeat(24)];
    const { simulator, client } = stage;
    const clusters = 1_300;
    for (const groupId of [first, second]) simulator.addBucket({ groupId, bucketName });
    addSnapshots(stage, first, 'long', 3);
    simulator.setExportPlan({ clusterName: 'long' }, { queuedMs: 0, runningMs: 45_000 });
    for (let index = 0; index < clusters; index += 1) addSnapshots(stage, second, `many-${index}`, 0);
    const handle = await client.fleets.start(
      { ...requestFor(first), projects: [{ groupId: first }, { groupId: second }] },
      { name: 'long' },
    );
    const result = await handle.result();
    const chain = await chainOf(stage, handle.workflowId);
    assert.ok(chain.length > 1, 'no run has handed over, so nothing was tested');
    for (const events of chain) assert.ok(events < 10_000, `${events} events in one run`);
    assert.equal(result.outcome, 'allExported');
    const { clusters: counted, clustersRead, due, exported } = result.totals;
    assert.deepEqual([counted, clustersRead, due, exported], [clusters + 1, clusters + 1, 3, 3]);
    assert.equal(jobsOf(stage, first).length, 3);
  });

  test('stops starting exports when it is cancelled, and those that run go on', async () => {
    const groupId = '6'.repeat(24);
    const { simulator, client } = stage;
    simulator.addBucket({ groupId, bucketName });
    addSnapshots(stage, groupId, 'cancelled', 3);
    simulator.setExportPlan({ clusterName: 'cancelled' }, { queuedMs: 0, runningMs: 4_000 });
    const handle = await client.fleets.start(
      { ...requestFor(groupId), atOnce: { perCluster: 1 } },
      { name: 'cancelled' },
    );
    while (jobsOf(stage, groupId).length < 1) await handle.status();
    await handle.cancel();
    await assert.rejects(handle.result(), { code: 'TrackingCancelled' });
    assert.equal((await handle.status()).outcome, 'cancelled');
    const [job] = jobsOf(stage, groupId);
    const exportResult = await client
      .getHandle(
        exportWorkflowId({
          groupId,
          clusterName: 'cancelled',
          snapshotId: job?.snapshotId ?? '',
          exportBucketName: bucketName,
        }),
      )
      .result();
    assert.equal(exportResult.outcome, 'exported');
    assert.equal(jobsOf(stage, groupId).length, 1);
  });

  test('shows its table page by page', async () => {
    const handle = stage.client.fleets.getHandle('mixed');
    const whole = await handle.status();
    const [first, second] = [await handle.status({ limit: 5 }), await handle.status({ offset: 5, limit: 5 })];
    assert.deepEqual(
      [...first.clusters, ...second.clusters].map(({ clusterName }) => clusterName),
      whole.clusters.map(({ clusterName }) => clusterName),
    );
    assert.equal(first.clustersLeftOut, whole.clusters.length - 5);
  });

  test('is refused with every problem when its request is wrong', async () => {
    const taskQueue = stage.taskQueue;
    const args = [{ projects: [{ groupId: 'x' }], frequencyTypes: ['fortnightly'], orders: 'newestFirst' }];
    await assert.rejects(
      stage.client.temporal.workflow.execute('keepExported', { workflowId: 'wrong-fleet', taskQueue, args }),
      (error: Error & { cause?: { type?: string; message?: string } }) => {
        assert.equal(error.cause?.type, 'InvalidInput');
        for (const path of ['projects[0].groupId', 'frequencyTypes[0]', 'orders'])
          assert.ok(error.cause.message?.includes(path), `${path} is not named in: ${error.cause.message}`);
        return true;
      },
    );
  });
});

function requestFor(groupId: string): KeepExportedRequest {
  return {
    projects: [{ groupId }],
    exportBucketName: bucketName,
    frequencyTypes: ['weekly', 'monthly'],
    exports: { polling },
  };
}

async function run(stage: Stage, name: string, request: KeepExportedRequest): Promise<KeepExportedResult> {
  const handle = await stage.client.fleets.start(request, { name });
  return handle.result();
}

function addSnapshots(
  { simulator }: Stage,
  groupId: string,
  clusterName: string,
  count: number,
  options: { storageSizeBytes?: number } = {},
): string[] {
  simulator.addCluster({ groupId, clusterName, clusterType: 'REPLICASET' });
  return Array.from({ length: count }, (_, index) => {
    const createdAt = Date.now() - (10 - index) * dayMs;
    const snapshot = { groupId, clusterName, createdAt, frequencyType: 'weekly', ...options };
    return simulator.addSnapshot({ ...snapshot, retentionMs: 365 * dayMs }).id;
  });
}

/** A project with a cluster for each thing that can be the matter with one. */
function addFleet(stage: Stage, groupId: string): { groupId: string; request: KeepExportedRequest } {
  const { simulator } = stage;
  const { id: exportBucketId } = simulator.addBucket({ groupId, bucketName });
  const snapshot = (clusterName: string, frequencyType = 'weekly', daysAgo = 3): string =>
    simulator.addSnapshot({ groupId, clusterName, frequencyType, createdAt: Date.now() - daysAgo * dayMs })
      .id;
  const foreign = (clusterName: string, plan: object, snapshotId = snapshot(clusterName)): void => {
    simulator.createForeignJob({ groupId, clusterName, snapshotId, exportBucketId, plan });
  };
  for (const clusterName of ['orders', 'exported', 'running', 'failing', 'lost-cause', 'locked']) {
    simulator.addCluster({ groupId, clusterName, clusterType: 'REPLICASET' });
    simulator.setExportPlan({ clusterName }, quick);
  }
  simulator.addCluster({ groupId, clusterName: 'events', clusterType: 'SHARDED', shardCount: 3 });
  simulator.setExportPlan({ clusterName: 'events' }, quick);
  for (const frequency of ['weekly', 'monthly', 'daily', 'weekly']) snapshot('orders', frequency);
  snapshot('orders', 'weekly', 100);
  snapshot('events');
  snapshot('locked');
  snapshot('failing');
  foreign('exported', { queuedMs: 0, runningMs: 0 });
  foreign('running', { queuedMs: 0, runningMs: 3_000 });
  const stateReason = { errorCode: 'NO_ACCESS', message: 'the bucket says no' };
  const lostCause = snapshot('lost-cause');
  for (const outcome of ['Failed', 'Failed']) {
    foreign('lost-cause', { queuedMs: 0, runningMs: 0, outcome, stateReason }, lostCause);
  }
  simulator.setExportPlan({ clusterName: 'failing' }, { ...quick, outcome: 'Failed', stateReason });
  simulator.faults.script(
    { pathIncludes: '/clusters/locked/', times: 1_000 },
    { kind: 'apiError', status: 403, errorCode: 'IP_ADDRESS_NOT_ON_WHITELIST' },
  );
  const clusterNames = [
    'orders',
    'events',
    'exported',
    'running',
    'failing',
    'lost-cause',
    'locked',
    'misspelt',
  ];
  return {
    groupId,
    request: {
      ...requestFor(groupId),
      projects: [{ groupId, clusterNames }],
      since: '30 days',
      giveUpAfter: 2,
      exports: { polling, maxAttempts: 1 },
    },
  };
}

function rowOf(result: KeepExportedResult, clusterName: string): FleetClusterStatus {
  const row = result.clusters.find((each) => each.clusterName === clusterName);
  assert.ok(row !== undefined, `there is no row of ${clusterName}`);
  return row;
}

function figuresOf(result: KeepExportedResult, clusterName: string): object {
  const { due, exported, failed, givenUp, running, waiting } = rowOf(result, clusterName);
  assert.equal(due, exported + failed + givenUp + running + waiting, 'each due snapshot is counted once');
  return { due, exported, failed, givenUp };
}

async function metricsUntil(stage: Stage, wanted: RegExp): Promise<string> {
  for (const end = Date.now() + 30_000; ; await delay(100)) {
    const metrics = await stage.metrics();
    if (wanted.test(metrics)) return metrics;
    assert.ok(Date.now() < end, `${String(wanted)} did not come up in:\n${metrics}`);
  }
}

function jobsOf({ simulator }: Stage, groupId: string): Stage['simulator']['books']['jobs'] {
  return simulator.books.jobs.filter((job) => job.groupId === groupId);
}

/** Replica sets of a project that were being exported at one time, by the times of the jobs themselves. */
function mostAtOnce(stage: Stage, groupId: string): number {
  const jobs = jobsOf(stage, groupId);
  return Math.max(
    ...jobs.map(
      ({ createdAt: atMs }) =>
        jobs.filter(({ createdAt, finishedAt = Infinity }) => createdAt <= atMs && atMs < finishedAt).length,
    ),
  );
}

/** Events of every run of one chain. */
async function chainOf({ client }: Stage, workflowId: string): Promise<number[]> {
  const lengths: number[] = [];
  for (let runId: string | undefined, first = true; first || runId !== undefined; first = false) {
    const { events } = await client.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    lengths.push(events?.length ?? 0);
    const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
    runId = before === '' ? undefined : before;
  }
  return lengths;
}
