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
const spreadBetweenClusters = 1;
/** Spread of log durations between the exports of one cluster, and how many exports that belief is worth. */
const spreadWithinCluster = 0.3;
const spreadBeliefDurations = 4;

const typicalQueueMs = 2 * minuteMs;
/** A queue that has lasted this long lasts this much of it again; each is as likely. */
const waitingStillShares = [0.1, 0.5, 2];
const earlierDurationsMax = 100;

const firstCellMs = 500;
const cellCount = 72;
const tailCellCount = 6;
const nodeDistance = 3;

/** How long the export will still take, from this cluster's earlier ones and from the progress seen so far. */
export function forecastRemaining(input: ForecastInput): RemainingForecast {
  const { elapsedMs, observations } = input;
  const duration = durationBelief(input.earlierDurationsMs);
  const queue = estimateQueue(observations, elapsedMs);
  const edgesMs = cellEdgesMs(elapsedMs, duration.typicalMs);
  const middlesMs = edgesMs.slice(1).map((toMs, index) => elapsedMs + (toMs + (edgesMs[index] ?? 0)) / 2);
  const increments = progressIncrements(observations, queue.endMs);
  const progress =
    increments === undefined
      ? undefined
      : interpolated(middlesMs, (durationMs) => progressLogLikelihood(increments, durationMs - queue.endMs));
  const logWeights = middlesMs.map((durationMs, index) => {
    const widthMs = (edgesMs[index + 1] ?? 0) - (edgesMs[index] ?? 0);
    return logDensityAfterQueue(duration, queue, durationMs) + Math.log(widthMs) + (progress?.[index] ?? 0);
  });
  return { edgesMs, probabilities: normalised(logWeights) };
}

/** The usual queue is part of earlier durations; a longer one delays the end by as much. */
function logDensityAfterQueue(duration: DurationBelief, queue: QueueEstimate, durationMs: number): number {
  if (!queue.waiting) return duration.logDensity(durationMs - Math.max(0, queue.endMs - typicalQueueMs));
  let density = 0;
  for (const share of waitingStillShares) {
    const endMs = queue.endMs + share * (queue.endMs + typicalQueueMs / 2);
    const beyondMs = durationMs - Math.max(0, endMs - typicalQueueMs);
    if (beyondMs > 0) density += Math.exp(duration.logDensity(beyondMs));
  }
  return Math.log(Math.max(density, 1e-300));
}

/** The function at every point, computed at every third and drawn straight between: it is smooth and dear. */
function interpolated(points: readonly number[], compute: (point: number) => number): number[] {
  const values = points.map((point, index) => (isNode(index, points.length) ? compute(point) : 0));
  return values.map((value, index) => {
    if (isNode(index, points.length)) return value;
    const before = index - (index % nodeDistance);
    const after = Math.min(before + nodeDistance, points.length - 1);
    const share = (index - before) / (after - before);
    return (values[before] ?? 0) * (1 - share) + (values[after] ?? 0) * share;
  });
}

function isNode(index: number, length: number): boolean {
  return index % nodeDistance === 0 || index === length - 1;
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
      const log = Math.log(Math.max(durationMs, 1));
      const distance = (log - centre) ** 2 / scaleSquared;
      if (log < centre) return -log - (distance * (freedom + 1)) / (2 * freedom);
      return -log - ((freedom + 1) / 2) * Math.log(1 + distance / freedom);
    },
  };
}

interface QueueEstimate {
  /** When the export left the queue, as milliseconds elapsed; while it waits, now. */
  endMs: number;
  waiting: boolean;
}

function estimateQueue(observations: readonly ProgressObservation[], elapsedMs: number): QueueEstimate {
  let queuedUntilMs = 0;
  for (const seen of observations) {
    if (seen.state === 'Queued') queuedUntilMs = Math.max(queuedUntilMs, seen.elapsedMs);
    else if (seen.elapsedMs >= queuedUntilMs) {
      const latestMs = queuedUntilMs + typicalQueueMs / 2;
      return { endMs: Math.min((seen.elapsedMs + queuedUntilMs) / 2, latestMs), waiting: false };
    }
  }
  const waiting = observations.length > 0 && elapsedMs > 0;
  return { endMs: waiting ? queuedUntilMs : Math.min(elapsedMs, typicalQueueMs / 2), waiting };
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
