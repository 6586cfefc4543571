import type { Client, WorkflowHandle } from '@temporalio/client';
import { exportWorkflowId, pollNowUpdate, type ExportRequest } from '../../src/contract/index.ts';
import { collectHistories } from './collect-histories.ts';
import { Draws } from './draws.ts';
import type { Evidence, RequestEvidence } from './evidence.ts';
import { outcomeOf } from './outcome.ts';
import type { ActivityRecord, FaultPoint } from './fault-points.ts';
import { hourMs, type Scenario, type ScenarioRequest } from './scenario.ts';
import type { Stage, StagedRun } from './stage.ts';
import { startFaultyWorld, type FaultyWorld } from './world.ts';

/** After the faults have ended, every request must be over within this time: all attempts of all jobs, one after the other. */
const convergenceMs = 48 * hourMs;

interface StartedRequest {
  readonly client: Client;
  readonly scenario: ScenarioRequest;
  readonly request: ExportRequest;
  readonly handle: WorkflowHandle;
  readonly runId: string;
  readonly startedAtMs: number;
}

/** Runs one seed to its end and returns what it left behind. Holds the stage's time at its start and end. */
export async function runSeed(stage: Stage, scenario: Scenario): Promise<Evidence> {
  const startedAtMs = await stage.time.nowMs();
  const { breakActivities } = stage;
  const world = await startFaultyWorld(scenario, { startedAtMs, breakActivities });
  const run = stagedRun(stage, { scenario, world, startedAtMs });
  stage.enter(world.groupId, run);
  try {
    const started = await playTimeline(stage, { scenario, world, startedAtMs });
    const convergedByMs = startedAtMs + scenario.faultsUntilMs + convergenceMs;
    // Once nothing is left to do, the server skips there at once.
    await stage.time.runUntil(convergedByMs);
    const requests = await Promise.all(started.map((each) => requestEvidence(each, world)));
    for (const open of started.filter((_, index) => requests[index]?.outcome.kind === 'open'))
      await open.handle.terminate('not over in time').catch(() => undefined);
    return {
      scenario,
      startedAtMs,
      faultsEndedAtMs: startedAtMs + scenario.faultsUntilMs,
      convergedByMs,
      requests,
      jobs: world.simulator.books.jobs,
      calls: world.simulator.books.requests,
      activities: run.records,
      histories: await collectHistories(stage, requests),
    };
  } finally {
    stage.leave(world.groupId);
    await world.close();
  }
}

interface SeedRun {
  readonly scenario: Scenario;
  readonly world: FaultyWorld;
  readonly startedAtMs: number;
}

/** The boundary of the activities: keeps their records and decides by the seed where a worker stops. */
function stagedRun(
  stage: Stage,
  { scenario, world, startedAtMs }: SeedRun,
): StagedRun & { readonly records: ActivityRecord[] } {
  const draws = new Draws(scenario.seed);
  const counts = new Map<string, number>();
  const records: ActivityRecord[] = [];
  return {
    records,
    time: stage.time,
    activities: (worker) => world.activities(worker),
    begins: async (record) => {
      records.push(record);
      await world.followOutage(record.startedAtMs);
      const entity = `${record.activityType} ${entityOf(record.input)}`;
      const count = (counts.get(entity) ?? 0) + 1;
      counts.set(entity, count);
      if (record.startedAtMs >= startedAtMs + scenario.faultsUntilMs) return undefined;
      if (!draws.chance(scenario.stopChance, 'stop', entity, count)) return undefined;
      const points: readonly (readonly [number, FaultPoint])[] = [
        [1, 'before'],
        [2, 'after'],
      ];
      return draws.pick(points, 'stop point', entity, count);
    },
  };
}

/** What an activity is about, by names that are the same whenever the seed is run. */
function entityOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  if ('exportId' in input) return String(input.exportId);
  return 'clusterName' in input ? String(input.clusterName) : '';
}

interface TimelineStep {
  readonly atMs: number;
  readonly act: () => Promise<void>;
}

/** Starts the requests and has people do what they do, each at its exact instant; the last step ends the faults. */
async function playTimeline(stage: Stage, run: SeedRun): Promise<StartedRequest[]> {
  const { scenario, world, startedAtMs } = run;
  const started: StartedRequest[] = [];
  const steps: TimelineStep[] = [{ atMs: scenario.faultsUntilMs, act: () => world.heal() }];
  for (const [index, { foreignJob }] of scenario.clusters.entries()) {
    if (foreignJob === undefined) continue;
    steps.push({ atMs: foreignJob.afterMs, act: async () => world.startForeignJob(index) });
  }
  for (const each of scenario.requests) {
    const mine = (): StartedRequest | undefined => started.find(({ scenario }) => scenario === each);
    const { startAfterMs, pollNowAfterMs, cancelAfterMs } = each;
    steps.push({
      atMs: startAfterMs,
      act: async () => {
        const request = await startRequest(stage, world, each);
        started.push(request);
      },
    });
    if (pollNowAfterMs !== undefined) {
      steps.push({
        atMs: startAfterMs + pollNowAfterMs,
        // Nobody waits for the answer: the look may be one that a worker stops at.
        act: async () =>
          void mine()
            ?.handle.executeUpdate(pollNowUpdate)
            .catch(() => undefined),
      });
    }
    if (cancelAfterMs !== undefined) {
      steps.push({
        atMs: startAfterMs + cancelAfterMs,
        act: async () =>
          void (await mine()
            ?.handle.cancel()
            .catch(() => undefined)),
      });
    }
  }
  steps.sort((left, right) => left.atMs - right.atMs);
  for (const step of steps) {
    await stage.time.runUntil(startedAtMs + step.atMs);
    await step.act();
  }
  return started;
}

async function startRequest(
  stage: Stage,
  world: FaultyWorld,
  scenario: ScenarioRequest,
): Promise<StartedRequest> {
  const { clusterName, snapshotId, exportBucketId, exportBucketName } = world.idsOf(scenario);
  const request: ExportRequest = {
    ...scenario.settings,
    groupId: world.groupId,
    clusterName,
    snapshotId: scenario.latest ? 'latest' : snapshotId,
    ...(scenario.bucketByName ? { exportBucketName } : { exportBucketId }),
  };
  const own = scenario.ownWorkflowId ? `/${scenario.name}` : '';
  const startedAtMs = await stage.time.nowMs();
  const handle = await stage.client.workflow.start('exportSnapshot', {
    taskQueue: stage.taskQueue(world.workers),
    workflowId: `${exportWorkflowId(request)}${own}`,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [request],
  });
  return { client: stage.client, scenario, request, handle, runId: handle.firstExecutionRunId, startedAtMs };
}

async function requestEvidence(started: StartedRequest, world: FaultyWorld): Promise<RequestEvidence> {
  const { scenario, runId, startedAtMs } = started;
  // This run of it: the same request may have been asked for again since.
  const handle = started.client.workflow.getHandle(started.handle.workflowId, runId);
  const { clusterName, snapshotId, exportBucketId } = world.idsOf(scenario);
  const description = await handle.describe();
  return {
    name: scenario.name,
    scenario,
    groupId: world.groupId,
    clusterName,
    snapshotId,
    exportBucketId,
    workflowId: handle.workflowId,
    runId,
    startedAtMs,
    endedAtMs: description.closeTime?.getTime(),
    outcome: description.status.name === 'RUNNING' ? { kind: 'open' } : await outcomeOf(handle),
  };
}
