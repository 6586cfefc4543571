import type { HistoryEvent } from '../evidence.ts';
import type { Invariant } from './index.ts';

/** The start, the end, a cancellation, labels, and a marker for each change of the code. */
const eventsBesideMax = 20;
/** What each of these brings with it at most: its own events, those of its timer and of the workflow tasks between. */
const eventsPer: Readonly<Record<string, number>> = {
  // 11 on Temporal itself, as the history benchmark counts. This server now and then hands a worker a task without
  // anything new in it, which is three events more (seed 2033).
  activityTaskScheduled: 14,
  // A look that sees a new state is followed by another label.
  workflowPropertiesModified: 1,
  upsertWorkflowSearchAttributes: 1,
  startChildWorkflowExecutionInitiated: 12,
  workflowExecutionUpdateAccepted: 8,
  workflowExecutionSignaled: 4,
  workflowTaskTimedOut: 3,
  workflowTaskFailed: 3,
};

/**
 * No workflow task fails: one that does is repeated for ever. Only a workflow's last words that cross with an
 * event it has not seen yet are handed back to it, which the next task settles.
 */
export const noWorkflowTaskFails: Invariant = ({ histories }) =>
  histories.flatMap(({ workflowId, events }) =>
    events
      .filter(({ type, cause }) => type === 'workflowTaskFailed' && !cause?.startsWith('unhandledCommand'))
      .map(({ eventId, cause }) => `${workflowId}: workflow task failed in event ${eventId}: ${cause}`),
  );

/** A history grows with what is done in it, and not faster. */
export const historyBounded: Invariant = ({ histories }) =>
  histories.flatMap(({ workflowId, events }) => {
    const eventsMax = events.reduce((sum, { type }) => sum + (eventsPer[type] ?? 0), eventsBesideMax);
    return events.length > eventsMax
      ? [`${workflowId}: ${events.length} events, of ${eventsMax} at most: ${countsText(events)}`]
      : [];
  });

/** "10 activityTaskScheduled, 10 timerStarted, …" */
function countsText(events: readonly HistoryEvent[]): string {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(', ');
}

/** Every history replays with the workflow code that made it. */
export const historiesReplay: Invariant = ({ histories }) =>
  histories.flatMap(({ workflowId, replayError }) =>
    replayError === undefined ? [] : [`${workflowId} does not replay: ${replayError}`],
  );
