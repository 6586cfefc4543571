import type { Client } from '@temporalio/client';
import {
  exportJobStates,
  exportSearchAttributes,
  exportSnapshotWorkflow,
  stateLabel,
} from '../contract/index.ts';
import { exportRunStates, exportSummary, type ExportSummary } from './export-summary.ts';
import { searchAttributesOf } from './search-attributes.ts';

/** Which exports to list. Everything given must hold. */
export interface ExportFilter {
  /** Project: 24 lowercase hexadecimal digits. */
  readonly groupId?: string | undefined;
  readonly clusterName?: string | undefined;
  /** What became of the request (one of {@link exportRunStates}), Atlas's state of its job, or `stalled`. */
  readonly state?: string | undefined;
  /** Only exports that were started at this time or later. */
  readonly since?: Date | undefined;
  /** Exports read from Temporal at most, listed or not, so that a long past cannot keep anybody waiting. @default 10000 */
  readonly readMax?: number | undefined;
}

const readMaxDefault = 10_000;
const pageSize = 500;

/** Of exports that run, and of which nothing moves. */
const stalledState = 'stalled';

/** The words that {@link ExportFilter.state} takes. */
export const exportFilterStates: readonly string[] = [...exportRunStates, stalledState, ...exportJobStates];

const statusOfRun: ReadonlyMap<string, string> = new Map([
  ['running', "ExecutionStatus = 'Running'"],
  [stalledState, "ExecutionStatus = 'Running'"],
  ['exported', "ExecutionStatus = 'Completed'"],
  ['failed', "ExecutionStatus = 'Failed'"],
  ['cancelled', "ExecutionStatus = 'Canceled'"],
  ['terminated', "(ExecutionStatus = 'Terminated' OR ExecutionStatus = 'TimedOut')"],
]);

/**
 * Exports as Temporal lists them, newest first. Where the namespace has the search attributes, Temporal does the
 * choosing; an export that does not carry them (started before they were registered) is still read and chosen by
 * its memo or its id, so the same exports are listed with and without them.
 *
 * @throws {TypeError} for a filter that cannot be one
 */
export async function* listExports(
  client: Client,
  filter: ExportFilter = {},
): AsyncGenerator<ExportSummary, void, undefined> {
  checkFilter(filter);
  const query = exportQuery(filter, { indexed: await hasSearchAttributes(client) });
  let read = 0;
  for await (const execution of client.workflow.list({ query, pageSize })) {
    const summary = exportSummary(execution);
    if (matches(summary, filter)) yield summary;
    read += 1;
    if (read >= (filter.readMax ?? readMaxDefault)) return;
  }
}

/** The filter in Temporal's query language. */
export function exportQuery(filter: ExportFilter, { indexed }: { indexed: boolean }): string {
  const { groupId, clusterName, state = '', since } = filter;
  const status = statusOfRun.get(state);
  return [
    `WorkflowType = '${exportSnapshotWorkflow}'`,
    ...(since === undefined ? [] : [`StartTime >= '${since.toISOString()}'`]),
    ...(status === undefined ? [] : [status]),
    ...(indexed ? labelConditions({ groupId, clusterName, state }) : []),
  ].join(' AND ');
}

/** An export without the attribute is let through: its memo or its id decides. */
function labelConditions({ groupId, clusterName, state = '' }: ExportFilter): string[] {
  const names = exportSearchAttributes;
  const equal = ({ name }: { name: string }, value: string | undefined): string[] =>
    value === undefined ? [] : [`(${name} = '${value}' OR ${name} IS NULL)`];
  return [
    ...equal(names.groupId, groupId),
    ...equal(names.clusterName, clusterName),
    ...stateConditions(names.state.name, state),
  ];
}

function stateConditions(name: string, state: string): string[] {
  if (state === stalledState) {
    return [`(${name} STARTS_WITH '${stateLabel('', { stalled: true })}' OR ${name} IS NULL)`];
  }
  if (state === '' || statusOfRun.has(state)) return [];
  const stalled = stateLabel(state, { stalled: true });
  return [`(${name} = '${state}' OR ${name} = '${stalled}' OR ${name} IS NULL)`];
}

/** Values that stand in a query, or that could never match. */
function checkFilter({ groupId, clusterName, state }: ExportFilter): void {
  if (groupId !== undefined && !/^[a-f0-9]{24}$/.test(groupId)) {
    throw new TypeError('a project is 24 lowercase hexadecimal digits');
  }
  if (clusterName !== undefined && !/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/.test(clusterName)) {
    throw new TypeError("a cluster's name is letters, digits and hyphens");
  }
  if (state !== undefined && !exportFilterStates.includes(state)) {
    throw new TypeError(`a state is one of ${exportFilterStates.join(', ')}`);
  }
}

/** A server that cannot be asked for them (Temporal Cloud does not let everybody) is taken as one without. */
async function hasSearchAttributes(client: Client): Promise<boolean> {
  try {
    return (
      (await searchAttributesOf(client)).registered.length === Object.keys(exportSearchAttributes).length
    );
  } catch {
    return false;
  }
}

function matches(summary: ExportSummary, { groupId, clusterName, state }: ExportFilter): boolean {
  return (
    (groupId === undefined || summary.groupId === groupId) &&
    (clusterName === undefined || summary.clusterName === clusterName) &&
    (state === undefined ||
      summary.run === state ||
      summary.state === state ||
      (state === stalledState && summary.stalled))
  );
}
