import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { ExportActivities } from '../activities/export-activities.ts';

/**
 * A worker that dies over an activity is noticed by the heartbeats that stay away: they come every 2 s (see
 * activities/heartbeat-interval.ts). Together with the sticky timeout (5 s), which the workflow task after it may have to sit
 * out, another worker goes on within 11 s. It is three beats, so that a busy worker or a server that pauses for a
 * moment loses nothing; a create that is given up by mistake is looked for as one of unknown outcome.
 *
 * The frozen worker's lease does not lean on it: what a worker sends late, it sends within the lease's 5 s, and
 * the looks for the job of a create that was given up go on for 125 s before another is sent.
 */
export const heartbeatTimeoutMs = 6_000;

/** For a local activity that only asks the worker: one try, since whoever asks can do without the answer. */
export const workerQuestion = {
  startToCloseTimeout: '3s',
  scheduleToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
} as const;

/** One look at Atlas is over after this long, whatever happens to the worker that took it on. */
const lookTimeoutMs = 15_000;

/** A look that first has every component look takes as long as two in a row. */
const freshLookTimeoutMs = 35_000;

/**
 * The create activity may use 5 s to learn whether it is still wanted, 5 s to get the request on its way and 10 s to
 * hear the answer, and where it has to look again before, 2 min for that, as for any list, and 5 s to ask once more. The
 * activity holds to the same figures (see activities/create-export-job.ts). A worker that dies is noticed by its
 * heartbeats, long before.
 */
const createTimeoutMs = 145_000;

/** A list may have many pages. */
const listTimeoutMs = 2 * 60_000;

/**
 * The activities, each with the retry policy its meaning allows. Temporal is the only one who retries.
 *
 * The fairness key is the project: where the server shares a task queue's rate by key, one project's exports
 * do not use up the time of another's.
 */
export interface ExportActivityCalls {
  /** Read-only, so Temporal repeats them until the deadline; refusals that cannot change end them at once. */
  readonly lists: (
    remainingMs: number,
  ) => ActivityInterfaceFor<Pick<ExportActivities, 'resolveExport' | 'findExportJob'>>;
  /** Never repeated by Temporal: whether to send a second POST is decided by looking first. */
  readonly create: ActivityInterfaceFor<Pick<ExportActivities, 'createExportJob'>>;
  /** One look each: a look that fails is something to show, and the next look is the retry. */
  readonly look: ActivityInterfaceFor<Pick<ExportActivities, 'pollExportJob'>>;
  readonly freshLook: ActivityInterfaceFor<Pick<ExportActivities, 'pollExportJob'>>;
}

export function exportActivityCalls(groupId: string): ExportActivityCalls {
  const priority = { fairnessKey: groupId };
  const once = { maximumAttempts: 1 };
  return {
    lists: listCalls,
    create: proxyActivities<Pick<ExportActivities, 'createExportJob'>>({
      priority,
      startToCloseTimeout: createTimeoutMs,
      heartbeatTimeout: heartbeatTimeoutMs,
      retry: once,
    }),
    look: lookCalls(lookTimeoutMs),
    freshLook: lookCalls(freshLookTimeoutMs),
  };

  function lookCalls(startToCloseTimeout: number): ExportActivityCalls['look'] {
    return proxyActivities<Pick<ExportActivities, 'pollExportJob'>>({
      priority,
      startToCloseTimeout,
      heartbeatTimeout: heartbeatTimeoutMs,
      cancellationType: 'TRY_CANCEL',
      retry: once,
    });
  }

  function listCalls(remainingMs: number): ReturnType<ExportActivityCalls['lists']> {
    return proxyActivities<Pick<ExportActivities, 'resolveExport' | 'findExportJob'>>({
      priority,
      scheduleToCloseTimeout: Math.max(remainingMs, 1),
      startToCloseTimeout: listTimeoutMs,
      heartbeatTimeout: heartbeatTimeoutMs,
      cancellationType: 'TRY_CANCEL',
      retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1 minute' },
    });
  }
}
