import { endedWorkflowTasks } from '../workflow-tasks.ts';
import type { Invariant } from './index.ts';

/** A workflow task is a matter of milliseconds, and of the server's 10 s where a worker has lost it. */
const workflowTaskMsMax = 11_000;

/** A run ends within its limit of the machine's time: nothing waits for what never comes. */
export const endsInTime: Invariant = ({ hung }) => (hung === undefined ? [] : [`was not over ${hung}`]);

/** The server has lost no workflow task: otherwise the run could not end, whatever the product does. */
export const serverKeepsTasks: Invariant = ({ lostTasks }) => [...lostTasks];

/** Time was not skipped under what was under way: otherwise the run says less than it seems to. */
export const timeIsHeld: Invariant = ({ leaps, histories }) => [
  ...leaps,
  ...histories.flatMap(({ workflowId, events }) =>
    endedWorkflowTasks(events)
      .filter(({ tookMs }) => tookMs > workflowTaskMsMax)
      .map(
        ({ eventId, tookMs }) =>
          `${workflowId}: ${tookMs} ms went by over the workflow task of event ${eventId}`,
      ),
  ),
];
