import type { Evidence, Violation } from '../evidence.ts';
import { historiesReplay, historyBounded, noWorkflowTaskFails } from './histories.ts';
import { oneJobPerAttempt, oneActiveJobPerSnapshot } from './jobs.ts';
import { everyRequestEnds, failuresAreTrue, nothingLost, successesAreTrue } from './outcomes.ts';
import { looksWithinSchedule } from './looks.ts';
import { retryAfterRespected } from './rate-limits.ts';
import { endsInTime, serverKeepsTasks, timeIsHeld } from './time.ts';

/** A check of what a run left behind: what is wrong, in words. */
export type Invariant = (evidence: Evidence) => string[];

export const invariants: Readonly<Record<string, Invariant>> = {
  oneJobPerAttempt,
  oneActiveJobPerSnapshot,
  everyRequestEnds,
  successesAreTrue,
  failuresAreTrue,
  nothingLost,
  looksWithinSchedule,
  retryAfterRespected,
  noWorkflowTaskFails,
  historyBounded,
  historiesReplay,
  endsInTime,
  serverKeepsTasks,
  timeIsHeld,
};

export function violationsOf(evidence: Evidence): Violation[] {
  return Object.entries(invariants).flatMap(([invariant, check]) =>
    check(evidence).map((what) => ({ invariant, what })),
  );
}
