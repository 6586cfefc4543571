import type { ProgressObservation } from './progress-observation.ts';
import { progressIncrements, progressLogLikelihood } from './progress-likelihood.ts';

/**
 * When the export will end, seen from now. Cell `i` lies between `edgesMs[i]` and `edgesMs[i + 1]` ahead of now
 * and holds `probabilities[i]`; together they hold 1, the last one stands for "later still".
 */
export interface RemainingForecast {
  edgesMs: readonly number[];
  probabilities: readonly number[];
}

export interface ForecastInput {
  elapsedMs: number;
  observations: readonly ProgressObservation[];
  earlierDurationsMs: readonly number[];
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

// What is believed of a cluster before anything is known of it. An empty one takes 15 minutes, of which up to 3
// in the queue (recorded from Atlas); large ones take a day or two.
const typicalDurationMs = 35 * minuteMs;
/** Spread of log durations between clusters. */
const spreadBetweenClusters = 1.2;
/** Spread of log durations between the exports of one cluster, and how many exports that belief is worth. */
const spreadWithinCluster = 0.3;
const spreadBeliefDurations = 4;
const typicalQueueMs = 2 * minuteMs;
const earlierDurationsMax = 100;

const firstCellMs = 500;
const cellCount = 72;
const tailCellCount = 6;

/** How long the export will still take, from this cluster's earlier ones and from the progress seen so far. */
export function forecastRemaining(input: ForecastInput): RemainingForecast {
  const { elapsedMs, observations } = input;
  const duration = durationBelief(input.earlierDurationsMs);
  const runStartMs = estimateRunStartMs(observations, elapsedMs);
  // A queue that was longer than usual delays the end by as much; the usual one is part of earlier durations.
  const queueExcessMs = Math.max(0, runStartMs - typicalQueueMs);
  const increments = progressIncrements(observations, runStartMs);
  const edgesMs = cellEdgesMs(elapsedMs, duration.typicalMs);
  const logWeights: number[] = [];
  for (let index = 0; index + 1 < edgesMs.length; index += 1) {
    const fromMs = edgesMs[index] ?? 0;
    const toMs = edgesMs[index + 1] ?? fromMs;
    const durationMs = elapsedMs + (fromMs + toMs) / 2;
    const beyondQueueMs = Math.max(durationMs - queueExcessMs, 1);
    let log = duration.logDensity(beyondQueueMs) + Math.log(toMs - fromMs);
    if (increments !== undefined) log += progressLogLikelihood(increments, durationMs - runStartMs);
    logWeights.push(log);
  }
  return { edgesMs, probabilities: normalised(logWeights) };
}

interface DurationBelief {
  typicalMs: number;
  /** Log of the probability density at a duration, up to a constant. */
  logDensity: (durationMs: number) => number;
}

/**
 * Log-normal durations whose median and spread are both learnt (normal-inverse-gamma): what to expect of the
 * next one is a Student t distribution of the log duration, wide and heavy-tailed while little is known.
 */
function durationBelief(earlierDurationsMs: readonly number[]): DurationBelief {
  const logs = earlierDurationsMs
    .filter((duration) => Number.isFinite(duration) && duration >= secondMs)
    .slice(0, earlierDurationsMax)
    .map((duration) => Math.log(duration));
  const count = logs.length;
  const mean = count === 0 ? 0 : logs.reduce((sum, log) => sum + log, 0) / count;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const beliefInMean = (spreadWithinCluster / spreadBetweenClusters) ** 2;
  const centreBefore = Math.log(typicalDurationMs);
  const centre = (beliefInMean * centreBefore + count * mean) / (beliefInMean + count);
  const surprise = ((beliefInMean * count) / (beliefInMean + count)) * (mean - centreBefore) ** 2;
  const freedom = spreadBeliefDurations + count;
  const variance = (spreadBeliefDurations * spreadWithinCluster ** 2 + squares + surprise) / freedom;
  const scaleSquared = variance * (1 + 1 / (beliefInMean + count));
  return {
    typicalMs: Math.exp(centre),
    logDensity: (durationMs) => {
      const log = Math.log(durationMs);
      return -log - ((freedom + 1) / 2) * Math.log(1 + (log - centre) ** 2 / (freedom * scaleSquared));
    },
  };
}

/** When the export left the queue, as milliseconds elapsed; while it is queued, now. */
function estimateRunStartMs(observations: readonly ProgressObservation[], elapsedMs: number): number {
  let queuedUntilMs = 0;
  for (const seen of observations) {
    if (seen.state === 'Queued') queuedUntilMs = Math.max(queuedUntilMs, seen.elapsedMs);
    else if (seen.elapsedMs >= queuedUntilMs) {
      return queuedUntilMs + Math.min((seen.elapsedMs - queuedUntilMs) / 2, typicalQueueMs / 2);
    }
  }
  return observations.length === 0 ? Math.min(elapsedMs, typicalQueueMs / 2) : elapsedMs;
}

/** Cells that grow with their distance from now, up to far beyond anything expected, then a coarse tail. */
function cellEdgesMs(elapsedMs: number, typicalMs: number): number[] {
  const farMs = 4 * (elapsedMs + typicalMs + hourMs);
  const growth = (farMs / firstCellMs) ** (1 / cellCount);
  const edgesMs = [0];
  for (let edgeMs = firstCellMs, index = 0; index <= cellCount; index += 1, edgeMs *= growth)
    edgesMs.push(edgeMs);
  for (let edgeMs = farMs * 4, index = 0; index < tailCellCount; index += 1, edgeMs *= 4)
    edgesMs.push(edgeMs);
  return edgesMs;
}

function normalised(logWeights: readonly number[]): number[] {
  const highest = Math.max(...logWeights);
  const weights = logWeights.map((log) => Math.exp(log - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
