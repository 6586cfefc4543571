import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import { startTimeSkippingEnvironment } from '../../faults/time-skipping-environment.ts';
import type { ExportActivities, FleetActivities, WebhookActivities } from '../../src/activities/index.ts';
import {
  deliverWebhookWorkflow,
  trackComponentWorkflow,
  type ComponentStatus,
  type ExportRequest,
  type ExportResult,
  type WebhookDelivery,
  keepExportedWorkflow,
  type KeepExportedResult,
} from '../../src/contract/index.ts';
import { findOrBuildTimeSkippingServer } from '../../src/testing/time-skipping-server.ts';
import { dataConverter } from '../../src/worker/data-converter.ts';
import { loadWorkflowBundle } from '../../src/worker/workflow-bundle.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

type ComponentWorkflow = (input: unknown) => Promise<ComponentStatus>;
type DeliveryWorkflow = (input: unknown) => Promise<WebhookDelivery>;
export type FleetWorkflow = (...input: unknown[]) => Promise<KeepExportedResult>;
export type ExportWorkflow = (request: ExportRequest) => Promise<ExportResult>;

/** A Temporal whose time leaps to the next timer while a result is awaited, with the real workflows on a worker. */
export interface SkippedTime {
  readonly environment: TestWorkflowEnvironment;
  /** Runs `body` beside a worker that has these activities. */
  withWorker<T>(
    activities: ExportActivities & Partial<WebhookActivities & FleetActivities>,
    body: (queue: TestQueue) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

export interface TestQueue {
  /** Starts an export from what may be no request at all. */
  start(input: unknown, workflowId?: string): Promise<WorkflowHandle<ExportWorkflow>>;
  /** Starts the follower of a component alone, as anybody can from the Web UI. */
  startTracker(input: unknown, workflowId?: string): Promise<WorkflowHandle<ComponentWorkflow>>;
  /** Starts what tells a webhook alone. */
  startDelivery(input: unknown): Promise<WorkflowHandle<DeliveryWorkflow>>;
  /** Starts a fleet's run from what may be no request at all. */
  startFleet(...input: unknown[]): Promise<WorkflowHandle<FleetWorkflow>>;
}

export async function startSkippedTime(): Promise<SkippedTime> {
  const path = await findOrBuildTimeSkippingServer({ report: (line) => process.stderr.write(`${line}\n`) });
  const environment = await startTimeSkippingEnvironment(path);
  const workflowBundle = await loadWorkflowBundle();
  return {
    environment,
    withWorker: async (activities, body) => {
      const taskQueue = `test-${randomUUID()}`;
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        workflowBundle,
        dataConverter,
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
          startTracker: (input, workflowId = `test-${randomUUID()}`) =>
            environment.client.workflow.start<ComponentWorkflow>(trackComponentWorkflow, {
              taskQueue,
              workflowId,
              args: [input],
            }),
          startDelivery: (input) =>
            environment.client.workflow.start<DeliveryWorkflow>(deliverWebhookWorkflow, {
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
