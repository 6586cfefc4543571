import type { HistoryEvent } from '../evidence.ts';
import type { Invariant } from './index.ts';

/** The shortest pause between looks of each preset, and the longest. */
const intervals = {
  eager: { minMs: 2_000, maxMs: 10 * 60_000 },
  balanced: { minMs: 4_000, maxMs: 20 * 60_000 },
  thrifty: { minMs: 10_000, maxMs: 60 * 60_000 },
} as const;
/** After a failed look: 5 s at least, and no longer than Atlas asked for. */
const failureMinMs = 5_000;
const retryAfterMaxMs = 10 * 60_000;
/** A component has up to three more looks when its job has ended; a person may ask for one more at any time. */
const looksAskedForMax = 4;

/** The looks of each workflow keep to the bounds of its schedule: never too close, and never too far apart. */
export const looksWithinSchedule: Invariant = ({ histories, requests }) =>
  histories.flatMap(({ workflowId, workflowType, requestName, events }) => {
    const request = requests.find(({ name }) => name === requestName);
    const { minMs, maxMs } = intervals[request?.scenario.settings.polling?.preset ?? 'balanced'];
    const pauses = pausesBetweenLooks(events);
    const tooClose = pauses.filter((pauseMs) => pauseMs < Math.min(minMs, failureMinMs) - 50);
    // A component that Atlas does not show waits for its job's end, however long that takes.
    const upToJob = workflowType === 'trackComponent' ? Infinity : 0;
    const tooFar = pauses.filter((pauseMs) => pauseMs > Math.max(maxMs, retryAfterMaxMs, upToJob) + 60_000);
    return [
      ...(tooClose.length > looksAskedForMax
        ? [`${workflowId}: ${tooClose.length} looks came sooner than ${minMs} ms after the one before`]
        : []),
      ...tooFar.map((pauseMs) => `${workflowId}: ${Math.round(pauseMs / 1000)} s went by between two looks`),
    ];
  });

/** From the end of each look to the beginning of the next; other activities start the count anew. */
function pausesBetweenLooks(events: readonly HistoryEvent[]): number[] {
  const pauses: number[] = [];
  let lookEndedAtMs: number | undefined;
  for (const { type, activityType, atMs } of events) {
    if (activityType === undefined || type === 'activityTaskStarted') continue;
    if (activityType !== 'pollExportJob') lookEndedAtMs = undefined;
    else if (type !== 'activityTaskScheduled') lookEndedAtMs = atMs;
    else if (lookEndedAtMs !== undefined) pauses.push(atMs - lookEndedAtMs);
  }
  return pauses;
}
