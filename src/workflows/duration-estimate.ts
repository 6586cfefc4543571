import type { ProgressObservation } from './progress-observation.ts';
import { durationBelief, type DurationBelief } from './duration-belief.ts';
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

const typicalQueueMs = 2 * minuteMs;
/** A queue that has lasted this long lasts this much of it again; each is as likely. */
const waitingStillShares = [0.1, 0.5, 2];

const firstCellMs = 500;
const cellCount = 72;
const tailCellCount = 6;
const nodeDistance = 3;

/** How long the export will still take, from this cluster's earlier ones and from the progress seen so far. */
export function forecastRemaining(input: ForecastInput): RemainingForecast {
  const { elapsedMs, observations } = input;
  const duration = durationBelief(input.earlierDurationsMs, progressSilence(observations));
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

/** Atlas counts no collections while an empty cluster's export runs, but also on some that are not empty. */
function progressSilence(observations: readonly ProgressObservation[]): 'unknown' | 'silent' | 'counted' {
  const running = observations.filter(
    (seen) => seen.state !== 'Queued' && seen.totalCollections !== undefined,
  );
  if (running.length === 0) return 'unknown';
  return running.some((seen) => (seen.totalCollections ?? 0) > 0) ? 'counted' : 'silent';
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
