import type { Client, WorkflowHandle } from '@temporalio/client';
import { exportWorkflowId, pollNowUpdate, type ExportRequest } from '../../src/contract/index.ts';
import type { Scenario, ScenarioRequest } from './scenario.ts';
import type { IdleCheck } from './skipped-time.ts';
import type { Stage } from './stage.ts';
import type { FaultyWorld } from './world.ts';

export interface StartedRequest {
  readonly client: Client;
  readonly scenario: ScenarioRequest;
  readonly request: ExportRequest;
  readonly handle: WorkflowHandle;
  readonly runId: string;
  readonly startedAtMs: number;
}

/** One run of a seed, as it goes. */
export interface SeedRun {
  readonly scenario: Scenario;
  readonly world: FaultyWorld;
  readonly startedAtMs: number;
  /** What has been started so far. */
  readonly started: StartedRequest[];
}

interface TimelineStep {
  readonly atMs: number;
  readonly act: () => Promise<void>;
}

/** Starts the requests and has people do what they do, each at its exact instant; the last step ends the faults. */
export async function playTimeline(stage: Stage, run: SeedRun, isIdle: IdleCheck): Promise<void> {
  const { scenario, world, startedAtMs, started } = run;
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
    await stage.time.runUntil(startedAtMs + step.atMs, isIdle);
    await step.act();
  }
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
