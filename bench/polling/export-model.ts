import type { ProgressObservation } from '../../src/workflows/poll-schedule.ts';
import { firstModel } from './model-parameters.ts';
import type { DurationKind, ModelParameters } from './model-parameters.ts';
import { drawCounter } from './progress-model.ts';
import type { Counter, ProgressKind } from './progress-model.ts';
import { Random } from './random.ts';

const minuteMs = 60_000;
const durationMsMax = 48 * 60 * minuteMs;

export interface SimulatedExport {
  progressKind: ProgressKind;
  durationKind: DurationKind;
  /** createdAt to finishedAt. */
  durationMs: number;
  /** The cluster's earlier exports, newest first as the product passes them; half of the clusters have none. */
  earlierDurationsMs: readonly number[];
  /** What a look this far into the export sees, before its end. */
  look: (elapsedMs: number) => ProgressObservation;
  /** What no schedule can know, for the oracle only. */
  hidden: { model: ModelParameters; collections: number; queuedMs: number; earlierRunsMs: readonly number[] };
}

export interface Cluster {
  durationKind: DurationKind;
  progressKind: ProgressKind;
  medianRunMs: number;
  spread: number;
  busy: boolean;
}

/** One export of one cluster, all drawn from the seed. */
export function drawExport(seed: number, model: ModelParameters = firstModel): SimulatedExport {
  const random = new Random(seed);
  for (let warmUp = 0; warmUp < 4; warmUp += 1) random.uniform();
  const cluster = drawCluster(random, model);
  const drawnCollections = Math.ceil(random.logNormal(model.collectionsMedian, 1.5));
  const collections = Math.min(drawnCollections, 5000);
  const skew = random.between(...model.skew);
  const earlierCount = random.chance(0.5) ? Math.ceil(random.uniform() * 12) : 0;
  const earlier = Array.from({ length: earlierCount }, (_, index) =>
    drawPhases(random, cluster, { model, ago: earlierCount - index }),
  );
  const { queuedMs, runMs } = drawPhases(random, cluster, { model, ago: 0 });
  const counter = drawCounter(random, cluster.progressKind, { ...model, collections, skew });
  return {
    progressKind: cluster.progressKind,
    durationKind: cluster.durationKind,
    durationMs: queuedMs + runMs,
    earlierDurationsMs: earlier.map((phases) => phases.queuedMs + phases.runMs).toReversed(),
    look: (elapsedMs) => observe({ elapsedMs, queuedMs, runMs, counter }),
    hidden: { model, collections, queuedMs, earlierRunsMs: earlier.map((phases) => phases.runMs) },
  };
}

export function drawCluster(random: Random, model: ModelParameters): Cluster {
  const durationKind = random.weighted(model.durationKinds);
  const progressKind = random.weighted(model.progressKinds);
  return {
    durationKind,
    progressKind: durationKind === 'empty' ? 'silent' : progressKind,
    medianRunMs: random.logNormal(model.medianRunMinutes * minuteMs, model.spreadBetweenClusters),
    spread: random.between(...model.spreadWithinCluster),
    busy: random.chance(model.busyChance),
  };
}

/** How long one export waits and runs; `ago` counts exports back from the present one. */
function drawPhases(
  random: Random,
  cluster: Cluster,
  { model, ago }: { model: ModelParameters; ago: number },
): { queuedMs: number; runMs: number } {
  // Five replica sets export at a time: in a busy project an export may wait for others to end.
  const waitsForOthers = cluster.busy && random.chance(0.5);
  const queuedMs =
    random.between(0.2, 3) * minuteMs +
    (waitsForOthers ? random.exponential(model.busyQueueMinutesMean * minuteMs) : 0);
  const runMs = drawRunMs(random, cluster, ago);
  return { queuedMs, runMs: Math.min(runMs, durationMsMax - queuedMs) };
}

export function drawRunMs(random: Random, cluster: Cluster, ago: number): number {
  const { durationKind, medianRunMs, spread } = cluster;
  if (durationKind === 'empty') return random.between(11, 14) * minuteMs;
  const usualMs = random.logNormal(medianRunMs, spread);
  switch (durationKind) {
    case 'steady':
      return usualMs;
    case 'two-kinds':
      return random.chance(0.3) ? usualMs * 4 : usualMs;
    case 'growing':
      return usualMs * 0.92 ** ago;
    case 'degraded':
      return random.chance(0.15) ? usualMs * random.between(2, 8) : usualMs;
  }
}

function observe(look: {
  elapsedMs: number;
  queuedMs: number;
  runMs: number;
  counter: Counter;
}): ProgressObservation {
  const { elapsedMs, queuedMs, runMs, counter } = look;
  if (elapsedMs < queuedMs)
    return { elapsedMs, state: 'Queued', exportedCollections: 0, totalCollections: 0 };
  return { elapsedMs, state: 'InProgress', ...counter.at((elapsedMs - queuedMs) / runMs) };
}
