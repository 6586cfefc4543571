import { forecastRemaining } from './duration-estimate.ts';
import type { ProgressObservation } from './progress-observation.ts';

export { pollPresets } from './poll-presets.ts';
export type { PollPreset, PollPresetName } from './poll-presets.ts';
export { observationsRememberedMax, rememberObservation } from './progress-observation.ts';
export type { ProgressObservation } from './progress-observation.ts';

export interface PollScheduleInput {
  /** Milliseconds since the export job was created, or since it was first seen. */
  elapsedMs: number;
  /** What earlier looks saw, oldest first; see `rememberObservation`. */
  observations: readonly ProgressObservation[];
  /** How long this cluster's earlier exports took (createdAt to finishedAt), in any order; may be empty. */
  earlierDurationsMs: readonly number[];
  /** A poll is worth this many milliseconds of noticing the end later; scaled by the caller for many components. */
  delayCostMs: number;
  /** Never look again sooner than this. */
  intervalMinMs: number;
  /** Never wait longer than this; where it is below `intervalMinMs`, the minimum counts. */
  intervalMaxMs: number;
}

/** Weight of the guard: the chance that the forecast is worth nothing. */
const guardWeight = 0.01;
/** The guard alone asks for looks this far into an export as if it had lasted this long. */
const guardStartMs = 60_000;
const delayCostMinMs = 1;
const elapsedMaxMs = 10 * 365 * 24 * 60 * 60 * 1000;

/**
 * How long to wait before the next look at Atlas, in milliseconds.
 *
 * An optimal inspection schedule (Barlow, Hunter and Proschan 1963; Keller 1974): where the export ends with
 * hazard h and a poll is worth c of delay, looks should lie with density sqrt(h / 2c). The next look is where
 * that density, summed from now over the hazard *ahead*, reaches one: a rise of the hazard that is still to come
 * is looked at when it comes.
 *
 * Total: whatever comes in, what comes out is a whole number of milliseconds between the two limits. A greater
 * `delayCostMs` never gives a shorter interval. However wrong the forecast is, the guard looks a tenth as densely as
 * alone.
 *
 * Safe in a workflow: plain arithmetic over the input. A version (or an engine's `Math.exp`) that gives another delay
 * does not break a replay, since Temporal tells timers apart by their order and not by their length; and since the
 * delay is never 0, each wait starts exactly one timer, whatever is computed here.
 */
export function nextPollDelayMs(input: PollScheduleInput): number {
  const limits = intervalLimits(input);
  const elapsedMs = atLeast(input.elapsedMs, 0, elapsedMaxMs);
  const delayCostMs = atLeast(input.delayCostMs, delayCostMinMs, elapsedMaxMs);
  const observations = plausible(input.observations, elapsedMs);
  const forecast = forecastRemaining({
    elapsedMs,
    observations,
    earlierDurationsMs: input.earlierDurationsMs,
  });
  let stillRunning = 1;
  let looks = 0;
  for (const [index, probability] of forecast.probabilities.entries()) {
    const fromMs = forecast.edgesMs[index] ?? 0;
    const toMs = forecast.edgesMs[index + 1] ?? fromMs;
    if (fromMs >= limits.maxMs) break;
    const widthMs = toMs - fromMs;
    // Guard: 1/t, whose chance to have outlived is t0/(t0+u). Mixed with the forecast as a second explanation.
    const guardFrom = guardStartMs + elapsedMs + fromMs;
    const guardRunning = (guardStartMs + elapsedMs) / guardFrom;
    const guardHazard = 1 / guardFrom;
    const ended = Math.min(probability / Math.max(stillRunning, 1e-12), 1 - 1e-9);
    const hazard = -Math.log(1 - ended) / widthMs;
    const own = (1 - guardWeight) * stillRunning;
    const guard = guardWeight * guardRunning;
    const mixed = (own * hazard + guard * guardHazard) / (own + guard);
    const density = Math.sqrt(mixed / (2 * delayCostMs));
    if (looks + density * widthMs >= 1) return rounded(fromMs + (1 - looks) / density, limits);
    looks += density * widthMs;
    stillRunning -= probability;
  }
  return limits.maxMs;
}

interface IntervalLimits {
  minMs: number;
  maxMs: number;
}

function intervalLimits({ intervalMinMs, intervalMaxMs }: PollScheduleInput): IntervalLimits {
  const minMs = Math.ceil(atLeast(intervalMinMs, 1, elapsedMaxMs));
  const maxMs = Number.isFinite(intervalMaxMs) ? Math.floor(intervalMaxMs) : elapsedMaxMs;
  return { minMs, maxMs: Math.max(minMs, Math.min(maxMs, elapsedMaxMs)) };
}

function rounded(delayMs: number, { minMs, maxMs }: IntervalLimits): number {
  const granularityMs = delayMs < 10_000 ? 100 : 1000;
  const whole = Math.round(delayMs / granularityMs) * granularityMs;
  return Math.min(maxMs, Math.max(minMs, whole));
}

/** Observations that can be: at a time, not in the future, in order. */
function plausible(observations: readonly ProgressObservation[], elapsedMs: number): ProgressObservation[] {
  const kept: ProgressObservation[] = [];
  for (const seen of observations) {
    const before = kept.at(-1)?.elapsedMs ?? 0;
    if (seen.elapsedMs >= before && seen.elapsedMs <= elapsedMs) kept.push(seen);
  }
  return kept;
}

function atLeast(value: number, min: number, max: number): number {
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : min;
}
