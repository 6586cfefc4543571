import {
  Client,
  Connection,
  WorkflowFailedError,
  type ConnectionOptions,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  checkExportRequest,
  exportPresentation,
  exportSnapshotWorkflow,
  exportWorkflowId,
  pollNowUpdate,
  statusQuery,
  taskQueueDefault,
  type ExportRequest,
  type ExportResult,
  type ExportStatus,
} from './contract/index.ts';
import { exportErrorOf, InvalidExportRequestError } from './client/export-error.ts';
import { ExportSchedules } from './client/export-schedules.ts';
import { resultOfRun, type ExportSnapshot } from './client/export-result.ts';
import { exportSummary, type ExportSummary } from './client/export-summary.ts';
import { Fleets } from './client/fleets.ts';
import { listExports, type ExportFilter } from './client/list-exports.ts';
import { checkTemporal, workersOf, type Finding } from './client/temporal-check.ts';
import { registerSearchAttributes } from './client/search-attributes.ts';

export * from './contract/index.ts';
export { ExportError, InvalidExportRequestError } from './client/export-error.ts';
export {
  catchupWindowDefault,
  type CreateExportScheduleOptions,
  type CreateFleetScheduleOptions,
  type ExportScheduleDescription,
  type ExportSchedules,
  type ExportScheduleSummary,
  type ScheduledOutcome,
  type ScheduleTimes,
} from './client/export-schedules.ts';
export type { FleetHandle, Fleets, StartFleetOptions } from './client/fleets.ts';
export { exportRunStates, type ExportRunState, type ExportSummary } from './client/export-summary.ts';
export { exportFilterStates, type ExportFilter } from './client/list-exports.ts';
export { searchAttributesOf, type RegisteredSearchAttributes } from './client/search-attributes.ts';
export type { Finding, FindingLevel } from './client/temporal-check.ts';
export { temporalProblem, type TemporalErrorCode, type TemporalProblem } from './client/temporal-error.ts';

export interface ExportClientOptions {
  /** A Temporal client that is connected to the worker's namespace. */
  readonly client: Client;
  /** The worker's task queue. @default "atlas-export" */
  readonly taskQueue?: string;
}

export interface StartExportOptions {
  /** @default the id of the same request, so that asking twice gives the same run: `exportWorkflowId(request)` */
  readonly workflowId?: string;
}

/** One run of an export: the one just started, or one that was running already. */
export interface ExportHandle {
  readonly workflowId: string;
  /** Of the run that this handle was given; absent for a handle got by id alone. */
  readonly runId?: string | undefined;
  /**
   * Waits for the end of this run: of the latest one where the handle has no run id. Tries of one run (a retry that
   * Temporal makes) are waited for to the last; the next run of a cron workflow is another export. Rejects with
   * {@link ExportError} when the export ended otherwise than exported.
   */
  result(): Promise<ExportResult>;
  /** What is known now; costs Atlas nothing. */
  status(): Promise<ExportStatus>;
  /** Looks at Atlas now and returns the fresh status. */
  pollNow(): Promise<ExportStatus>;
  /** Stops tracking. Atlas has no way to cancel an export job: it goes on, and is billed. */
  cancel(): Promise<void>;
}

/** Starts and follows exports: what another service imports. */
export class ExportClient {
  readonly temporal: Client;
  readonly taskQueue: string;
  /** Exports at set times. */
  readonly schedules: ExportSchedules;
  /** Whole fleets, kept exported. */
  readonly fleets: Fleets;

  constructor({ client, taskQueue = taskQueueDefault }: ExportClientOptions) {
    this.temporal = client;
    this.taskQueue = taskQueue;
    this.fleets = new Fleets({ client, taskQueue });
    this.schedules = new ExportSchedules({ client, taskQueue, startOptions: exportStartOptions });
  }

