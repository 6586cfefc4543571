import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import type { ExportActivities, FleetActivities } from '../../src/activities/index.ts';
import {
  trackComponentWorkflow,
  type ComponentStatus,
  type ExportRequest,
  type ExportResult,
  keepExportedWorkflow,
  type KeepExportedResult,
} from '../../src/contract/index.ts';
import { findOrBuildTimeSkippingServer } from '../../src/testing/time-skipping-server.ts';
import { loadWorkflowBundle } from '../../src/worker/workflow-bundle.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

type ComponentWorkflow = (input: unknown) => Promise<ComponentStatus>;
export type FleetWorkflow = (...input: unknown[]) => Promise<KeepExportedResult>;
export type ExportWorkflow = (request: ExportRequest) => Promise<ExportResult>;

/** A Temporal whose time leaps to the next timer while a result is awaited, with the real workflows on a worker. */
export interface SkippedTime {
  readonly environment: TestWorkflowEnvironment;
  /** Runs `body` beside a worker that has these activities. */
  withWorker<T>(
    activities: ExportActivities & Partial<FleetActivities>,
    body: (queue: TestQueue) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

export interface TestQueue {
  /** Starts an export from what may be no request at all. */
  start(input: unknown, workflowId?: string): Promise<WorkflowHandle<ExportWorkflow>>;
  /** Starts the follower of a component alone, as anybody can from the Web UI. */
  startTracker(input: unknown): Promise<WorkflowHandle<ComponentWorkflow>>;
  /** Starts a fleet's run from what may be no request at all. */
  startFleet(...input: unknown[]): Promise<WorkflowHandle<FleetWorkflow>>;
}

export async function startSkippedTime(): Promise<SkippedTime> {
  const path = await findOrBuildTimeSkippingServer({ report: (line) => process.stderr.write(`${line}\n`) });
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const workflowBundle = await loadWorkflowBundle();
  return {
    environment,
    withWorker: async (activities, body) => {
      const taskQueue = `test-${randomUUID()}`;
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        workflowBundle,
        activities,
      });
      return worker.runUntil(
        body({
          start: (input, workflowId = `test-${randomUUID()}`) =>
            environment.client.workflow.start<(input: unknown) => Promise<ExportResult>>('exportSnapshot', {
              taskQueue,
              workflowId,
              args: [input],
            }),
          startTracker: (input) =>
            environment.client.workflow.start<ComponentWorkflow>(trackComponentWorkflow, {
              taskQueue,
              workflowId: `test-${randomUUID()}`,
              args: [input],
            }),
          startFleet: (...input) =>
            environment.client.workflow.start<FleetWorkflow>(keepExportedWorkflow, {
              taskQueue,
              workflowId: `test-${randomUUID()}`,
              args: input,
            }),
        }),
      );
    },
    close: () => environment.teardown(),
  };
}
