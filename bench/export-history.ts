import type { Client } from '@temporalio/client';

/** One event of a history, as far as counting goes. */
export interface HistoryEvent {
  /** Temporal's name of the type, such as `TimerStarted`; a failed workflow task's has its cause behind it. */
  readonly type: string;
  /** For `ActivityTaskStarted`: which attempt. */
  readonly attempt: number;
  /** For `StartChildWorkflowExecutionInitiated`: the child's id. */
  readonly childWorkflowId: string | undefined;
}

export interface WorkflowHistory {
  readonly workflowId: string;
  readonly bytes: number;
  readonly events: readonly HistoryEvent[];
}

/** The history of a workflow's latest run, and then those of its children. */
export async function fetchHistories(client: Client, workflowId: string): Promise<WorkflowHistory[]> {
  const handle = client.workflow.getHandle(workflowId);
  const [history, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const events = (history.events ?? []).map((event): HistoryEvent => {
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    const failed = event.workflowTaskFailedEventAttributes;
    return {
      type: failed ? `WorkflowTaskFailed, ${causeText(failed.cause)}` : typeOf(event),
      attempt: event.activityTaskStartedEventAttributes?.attempt ?? 1,
      childWorkflowId: child?.workflowId ?? undefined,
    };
  });
  const childIds = events.flatMap((event) => event.childWorkflowId ?? []);
  const children = await Promise.all(childIds.map((childId) => fetchHistories(client, childId)));
  return [{ workflowId, bytes: description.historySize ?? 0, events }, ...children.flat()];
}

/** `WorkflowTaskFailedCause`, the one that is no fault: news arrived while the workflow was about to end. */
const unhandledCommand = 1;

function causeText(cause: unknown): string {
  return cause === unhandledCommand ? 'news at the end' : `cause ${String(cause)}`;
}

const attributesEnding = 'EventAttributes';

/** An event carries exactly one field of attributes, and that is named after its type. */
function typeOf(event: object): string {
  const field = Object.keys(event).find((name) => name.endsWith(attributesEnding));
  if (field === undefined) return 'unknown';
  const name = field.slice(0, -attributesEnding.length);
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Events by which an export and its children deal with each other: some when it starts, some when it ends. */
const betweenWorkflows = /ChildWorkflowExecution|ExternalWorkflowExecution|^WorkflowExecution/;

/**
 * Events of each look: from where its timer starts to where the next one's does. A look in whose time children start
 * or end is left out: that happens once in an export, however often it looks.
 */
export function eventsPerLook({ events }: WorkflowHistory): number[] {
  const starts = events.flatMap((event, index) => (event.type === 'TimerStarted' ? [index] : []));
  return starts
    .slice(1)
    .map((end, index) => events.slice(starts[index], end))
    .filter((ofLook) => !ofLook.some(({ type }) => betweenWorkflows.test(type)))
    .map((ofLook) => ofLook.length);
}

export function eventCount(histories: readonly WorkflowHistory[]): number {
  return histories.reduce((sum, { events }) => sum + events.length, 0);
}

export function countByType(histories: readonly WorkflowHistory[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { events } of histories) {
    for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
