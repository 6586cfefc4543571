import type { Violation } from './evidence.ts';

/**
 * What a fault of the server itself explains, by the check that reads that fault from the server's own record.
 * Nothing else is excused: neither a run that hangs without one, nor a job too many beside one.
 */
const explained: Readonly<Record<string, readonly string[]>> = {
  serverKeepsTasks: ['everyRequestEnds', 'endsInTime'],
  timeIsHeld: ['everyRequestEnds', 'endsInTime', 'looksWithinSchedule', 'retryAfterRespected'],
};

/** Why a run shows nothing and may be made once more; undefined where what is wrong is the product's. */
export function excuseFor(violations: readonly Violation[]): string | undefined {
  const faults = violations.filter(({ invariant }) => invariant in explained);
  if (faults.length === 0) return undefined;
  const excused = new Set(faults.flatMap(({ invariant }) => [invariant, ...(explained[invariant] ?? [])]));
  if (violations.some(({ invariant }) => !excused.has(invariant))) return undefined;
  return faults.map(({ invariant, what }) => `${invariant}: ${what}`).join('; ');
}
