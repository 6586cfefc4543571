import type { WorkflowHandle } from '@temporalio/client';
import type { HistoryEvent } from './evidence.ts';

export type RawHistory = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type RawEvent = NonNullable<RawHistory['events']>[number];

/** WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND */
const unhandledCommand = 1;

/** A workflow's history as it is, and as the checks read it. */
export async function readHistory(
  handle: WorkflowHandle,
): Promise<{ readonly raw: RawHistory; readonly events: readonly HistoryEvent[] }> {
  const raw = await handle.fetchHistory();
  const activityTypes = new Map<number, string>();
  const events = (raw.events ?? []).map((event) => readEvent(event, activityTypes));
  return { raw, events };
}

/** The child workflows that a history has started. */
export function childrenOf(raw: RawHistory): { readonly workflowId: string; readonly runId: string }[] {
  return (raw.events ?? []).flatMap(({ childWorkflowExecutionStartedEventAttributes: started }) => {
    const { workflowId, runId } = started?.workflowExecution ?? {};
    return typeof workflowId === 'string' && typeof runId === 'string' ? [{ workflowId, runId }] : [];
  });
}

function readEvent(event: RawEvent, activityTypes: Map<number, string>): HistoryEvent {
  const eventId = Number(event.eventId ?? 0);
  const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
  if (typeof name === 'string') activityTypes.set(eventId, name);
  const scheduledEventId = name === undefined ? scheduledEventIdOf(event) : eventId;
  return {
    eventId,
    type: typeOf(event),
    atMs: Number(event.eventTime?.seconds ?? 0) * 1000 + Math.floor((event.eventTime?.nanos ?? 0) / 1e6),
    activityType: scheduledEventId === undefined ? undefined : activityTypes.get(scheduledEventId),
    scheduledEventId,
    cause: causeOf(event),
  };
}

/** `workflowTaskFailed`, from the one member that holds the event's attributes. */
function typeOf(event: RawEvent): string {
  const suffix = 'EventAttributes';
  const found = Object.entries(event).find(([key, value]) => key.endsWith(suffix) && value !== null);
  return found === undefined ? 'unknown' : found[0].slice(0, -suffix.length);
}

function scheduledEventIdOf(event: RawEvent): number | undefined {
  const attributes =
    event.activityTaskStartedEventAttributes ??
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return attributes ? Number(attributes.scheduledEventId ?? 0) : undefined;
}

/** `unhandledCommand: …` of a workflow task that failed; the failure's type, such as `ATLAS_NOT_FOUND`, of an activity. */
function causeOf(event: RawEvent): string | undefined {
  const activity = event.activityTaskFailedEventAttributes;
  if (activity) return activity.failure?.applicationFailureInfo?.type ?? undefined;
  const failed = event.workflowTaskFailedEventAttributes;
  if (!failed) return undefined;
  const cause =
    Number(failed.cause) === unhandledCommand ? 'unhandledCommand' : `cause ${String(failed.cause)}`;
  return `${cause}: ${failed.failure?.message ?? 'no message'}`;
}
