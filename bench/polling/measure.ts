import type { SimulatedExport } from './export-model.ts';
import { Random } from './random.ts';
import type { Outcome, Strategy } from './strategies.ts';

export interface Measured {
  pollsMean: number;
  pollsP95: number;
  delaySecondsMean: number;
  delaySecondsP95: number;
  /** The fixed interval with the same mean delay over these very exports, in hindsight. */
  fixedIntervalSeconds: number;
  fixedPollsMean: number;
  /** How many polls that fixed interval needs for each poll of the strategy, with its 95 % bootstrap interval. */
  ratio: number;
  ratioLow: number;
  ratioHigh: number;
}

interface Means {
  durationMs: number;
  polls: number;
  delayMs: number;
}

const resamples = 1000;

export function measure(exports: readonly SimulatedExport[], strategy: Strategy): Measured {
  const outcomes = exports.map((simulated, index) => ({
    ...strategy(simulated, index),
    durationMs: simulated.durationMs,
  }));
  const means = meansOf(outcomes);
  const [ratioLow, ratioHigh] = bootstrapInterval(outcomes);
  return {
    pollsMean: means.polls,
    pollsP95: quantile(ascending(outcomes.map(({ polls }) => polls)), 0.95),
    delaySecondsMean: means.delayMs / 1000,
    delaySecondsP95: quantile(ascending(outcomes.map(({ delayMs }) => delayMs)), 0.95) / 1000,
    fixedIntervalSeconds: sameDelay(means).intervalMs / 1000,
    fixedPollsMean: sameDelay(means).polls,
    ratio: sameDelay(means).polls / means.polls,
    ratioLow,
    ratioHigh,
  };
}

/**
 * A fixed interval, begun anywhere within itself with the same chance: the end of an export lies anywhere between two
 * of its looks, so the mean delay is half of it, and one look follows after those within the export.
 */
function sameDelay({ durationMs, delayMs }: Means): { intervalMs: number; polls: number } {
  const intervalMs = 2 * delayMs;
  return { intervalMs, polls: durationMs / intervalMs + 1 };
}

/** The ratio's 2.5th and 97.5th percentile over exports drawn anew, with replacement, from these. */
function bootstrapInterval(outcomes: readonly (Outcome & { durationMs: number })[]): [number, number] {
  const random = new Random(0xb007);
  const drawn = (): (Outcome & { durationMs: number })[] =>
    outcomes.map((outcome) => outcomes[Math.floor(random.uniform() * outcomes.length)] ?? outcome);
  const ratios = Array.from({ length: resamples }, () => {
    const means = meansOf(drawn());
    return sameDelay(means).polls / means.polls;
  });
  const sorted = ascending(ratios);
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

function meansOf(outcomes: readonly (Outcome & { durationMs: number })[]): Means {
  const sum = { durationMs: 0, polls: 0, delayMs: 0 };
  for (const { durationMs, polls, delayMs } of outcomes) {
    sum.durationMs += durationMs;
    sum.polls += polls;
    sum.delayMs += delayMs;
  }
  const count = Math.max(1, outcomes.length);
  return { durationMs: sum.durationMs / count, polls: sum.polls / count, delayMs: sum.delayMs / count };
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
