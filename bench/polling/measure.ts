import type { SimulatedExport } from './export-model.ts';
import type { Outcome, Strategy } from './strategies.ts';

export interface Measured {
  exports: number;
  pollsMean: number;
  pollsP50: number;
  pollsP95: number;
  delaySecondsMean: number;
  delaySecondsP50: number;
  delaySecondsP95: number;
  delaySecondsMax: number;
}

export interface Comparison {
  /** The fixed interval that, in hindsight over these very exports, has the same mean delay. */
  fixedIntervalSeconds: number;
  fixedPollsMean: number;
  /** How many polls that fixed interval needs for each poll of the strategy. */
  pollsRatio: number;
}

export function measure(exports: readonly SimulatedExport[], strategy: Strategy): Measured {
  const outcomes = exports.map((simulated, index) => strategy(simulated, index));
  const polls = ascending(outcomes, (outcome) => outcome.polls);
  const delays = ascending(outcomes, (outcome) => outcome.delayMs / 1000);
  return {
    exports: exports.length,
    pollsMean: mean(polls),
    pollsP50: quantile(polls, 0.5),
    pollsP95: quantile(polls, 0.95),
    delaySecondsMean: mean(delays),
    delaySecondsP50: quantile(delays, 0.5),
    delaySecondsP95: quantile(delays, 0.95),
    delaySecondsMax: quantile(delays, 1),
  };
}

/**
 * Solves, by bisection, for the fixed interval with the same mean delay, and counts its polls. Each export is seen
 * at several phases of the interval, so that no interval is lucky on these very exports.
 */
export function compareWithFixed(exports: readonly SimulatedExport[], measured: Measured): Comparison {
  let lowMs = 10;
  let highMs = 48 * 60 * 60_000;
  for (let step = 0; step < 50; step += 1) {
    const middleMs = (lowMs + highMs) / 2;
    if (fixedAtAllPhases(exports, middleMs).delayMs / 1000 < measured.delaySecondsMean) lowMs = middleMs;
    else highMs = middleMs;
  }
  const { polls } = fixedAtAllPhases(exports, lowMs);
  return {
    fixedIntervalSeconds: lowMs / 1000,
    fixedPollsMean: polls,
    pollsRatio: polls / measured.pollsMean,
  };
}

const phases = 16;

function fixedAtAllPhases(exports: readonly SimulatedExport[], intervalMs: number): Outcome {
  const total = { polls: 0, delayMs: 0 };
  for (const { durationMs } of exports) {
    for (let phase = 0; phase < phases; phase += 1) {
      const firstMs = (intervalMs * (phase + 0.5)) / phases;
      const polls = 1 + Math.max(0, Math.ceil((durationMs - firstMs) / intervalMs));
      total.polls += polls;
      total.delayMs += firstMs + (polls - 1) * intervalMs - durationMs;
    }
  }
  const seen = exports.length * phases;
  return { polls: total.polls / seen, delayMs: total.delayMs / seen };
}

function ascending(outcomes: readonly Outcome[], value: (outcome: Outcome) => number): number[] {
  return outcomes.map(value).sort((a, b) => a - b);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
