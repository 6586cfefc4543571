/**
 * Goal: the limits of a fleet's projects and clusters count what others export there, whoever they are. Method: a
 * simulated Atlas is kept busy by another fleet, by a person, and by a script; its books tell what overlapped.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KeepExportedRequest, KeepExportedStatus } from '../../src/client.ts';
import { startStage, type Stage } from './stage.ts';

const dayMs = 24 * 60 * 60_000;
const bucketName = 'limits-archive';
const polling = { preset: 'eager', minInterval: '300ms', maxInterval: '1s' } as const;

type Job = Stage['simulator']['books']['jobs'][number];

describe('the limits of a fleet', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
  });
  after(() => stage.close());

  test('count the exports of another fleet in the same project, of clusters of its own', async () => {
    const groupId = '1'.repeat(24);
    stage.simulator.addBucket({ groupId, bucketName });
    const [firstNames, secondNames] = [
      ['first-0', 'first-1', 'first-2'],
      ['second-0', 'second-1'],
    ];
    for (const clusterName of firstNames) addSnapshot(stage, groupId, clusterName, { runningMs: 12_000 });
    for (const clusterName of secondNames) addSnapshot(stage, groupId, clusterName, { runningMs: 500 });
    const atOnce = { perProject: 3 };
    const { fleets } = stage.client;
    const first = await fleets.start(requestFor(groupId, firstNames, atOnce), { name: 'first' });
    while (jobsOf(stage, groupId).length < 3) await first.status();
    const second = await fleets.start(requestFor(groupId, secondNames, atOnce), { name: 'second' });
    const seen = await firstStatus(() => second.status(), isHeld);
    assert.deepEqual([seen.totals.waiting, seen.totals.replicaSetsElsewhere], [2, 3]);
    assert.equal((await second.result()).outcome, 'allExported');
    assert.equal((await first.result()).outcome, 'allExported');
    assert.equal(jobsOf(stage, groupId).length, 5);
    assert.ok(mostAtOnce(jobsOf(stage, groupId)) <= 3, 'more than three replica sets were exported at once');
  });

  test("count a person's export in replica sets, of a cluster that is none of the fleet's", async () => {
    const groupId = '2'.repeat(24);
    stage.simulator.addBucket({ groupId, bucketName });
    stage.simulator.addCluster({ groupId, clusterName: 'events', clusterType: 'SHARDED', shardCount: 3 });
    const snapshotId = addSnapshot(stage, groupId, 'events', { runningMs: 10_000, exists: true });
    addSnapshot(stage, groupId, 'orders', { runningMs: 500 });
    const person = await stage.client.start({
      groupId,
      clusterName: 'events',
      snapshotId,
      exportBucketName: bucketName,
      polling,
    });
    while (jobsOf(stage, groupId).length < 1) await person.status();
    const request = requestFor(groupId, ['orders'], { perProject: 3 });
    const fleet = await stage.client.fleets.start(request, { name: 'beside-a-person' });
    assert.equal((await firstStatus(() => fleet.status(), isHeld)).totals.replicaSetsElsewhere, 3);
    assert.equal((await fleet.result()).outcome, 'allExported');
    assertOneAfterTheOther(stage, groupId);
  });

  test("count a script's export of the same cluster into another bucket", async () => {
    const groupId = '3'.repeat(24);
    const { simulator } = stage;
    simulator.addBucket({ groupId, bucketName });
    const elsewhere = simulator.addBucket({ groupId, bucketName: 'of-the-script' });
    const snapshotId = addSnapshot(stage, groupId, 'orders', { daysAgo: 40, runningMs: 500 });
    addSnapshot(stage, groupId, 'orders', { exists: true, runningMs: 500 });
    simulator.createForeignJob({
      groupId,
      clusterName: 'orders',
      snapshotId,
      exportBucketId: elsewhere.id,
      plan: { queuedMs: 0, runningMs: 8_000 },
    });
    const request = { ...requestFor(groupId, ['orders'], { perCluster: 1 }), since: '30 days' };
    const fleet = await stage.client.fleets.start(request, { name: 'beside-a-script' });
    assert.equal((await firstStatus(() => fleet.status(), isHeld)).totals.replicaSetsElsewhere, 1);
    assert.equal((await fleet.result()).outcome, 'allExported');
    assertOneAfterTheOther(stage, groupId);
  });
});

function requestFor(
  groupId: string,
  clusterNames: readonly string[],
  atOnce: NonNullable<KeepExportedRequest['atOnce']>,
): KeepExportedRequest {
  return {
    projects: [{ groupId, clusterNames }],
    exportBucketName: bucketName,
    frequencyTypes: ['weekly'],
    atOnce,
    exports: { polling },
  };
}

/** A weekly snapshot of a replica set, which is made unless it exists. */
function addSnapshot(
  { simulator }: Stage,
  groupId: string,
  clusterName: string,
  { runningMs, daysAgo = 3, exists = false }: { runningMs: number; daysAgo?: number; exists?: boolean },
): string {
  if (!exists) simulator.addCluster({ groupId, clusterName, clusterType: 'REPLICASET' });
  simulator.setExportPlan({ clusterName }, { queuedMs: 0, runningMs });
  const createdAt = Date.now() - daysAgo * dayMs;
  return simulator.addSnapshot({ groupId, clusterName, frequencyType: 'weekly', createdAt }).id;
}

function isHeld({ totals }: KeepExportedStatus): boolean {
  return (totals.replicaSetsElsewhere ?? 0) > 0;
}

/** The first status of which something is true; the run must not end before. */
async function firstStatus(
  ask: () => Promise<KeepExportedStatus>,
  isIt: (status: KeepExportedStatus) => boolean,
): Promise<KeepExportedStatus> {
  for (;;) {
    const status = await ask();
    if (isIt(status)) return status;
    assert.equal(status.outcome, undefined, 'the run has ended, and nothing had held it up');
  }
}

function jobsOf({ simulator }: Stage, groupId: string): readonly Job[] {
  return simulator.books.jobs.filter((job) => job.groupId === groupId);
}

function mostAtOnce(jobs: readonly Job[]): number {
  return Math.max(
    ...jobs.map(
      ({ createdAt: atMs }) =>
        jobs.filter(({ createdAt, finishedAt = Infinity }) => createdAt <= atMs && atMs < finishedAt).length,
    ),
  );
}

/** Of two jobs, the fleet's began when the other had ended. */
function assertOneAfterTheOther(stage: Stage, groupId: string): void {
  const jobs = jobsOf(stage, groupId).toSorted((a, b) => a.createdAt - b.createdAt);
  assert.equal(jobs.length, 2);
  assert.equal(mostAtOnce(jobs), 1, 'the fleet has started its export beside another');
}
