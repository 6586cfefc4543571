import { nextPollDelayMs, rememberObservation } from '../../src/workflows/poll-schedule.ts';
import type { PollPreset, ProgressObservation } from '../../src/workflows/poll-schedule.ts';
import type { SimulatedExport } from './export-model.ts';
import { Random } from './random.ts';

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
): Strategy {
  return (simulated) => {
    let observations: readonly ProgressObservation[] = [{ elapsedMs: 0, state: 'Queued' }];
    let elapsedMs = 0;
    for (let polls = 1; ; polls += 1) {
      elapsedMs += nextPollDelayMs({
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

const oracleDraws = 2000;
const oracleBins = 60;

/**
 * The optimal schedule of someone who knows each cluster's true distribution of durations, which nobody does, but
 * does not look at progress. Its hazard is read from draws of that very distribution.
 */
export function oracleSchedule({ delayCostMs }: { delayCostMs: number }): Strategy {
  return (simulated, index) => {
    const random = new Random(0x0aac1e + index);
    const draws = Array.from({ length: oracleDraws }, () => simulated.drawDuration(random)).sort(
      (a, b) => a - b,
    );
    let looks = 0;
    let polls = 0;
    let lastLookMs = 0;
    for (let bin = 0; bin < oracleBins; bin += 1) {
      const fromMs =
        bin === 0 ? (draws[0] ?? 0) * 0.98 : (draws[Math.floor((bin * oracleDraws) / oracleBins)] ?? 0);
      const toMs = draws[Math.floor(((bin + 1) * oracleDraws) / oracleBins) - 1] ?? fromMs;
      const widthMs = Math.max(toMs - fromMs, 1);
      const hazard =
        bin === oracleBins - 1
          ? 2 / widthMs
          : Math.log((oracleBins - bin) / (oracleBins - bin - 1)) / widthMs;
      const density = Math.sqrt(hazard / (2 * delayCostMs));
      for (; looks + density * widthMs >= polls + 1;) {
        lastLookMs = fromMs + (polls + 1 - looks) / density;
        polls += 1;
        if (lastLookMs >= simulated.durationMs) return { polls, delayMs: lastLookMs - simulated.durationMs };
      }
      looks += density * widthMs;
    }
    const intervalMs = Math.sqrt(2 * delayCostMs * lastLookMs);
    const late = Math.max(1, Math.ceil((simulated.durationMs - lastLookMs) / intervalMs));
    return { polls: polls + late, delayMs: lastLookMs + late * intervalMs - simulated.durationMs };
  };
}
