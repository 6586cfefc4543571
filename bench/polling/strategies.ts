import { nextPollDelayMs, rememberObservation } from '../../src/workflows/poll-schedule.ts';
import type {
  PollPreset,
  PollScheduleInput,
  ProgressObservation,
} from '../../src/workflows/poll-schedule.ts';
import type { SimulatedExport } from './export-model.ts';

/** What one export cost: looks at Atlas up to the one that saw the end, and how late that one was. */
export interface Outcome {
  polls: number;
  delayMs: number;
}

export type Strategy = (simulated: SimulatedExport, index: number) => Outcome;

/** The product's schedule, fed as the workflow feeds it: the create's reply first, then every look. */
export function inspectionSchedule(
  preset: PollPreset,
  knows: { history: boolean; progress: boolean },
  decide: (input: PollScheduleInput) => number = nextPollDelayMs,
): Strategy {
  return (simulated) => {
    let observations: readonly ProgressObservation[] = [{ elapsedMs: 0, state: 'Queued' }];
    let elapsedMs = 0;
    for (let polls = 1; ; polls += 1) {
      elapsedMs += decide({
        elapsedMs,
        observations,
        earlierDurationsMs: knows.history ? simulated.earlierDurationsMs : [],
        ...preset,
      });
      if (elapsedMs >= simulated.durationMs) return { polls, delayMs: elapsedMs - simulated.durationMs };
      const seen = simulated.look(elapsedMs);
      const kept = knows.progress ? seen : { elapsedMs, state: seen.state };
      observations = rememberObservation(observations, kept);
    }
  };
}

export function fixedInterval(intervalMs: number): Strategy {
  return ({ durationMs }) => {
    const polls = Math.max(1, Math.ceil(durationMs / intervalMs));
    return { polls, delayMs: polls * intervalMs - durationMs };
  };
}

export function exponentialBackoff(options: { firstMs: number; factor: number; maxMs: number }): Strategy {
  return ({ durationMs }) => {
    let intervalMs = options.firstMs;
    let elapsedMs = intervalMs;
    let polls = 1;
    for (; elapsedMs < durationMs; polls += 1) {
      intervalMs = Math.min(intervalMs * options.factor, options.maxMs);
      elapsedMs += intervalMs;
    }
    return { polls, delayMs: elapsedMs - durationMs };
  };
}
