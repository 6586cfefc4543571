import type { HistoryEvent } from './evidence.ts';

/** Temporal's own, which no workflow here changes. */
const workflowTaskTimeoutMs = 10_000;

/** The server has this long to time a task out, on a machine that is busy. */
const lateMsMax = 3_000;

const endTypes = new Set(['workflowTaskCompleted', 'workflowTaskFailed', 'workflowTaskTimedOut']);

/** A workflow task that a history says is under way. */
export interface OpenWorkflowTask {
  readonly state: 'scheduled' | 'started';
  /** When it came to be so, by the server's clock. */
  readonly sinceMs: number;
  readonly eventId: number;
}

/** Undefined where none is open. */
export function openWorkflowTask(events: readonly HistoryEvent[]): OpenWorkflowTask | undefined {
  const last = events.findLast(({ type }) => type.startsWith('workflowTask'));
  if (last === undefined || endTypes.has(last.type)) return undefined;
  const state = last.type === 'workflowTaskStarted' ? 'started' : 'scheduled';
  return { state, sinceMs: last.atMs, eventId: last.eventId };
}

/**
 * Whether the server has lost it. A task that a worker has, does not end or never got is timed out by the server
 * after 10 s; one that is neither over nor timed out by then is known to nobody, whatever a worker does.
 */
export function isLost({ state, sinceMs }: OpenWorkflowTask, nowMs: number): boolean {
  return state === 'started' && nowMs - sinceMs > workflowTaskTimeoutMs + lateMsMax;
}

/** The workflow tasks of a history that have ended, with how long each took from being scheduled. */
export function endedWorkflowTasks(
  events: readonly HistoryEvent[],
): { readonly eventId: number; readonly tookMs: number }[] {
  const tasks: { eventId: number; tookMs: number }[] = [];
  let scheduled: HistoryEvent | undefined;
  for (const event of events) {
    if (event.type === 'workflowTaskScheduled') scheduled = event;
    else if (scheduled !== undefined && endTypes.has(event.type)) {
      tasks.push({ eventId: scheduled.eventId, tookMs: event.atMs - scheduled.atMs });
      scheduled = undefined;
    }
  }
  return tasks;
}