  /**
   * Starts an export, or joins the run of the same request. Throws {@link InvalidExportRequestError} for a
   * wrong request before anything is sent; everything else is decided by the workflow.
   */
  async start(request: ExportRequest, options: StartExportOptions = {}): Promise<ExportHandle> {
    const checked = checkExportRequest(request);
    if (checked.problems !== undefined) throw new InvalidExportRequestError(checked.problems);
    const handle = await this.temporal.workflow.start<ExportSnapshot>(exportSnapshotWorkflow, {
      ...exportStartOptions(request),
      taskQueue: this.taskQueue,
      workflowId: options.workflowId ?? exportWorkflowId(request),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return exportHandle(this.temporal, handle, handle.firstExecutionRunId);
  }

  /** Starts an export, or joins the run of the same request, and waits for its end. */
  async execute(request: ExportRequest, options: StartExportOptions = {}): Promise<ExportResult> {
    const handle = await this.start(request, options);
    return handle.result();
  }

  /** The export of this workflow id; of one of its runs when `runId` is given, else of the latest. */
  getHandle(workflowId: string, runId?: string): ExportHandle {
    return exportHandle(
      this.temporal,
      this.temporal.workflow.getHandle<ExportSnapshot>(workflowId, runId),
      runId,
    );
  }

  /** What Temporal itself knows of an export: answered without any worker, at the price of knowing less. */
  async describe(workflowId: string, runId?: string): Promise<ExportSummary> {
    return exportSummary(await this.temporal.workflow.getHandle(workflowId, runId).describe());
  }

  /** Exports that match, newest first. Throws a `TypeError` for a filter that cannot be one. */
  list(filter: ExportFilter = {}): AsyncIterable<ExportSummary> {
    return listExports(this.temporal, filter);
  }

  /** Whether a worker has asked for an export's work in the last minutes: without one, it cannot be asked for its status. */
  async hasWorker({ taskQueue }: Pick<ExportSummary, 'taskQueue'>): Promise<boolean> {
    const [workflows = []] = await workersOf(this.temporal, taskQueue);
    return workflows.length > 0;
  }

  /** Whether exports can be run here: server, namespace, search attributes, workers. Changes nothing. */
  check(): Promise<readonly Finding[]> {
    return checkTemporal(this.temporal, this.taskQueue);
  }

  /**
   * Registers the search attributes that exports carry where the namespace has them. Once is enough; it can be
   * repeated. Returns the names that were missing. Needs the right to change the namespace.
   */
  registerSearchAttributes(): Promise<readonly string[]> {
    return registerSearchAttributes(this.temporal);
  }
}

export interface ConnectExportClientOptions extends Omit<ExportClientOptions, 'client'> {
  /** Where Temporal is and how to get in. @default what `TEMPORAL_*` and Temporal's configuration file say */
  readonly temporal?: { readonly connectionOptions: ConnectionOptions; readonly namespace?: string };
}

/** Connects by `TEMPORAL_*` as `@temporalio/envconfig` reads them. Close `client.temporal.connection` when done. */
export async function connectExportClient({
  temporal,
  ...options
}: ConnectExportClientOptions = {}): Promise<ExportClient> {
  const { connectionOptions, namespace } = temporal ?? loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  const client = new Client({ connection, ...(namespace === undefined ? {} : { namespace }) });
  return new ExportClient({ client, ...options });
}

/** What a started export shows in lists; also for the action of a Temporal Schedule. */
export function exportStartOptions(
  request: ExportRequest,
): Pick<WorkflowStartOptions, 'staticSummary' | 'staticDetails' | 'memo'> & { args: [ExportRequest] } {
  return { args: [request], ...exportPresentation(request) };
}

function exportHandle(
  client: Client,
  handle: WorkflowHandle<ExportSnapshot>,
  runId: string | undefined,
): ExportHandle {
  const { workflowId } = handle;
  return {
    workflowId,
    runId,
    result: async () => {
      try {
        return await resultOfRun(client, { workflowId, runId });
      } catch (error) {
        throw error instanceof WorkflowFailedError ? exportErrorOf(error) : error;
      }
    },
    status: () => handle.query<ExportStatus>(statusQuery),
    pollNow: () => handle.executeUpdate<ExportStatus, []>(pollNowUpdate),
    cancel: async () => {
      await handle.cancel();
    },
  };
}
