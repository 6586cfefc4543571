import { hostname } from 'node:os';
import { Runtime, Worker, type NativeConnection, type State } from '@temporalio/worker';
import { createActivities, createWebhookActivities } from '../activities/index.ts';
import type { Settings } from '../config.ts';
import { activityLogAttributes } from '../telemetry/activity-log-attributes.ts';
import { beginCountersAtZero } from '../telemetry/counters-at-zero.ts';
import { createAtlasRequestRecorder } from '../telemetry/metrics.ts';
import { createBucketAccess } from '../verification/index.ts';
import { createAtlasClients } from './atlas-clients.ts';
import { dataConverter } from './data-converter.ts';
import { version } from './version.ts';
import { createWebhooks } from './webhooks.ts';
import { workerDeploymentOptions } from './worker-deployment.ts';
import { loadWorkflowBundle, type BuiltWorkflows } from './workflow-bundle.ts';

/** After the grace period, time for interrupted activities to say so before the worker gives up on them. */
const shutdownForceExtraMs = 5_000;

const concurrentWorkflowTasksMax = 40;

/**
 * Below the activities' own 2 s, so that every heartbeat reaches the server. The SDK would hold back those that
 * come within 80 % of the timeout, which leaves a busy worker a second between a late heartbeat and a lost look.
 */
const heartbeatThrottleMs = 1_000;

export interface WorkerDependencies {
  /** Stays the caller's to close, after the worker has ended. */
  readonly connection: NativeConnection;
  /** @default what `npm run build` made */
  readonly workflowBundle?: BuiltWorkflows;
  /** When aborted, the worker takes no more work and ends what it has. */
  readonly signal?: AbortSignal;
  /** Called once, when the worker starts to take work. */
  readonly onRunning?: (worker: RunningWorker) => void;
}

export interface RunningWorker {
  /** The SDK's word for what the worker is doing: `RUNNING`, `STOPPING`, `DRAINING`, … */
  state(): State;
}

/**
 * Runs one worker until `signal` asks it to end and it has drained: activities that are running may finish within
 * the grace period, then they are interrupted and Temporal gives them to another worker. Needs nothing of the
 * process but the SDK's runtime, so tests and the command line run it in theirs.
 *
 * @throws {WorkflowBundleError} where there is no bundle that fits
 * @throws {GracefulShutdownPeriodExpiredError} where an activity did not let itself be interrupted
 */
export async function runWorker(settings: Settings, dependencies: WorkerDependencies): Promise<void> {
  const workflowBundle = dependencies.workflowBundle ?? (await loadWorkflowBundle());
  const { metricMeter } = Runtime.instance();
  const atlas = createAtlasClients(settings, createAtlasRequestRecorder(metricMeter));
  const webhooks = createWebhooks(settings);
  const access = settings.proof === undefined ? undefined : createBucketAccess(settings.proof, version);
  try {
    const worker = await Worker.create({
      connection: dependencies.connection,
      namespace: settings.temporal.namespace,
      taskQueue: settings.taskQueue,
      identity: `atlas-export-worker ${process.pid}@${hostname()}`,
      workflowBundle,
      dataConverter,
      ...workerDeploymentOptions(settings, workflowBundle.buildId),
      activities: { ...createActivities({ atlas, access }), ...createWebhookActivities(webhooks) },
      interceptors: { activity: [activityLogAttributes] },
      maxCachedWorkflows: settings.cachedWorkflowsMax,
      stickyQueueScheduleToStartTimeout: settings.stickyTimeoutMs,
      maxConcurrentWorkflowTaskExecutions: concurrentWorkflowTasksMax,
      maxConcurrentActivityTaskExecutions: settings.concurrentActivitiesMax,
      ...(settings.taskQueueActivitiesPerSecondMax === undefined
        ? {}
        : { maxTaskQueueActivitiesPerSecond: settings.taskQueueActivitiesPerSecondMax }),
      maxHeartbeatThrottleInterval: heartbeatThrottleMs,
      shutdownGraceTime: settings.shutdownGraceMs,
      shutdownForceTime: settings.shutdownGraceMs + shutdownForceExtraMs,
    });
    beginCountersAtZero(metricMeter, {
      namespace: settings.temporal.namespace,
      taskQueue: settings.taskQueue,
    });
    await runUntilAborted(worker, dependencies);
  } finally {
    await access?.close();
    await Promise.all([atlas.close(), webhooks.sender.close()]);
  }
}

async function runUntilAborted(worker: Worker, { signal, onRunning }: WorkerDependencies): Promise<void> {
  const drain = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  signal?.addEventListener('abort', drain, { once: true });
  try {
    const finished = worker.run();
    // A worker that was made has to run before it can be taken down.
    if (signal?.aborted === true) drain();
    else onRunning?.({ state: () => worker.getState() });
    await finished;
  } finally {
    signal?.removeEventListener('abort', drain);
  }
}
