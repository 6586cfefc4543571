import { setTimeout as machineSleep } from 'node:timers/promises';
import { workflowTasksUnderWay, type RunId } from './idle.ts';
import type { Stage } from './stage.ts';
import { isLost } from './workflow-tasks.ts';

/** In the machine's time: a seed that goes well is over before the first look. */
const lookedEveryMs = 3_000;

export interface LostTaskWatch {
  /** What has been lost, in words; it settles only when something has, or at its stop, with nothing. */
  readonly found: Promise<readonly string[]>;
  readonly stop: () => void;
}

/**
 * Watches for the one fault by which Temporal's test server brings a run to a standstill. A worker's answer to a
 * workflow task that cancels a timer is refused where that timer has fired meanwhile; by then the server has
 * already struck the task off its list, so that it neither ends nor times out (sdk-java,
 * `TestWorkflowMutableStateImpl.processCancelTimer`). Temporal itself takes such an answer. Two looks must see
 * the same task lost.
 */
export function watchForLostTasks(stage: Stage, runs: () => readonly RunId[]): LostTaskWatch {
  const stop = new AbortController();
  const { signal } = stop;
  const watch = async (): Promise<readonly string[]> => {
    let before = new Set<string>();
    for (;;) {
      const rested = await machineSleep(lookedEveryMs, true, { signal }).catch(() => false);
      if (!rested) return [];
      const nowMs = await stage.time.nowMs();
      const tasks = await workflowTasksUnderWay(stage.client, runs());
      const lost = tasks
        .filter((task) => isLost(task, nowMs))
        .map(
          ({ workflowId, eventId }) =>
            `${workflowId}: the workflow task of event ${eventId} started, and was neither ended nor timed out`,
        );
      const again = lost.filter((what) => before.has(what));
      if (again.length > 0) return again;
      before = new Set(lost);
    }
  };
  return { found: watch(), stop: () => stop.abort() };
}
