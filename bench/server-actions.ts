import type { WorkflowHistory } from './export-history.ts';

/**
 * What Temporal Cloud bills as Actions (its documentation, "Temporal Cloud Actions"), as far as an export has any.
 * What a history shows is read from there; queries and heartbeats leave no event and are counted by the SDK.
 */
export interface ServerActions {
  /** Started by a client. */
  readonly workflowsStarted: number;
  /** Two for each: the start, and the execution. */
  readonly childWorkflows: number;
  /** Every attempt. */
  readonly activitiesStarted: number;
  /** Those that a condition with a timeout starts included. */
  readonly timersStarted: number;
  readonly signalsSent: number;
  readonly updates: number;
  /** Side effects, patches and local activities. */
  readonly markers: number;
  readonly searchAttributeUpserts: number;
  readonly queries: number;
  readonly heartbeats: number;
}

/** Requests to the Temporal server, by gRPC method. */
export type ServerRequests = ReadonlyMap<string, number>;

/** The actions of one export, from the histories of all its workflows and the requests made for it. */
export function serverActions(
  histories: readonly WorkflowHistory[],
  requests: ServerRequests,
): ServerActions {
  const events = histories.flatMap((history) => history.events);
  const ofType = (type: string): number => events.filter((event) => event.type === type).length;
  const childWorkflows = ofType('StartChildWorkflowExecutionInitiated');
  return {
    workflowsStarted: ofType('WorkflowExecutionStarted') - childWorkflows,
    childWorkflows: childWorkflows * 2,
    activitiesStarted: events
      .filter((event) => event.type === 'ActivityTaskStarted')
      .reduce((sum, event) => sum + event.attempt, 0),
    timersStarted: ofType('TimerStarted'),
    signalsSent: ofType('SignalExternalWorkflowExecutionInitiated'),
    updates: ofType('WorkflowExecutionUpdateAccepted'),
    markers: ofType('MarkerRecorded'),
    searchAttributeUpserts: ofType('UpsertWorkflowSearchAttributes'),
    queries: requests.get('QueryWorkflow') ?? 0,
    heartbeats: requests.get('RecordActivityTaskHeartbeat') ?? 0,
  };
}

export function totalActions(actions: ServerActions): number {
  return Object.values(actions).reduce((sum: number, count: number) => sum + count, 0);
}

/** Reads the SDK's own count of its requests from its metrics, in Prometheus's text format. */
export function readServerRequests(metrics: string): Map<string, number> {
  const requests = new Map<string, number>();
  for (const line of metrics.split('\n')) {
    const match = /^temporal_(?:long_)?request(?:_total)?\{(?<labels>.*)\} (?<count>[\d.e+]+)$/.exec(line);
    const operation = /operation="(?<name>\w+)"/.exec(match?.groups?.['labels'] ?? '')?.groups?.['name'];
    if (operation === undefined) continue;
    requests.set(operation, (requests.get(operation) ?? 0) + Number(match?.groups?.['count']));
  }
  return requests;
}

/** What was asked between two readings, for each of so many exports. */
export function requestsPerExport(
  before: ServerRequests,
  after: ServerRequests,
  exports: number,
): Map<string, number> {
  const since = [...after].map(([name, count]): [string, number] => [
    name,
    (count - (before.get(name) ?? 0)) / exports,
  ]);
  return new Map(since.filter(([, count]) => count > 0));
}
