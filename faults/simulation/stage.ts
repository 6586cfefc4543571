import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { ExportActivities } from '../../src/activities/index.ts';
import { findOrBuildTimeSkippingServer } from '../../src/testing/time-skipping-server.ts';
import { dataConverter } from '../../src/worker/data-converter.ts';
import { loadWorkflowBundle } from '../../src/worker/workflow-bundle.ts';
import { faultPointInterceptor, type ActivityWatch } from './fault-points.ts';
import { installProcessClock } from './process-clock.ts';
import { Replayer } from './replayer.ts';
import type { Scenario } from './scenario.ts';
import { startTimeSkippingEnvironment } from '../time-skipping-environment.ts';
import { SkippedTime } from './skipped-time.ts';

/** What a run puts on the stage: where its activities lead, told apart by its project's id. */
export interface StagedRun extends ActivityWatch {
  /** The product's activities over a client of this worker's own. */
  activities(worker: string): ExportActivities;
}

/** What a test replaces, to see that the product is watched. */
export interface StageOptions {
  readonly workflowBundle?: WorkflowBundle;
  readonly breakActivities?: (activities: ExportActivities) => ExportActivities;
}

/** Temporal under skipped time with the product's workers on it, kept for many seeds. */
export interface Stage {
  readonly time: SkippedTime;
  readonly client: Client;
  readonly replayer: Replayer;
  readonly breakActivities: (activities: ExportActivities) => ExportActivities;
  taskQueue(workers: Scenario['workers']): string;
  enter(groupId: string, run: StagedRun): void;
  leave(groupId: string): void;
  close(): Promise<void>;
}

const workersOf: Readonly<Record<Scenario['workers'], readonly string[]>> = {
  one: ['worker-1'],
  two: ['worker-1', 'worker-2'],
  uncached: ['worker-1'],
};

let runtimeInstalled = false;

/** Once for the process, however many stages it sees. */
function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    // Standard output is the reports'.
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
}

/** Starts the server and the workers. This process's clock follows the server's from then on. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const path = await findOrBuildTimeSkippingServer({ report: (line) => process.stderr.write(`${line}\n`) });
  installRuntime();
  const environment = await startTimeSkippingEnvironment(path);
  const time = await SkippedTime.of(environment.address);
  installProcessClock();
  const workflowBundle = options.workflowBundle ?? (await loadWorkflowBundle());
  const runs = new Map<string, StagedRun>();
  const queuePrefix = `faults-${randomUUID()}`;
  const workers = await Promise.all(
    Object.entries(workersOf).flatMap(([queue, names]) =>
      names.map((worker) =>
        Worker.create({
          connection: environment.nativeConnection,
          taskQueue: `${queuePrefix}-${queue}`,
          identity: worker,
          // The SDK has two workers on one queue in one process only where they look like different builds.
          workerDeploymentOptions: {
            version: { deploymentName: 'faults', buildId: worker },
            useWorkerVersioning: false,
          },
          workflowBundle,
          dataConverter,
          activities: routedActivities(worker, runs),
          interceptors: {
            activity: [
              (context) => faultPointInterceptor(context, { worker, watchOf: (input) => runOf(runs, input) }),
            ],
          },
          maxConcurrentWorkflowTaskExecutions: queue === 'uncached' ? 2 : 40,
          // With a cache of none, the SDK loses the task that brings an update, and the server waits 10 s for it.
          maxCachedWorkflows: queue === 'uncached' ? 2 : 500,
        }),
      ),
    ),
  );
  const replayer = new Replayer(workflowBundle);
  const running = workers.map((worker) => worker.run());
  return {
    time,
    // A plain one: the environment's own client would skip time as it likes.
    client: new Client({ connection: environment.connection }),
    replayer,
    breakActivities: options.breakActivities ?? ((activities) => activities),
    taskQueue: (queue) => `${queuePrefix}-${queue}`,
    enter: (groupId, run) => runs.set(groupId, run),
    leave: (groupId) => runs.delete(groupId),
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all([...running, replayer.close()]);
      await time.close();
      await environment.teardown();
    },
  };
}

function runOf(runs: ReadonlyMap<string, StagedRun>, input: unknown): StagedRun | undefined {
  if (typeof input !== 'object' || input === null || !('groupId' in input)) return undefined;
  return typeof input.groupId === 'string' ? runs.get(input.groupId) : undefined;
}

function routedActivities(worker: string, runs: ReadonlyMap<string, StagedRun>): ExportActivities {
  const activities = (input: unknown): ExportActivities => {
    const run = runOf(runs, input);
    if (run === undefined) throw new Error('an activity of no run');
    return run.activities(worker);
  };
  return {
    resolveExport: (input) => activities(input).resolveExport(input),
    findExportJob: (input) => activities(input).findExportJob(input),
    createExportJob: (input) => activities(input).createExportJob(input),
    pollExportJob: (input) => activities(input).pollExportJob(input),
    verifyExport: (input) => activities(input).verifyExport(input),
    searchAttributesRegistered: (input) => activities(input).searchAttributesRegistered(input),
  };
}
