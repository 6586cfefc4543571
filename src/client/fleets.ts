import {
  WorkflowFailedError,
  type Client,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import {
  checkKeepExportedRequest,
  keepExportedWorkflow,
  keepExportedWorkflowId,
  statusQuery,
  type FleetStatusQuery,
  type KeepExportedRequest,
  type KeepExportedResult,
  type KeepExportedStatus,
} from '../contract/index.ts';
import { exportErrorOf, InvalidExportRequestError } from './export-error.ts';
import type { ExportSummary } from './export-summary.ts';
import { listExports } from './list-exports.ts';

/** The most that one question for a status is answered with. */
const clustersPerPage = 1_000;

export interface StartFleetOptions {
  /** What the fleet is called: a second start of one name joins the run of the first. */
  readonly name: string;
}

/** One run that keeps a fleet exported. */
export interface FleetHandle {
  readonly workflowId: string;
  /** Waits for the end. Rejects with `ExportError` when the request was refused or the run cancelled. */
  result(): Promise<KeepExportedResult>;
  /** What is known now, with a page of the clusters; costs Atlas nothing. */
  status(query?: FleetStatusQuery): Promise<KeepExportedStatus>;
  /** Of the exports that run of its clusters, whoever started them, those that are stalled; costs Atlas nothing. */
  stalled(): Promise<ExportSummary[]>;
  /** Starts no further exports. Those that run go on. */
  cancel(): Promise<void>;
}

/** Fleets of clusters that are kept exported. Reached as `ExportClient.fleets`. */
export class Fleets {
  readonly #client: Client;
  readonly #taskQueue: string;

  constructor(options: { client: Client; taskQueue: string }) {
    this.#client = options.client;
    this.#taskQueue = options.taskQueue;
  }

  /**
   * Starts a run, or joins the one of the same name.
   *
   * @throws {InvalidExportRequestError} for a wrong request, before anything is sent
   */
  async start(request: KeepExportedRequest, { name }: StartFleetOptions): Promise<FleetHandle> {
    const { problems } = checkKeepExportedRequest(request);
    if (problems !== undefined) throw new InvalidExportRequestError(problems, 'keepExported request');
    const handle = await this.#client.workflow.start<KeepExported>(keepExportedWorkflow, {
      ...fleetStartOptions(request, name),
      taskQueue: this.#taskQueue,
      workflowId: fleetWorkflowId(request, name),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return fleetHandle(this.#client, handle);
  }

  /** The latest run of the fleet of this name, whoever started it: a person, or a schedule, which adds the time to the id. */
  async latest(name: string): Promise<FleetHandle> {
    const id = keepExportedWorkflowId(checkedName(name));
    const query = `WorkflowType = '${keepExportedWorkflow}' AND WorkflowId STARTS_WITH '${id}'`;
    for await (const { workflowId } of this.#client.workflow.list({ query })) {
      if (/^(-\d{4}-\d{2}-\d{2}T[\d:]+Z)?$/.test(workflowId.slice(id.length))) {
        return this.getHandleById(workflowId);
      }
    }
    // Temporal lists a run a moment after it has started.
    return this.getHandle(name);
  }

  /** The run of this name that was started by `start`. */
  getHandle(name: string): FleetHandle {
    return this.getHandleById(keepExportedWorkflowId(name));
  }

  /** A run by its workflow id, such as one that a schedule has started. */
  getHandleById(workflowId: string): FleetHandle {
    return fleetHandle(this.#client, this.#client.workflow.getHandle<KeepExported>(workflowId));
  }
}

/** The name stands in an id, and in a question to Temporal. */
function checkedName(name: string): string {
  if (/^[\w.-]{1,100}$/.test(name)) return name;
  const message = "a fleet's name is 1 to 100 letters, digits, dots, hyphens and underscores";
  throw new InvalidExportRequestError([{ path: 'name', message }], 'keepExported request');
}

/** A dry run has an id of its own: it must not take the place of a run that exports, nor the other way round. */
export function fleetWorkflowId({ dryRun = false }: KeepExportedRequest, name: string): string {
  const id = keepExportedWorkflowId(checkedName(name));
  return dryRun ? `${id}/dry-run` : id;
}

type KeepExported = (request: KeepExportedRequest) => Promise<KeepExportedResult>;

/** What a run shows in lists; also for the action of a Temporal Schedule. */
export function fleetStartOptions(
  request: KeepExportedRequest,
  name: string,
): Pick<WorkflowStartOptions, 'staticSummary' | 'staticDetails'> & { args: [KeepExportedRequest] } {
  const what = request.frequencyTypes.join(', ');
  const count = request.projects.length;
  return {
    args: [request],
    staticSummary: `Keep ${name} exported: ${what} snapshots of ${count} projects`.slice(0, 200),
    staticDetails: request.projects
      .slice(0, 50)
      .map(
        ({ groupId, clusterNames }) => `- Project \`${groupId}\`: ${clusterNames?.length ?? 'all'} clusters`,
      )
      .join('\n'),
  };
}

function fleetHandle(client: Client, handle: WorkflowHandle<KeepExported>): FleetHandle {
  const status: FleetHandle['status'] = (query = {}) =>
    handle.query<KeepExportedStatus, [FleetStatusQuery]>(statusQuery, query);
  return {
    workflowId: handle.workflowId,
    result: async () => {
      try {
        return await handle.result();
      } catch (error) {
        throw error instanceof WorkflowFailedError ? exportErrorOf(error) : error;
      }
    },
    status,
    stalled: () => stalledExports(client, status),
    cancel: async () => {
      await handle.cancel();
    },
  };
}

/** By the labels that exports keep: neither they nor the fleet's run are asked, which would add to their histories. */
async function stalledExports(client: Client, status: FleetHandle['status']): Promise<ExportSummary[]> {
  const stalled: ExportSummary[] = [];
  for await (const each of listExports(client, { state: 'stalled' })) stalled.push(each);
  if (stalled.length === 0) return [];
  const names = await clusterKeys(status);
  return stalled.filter((each) => names.has(clusterKey(each)));
}

async function clusterKeys(status: FleetHandle['status']): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (let offset = 0; ; offset += clustersPerPage) {
    const { clusters } = await status({ offset, limit: clustersPerPage });
    for (const cluster of clusters) keys.add(clusterKey(cluster));
    if (clusters.length < clustersPerPage) return keys;
  }
}

function clusterKey(cluster: {
  readonly groupId?: string | undefined;
  readonly clusterName?: string | undefined;
}): string {
  return `${cluster.groupId ?? ''}/${cluster.clusterName ?? ''}`;
}
