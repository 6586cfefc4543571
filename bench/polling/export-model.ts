import type { ProgressObservation } from '../../src/workflows/poll-schedule.ts';
import { drawCounter } from './progress-model.ts';
import type { Counter, ProgressKind } from './progress-model.ts';
import { Random } from './random.ts';

const minuteMs = 60_000;
const durationMsMax = 48 * 60 * minuteMs;

/** How the exports of one cluster differ from each other; the last three are held out. */
type DurationKind = 'empty' | 'steady' | 'two-kinds' | 'growing' | 'degraded';

export interface SimulatedExport {
  /** Whether the schedule's constants were chosen without ever looking at this kind of cluster. */
  heldOut: boolean;
  progressKind: ProgressKind;
  durationKind: DurationKind;
  /** createdAt to finishedAt. */
  durationMs: number;
  /** The cluster's earlier exports, oldest first; half of the clusters have none. */
  earlierDurationsMs: readonly number[];
  /** What a look this far into the export sees, before its end. */
  look: (elapsedMs: number) => ProgressObservation;
  /** More durations of the very same cluster at the very same time, for the oracle only. */
  drawDuration: (random: Random) => number;
}

interface Cluster {
  durationKind: DurationKind;
  progressKind: ProgressKind;
  medianRunMs: number;
  spread: number;
  busy: boolean;
}

/** One export of one cluster, all drawn from the seed. */
export function drawExport(seed: number): SimulatedExport {
  const random = new Random(seed);
  for (let warmUp = 0; warmUp < 4; warmUp += 1) random.uniform();
  const cluster = drawCluster(random);
  const collections = Math.ceil(random.logNormal(60, 1.5));
  const skew = random.between(0, 1.6);
  const earlierCount = random.chance(0.5) ? Math.ceil(random.uniform() * 12) : 0;
  const earlierDurationsMs = Array.from({ length: earlierCount }, (_, index) => {
    const { queuedMs, runMs } = drawPhases(random, cluster, earlierCount - index);
    return queuedMs + runMs;
  });
  const { queuedMs, runMs } = drawPhases(random, cluster, 0);
  const size = { collections: Math.min(collections, 5000), skew };
  const counter = drawCounter(random, cluster.progressKind, size);
  return {
    heldOut: isHeldOut(cluster),
    progressKind: cluster.progressKind,
    durationKind: cluster.durationKind,
    durationMs: queuedMs + runMs,
    earlierDurationsMs,
    look: (elapsedMs) => observe({ elapsedMs, queuedMs, runMs, counter }),
    drawDuration(oracleRandom) {
      const phases = drawPhases(oracleRandom, cluster, 0);
      return phases.queuedMs + phases.runMs;
    },
  };
}

function drawCluster(random: Random): Cluster {
  const durationKind = random.weighted<DurationKind>([
    ['empty', 0.1],
    ['steady', 0.6],
    ['two-kinds', 0.1],
    ['growing', 0.1],
    ['degraded', 0.1],
  ]);
  const progressKind = random.weighted<ProgressKind>([
    ['silent', 0.15],
    ['zipf', 0.25],
    ['even', 0.1],
    ['late', 0.1],
    ['bursty', 0.1],
    ['stuck-at-zero', 0.04],
    ['stalling', 0.07],
    ['small-first', 0.07],
    ['total-grows', 0.06],
    ['stale-counter', 0.06],
  ]);
  return {
    durationKind,
    progressKind: durationKind === 'empty' ? 'silent' : progressKind,
    medianRunMs: random.logNormal(40 * minuteMs, 1.1),
    spread: random.between(0.05, 0.5),
    busy: random.chance(0.2),
  };
}

/** How long one export waits and runs; `ago` counts exports back from the present one. */
function drawPhases(random: Random, cluster: Cluster, ago: number): { queuedMs: number; runMs: number } {
  // Five replica sets export at a time: in a busy project an export may wait for others to end.
  const waitsForOthers = cluster.busy && random.chance(0.5);
  const queuedMs =
    random.between(0.2, 3) * minuteMs + (waitsForOthers ? random.exponential(25 * minuteMs) : 0);
  const runMs = drawRunMs(random, cluster, ago);
  return { queuedMs, runMs: Math.min(runMs, durationMsMax - queuedMs) };
}

function drawRunMs(random: Random, cluster: Cluster, ago: number): number {
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

function isHeldOut({ durationKind, progressKind }: Cluster): boolean {
  const heldOutProgress: readonly ProgressKind[] = [
    'stuck-at-zero',
    'stalling',
    'small-first',
    'total-grows',
    'stale-counter',
  ];
  return !['empty', 'steady'].includes(durationKind) || heldOutProgress.includes(progressKind);
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
