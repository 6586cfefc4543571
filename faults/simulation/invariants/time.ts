import type { HistoryEvent } from '../evidence.ts';
import type { Invariant } from './index.ts';

/** A workflow task is a matter of milliseconds, and of the server's 10 s where a worker has lost it. */
const workflowTaskMsMax = 11_000;

/** A run ends within its limit of the machine's time: nothing waits for what never comes. */
export const endsInTime: Invariant = ({ hung }) => (hung === undefined ? [] : [`was not over ${hung}`]);

/** Time was not skipped under what was under way: otherwise the run says less than it seems to. */
export const timeIsHeld: Invariant = ({ leaps, histories }) => [
  ...leaps,
  ...histories.flatMap(({ workflowId, events }) =>
    workflowTasks(events)
      .filter(({ tookMs }) => tookMs > workflowTaskMsMax)
      .map(
        ({ eventId, tookMs }) =>
          `${workflowId}: ${tookMs} ms went by over the workflow task of event ${eventId}`,
      ),
  ),
];

function workflowTasks(events: readonly HistoryEvent[]): { eventId: number; tookMs: number }[] {
  const tasks: { eventId: number; tookMs: number }[] = [];
  let scheduled: HistoryEvent | undefined;
  for (const event of events) {
    if (event.type === 'workflowTaskScheduled') scheduled = event;
    else if (scheduled !== undefined && workflowTaskEnds.has(event.type)) {
      tasks.push({ eventId: scheduled.eventId, tookMs: event.atMs - scheduled.atMs });
      scheduled = undefined;
    }
  }
  return tasks;
}

const workflowTaskEnds = new Set(['workflowTaskCompleted', 'workflowTaskFailed', 'workflowTaskTimedOut']);
