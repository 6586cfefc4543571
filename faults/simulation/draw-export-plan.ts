import type { ExportPlan } from '../../simulator/index.ts';
import type { Draws } from './draws.ts';

const minuteMs = 60_000;

/** How one job goes at Atlas. Wide clusters get short jobs, so that a seed's looks stay within its time. */
export function drawExportPlan(
  draws: Draws,
  { cluster, attempt, shards }: { cluster: number; attempt: number; shards: number },
): ExportPlan {
  const key = ['plan', cluster, attempt] as const;
  const runningMsMax = shards > 4 ? 10 * minuteMs : 90 * minuteMs;
  const sometimes = (probability: number, what: string): boolean => draws.chance(probability, ...key, what);
  return {
    queuedMs: sometimes(0.2, 'no queue')
      ? 0
      : draws.spread({ min: 1_000, max: 10 * minuteMs }, ...key, 'queued'),
    runningMs: draws.spread({ min: 5_000, max: runningMsMax }, ...key, 'running'),
    totalCollections: draws.whole({ min: 0, max: 300 }, ...key, 'collections'),
    progress: draws.pick(
      [
        [4, 'linear'],
        [2, 'late'],
        [2, 'bursty'],
        [2, 'unknown'],
      ] as const,
      ...key,
      'progress',
    ),
    outcome: draws.pick(
      [
        [14, 'Successful'],
        [5, 'Failed'],
        [1, 'Cancelled'],
      ] as const,
      ...key,
      'outcome',
    ),
    ...(sometimes(0.3, 'no reason') ? { stateReason: null } : {}),
    componentsHidden: sometimes(0.3, 'hidden'),
    componentsListed: sometimes(0.3, 'listed'),
    ...(sometimes(0.1, 'unknown state') ? { unknownState: 'Verifying' } : {}),
  };
}
