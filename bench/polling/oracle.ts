import { drawCluster, drawRunMs } from './export-model.ts';
import type { Cluster, SimulatedExport } from './export-model.ts';
import type { ModelParameters } from './model-parameters.ts';
import { drawCounter } from './progress-model.ts';
import type { Counter } from './progress-model.ts';
import { Random } from './random.ts';
import type { Strategy } from './strategies.ts';

const clustersDrawn = 60_000;
const particlesCount = 3000;
const cells = 80;
const firstCellMs = 500;
/** An earlier count has to fit within this share of all collections; the next one where too few particles do. */
const countTolerances = [0.03, 0.06, 0.12, 0.25, 1];
const particlesLeftMin = 150;
const guardWeight = 0.01;
const guardStartMs = 60_000;

/** One way the export could be: its cluster's running times, and one counter that fits with some of them. */
interface Particle {
  counter: Counter;
  logMedian: number;
  spread: number;
  runMsMin: number;
  runMsMax: number;
}

/**
 * The schedule of someone who knows the model, every parameter of it, and sees what our schedule sees: the optimal
 * density over the exact forecast (Bayes, by particles). It is also told when the queue ends, how many collections
 * there are, and how long earlier exports ran without their queue. No schedule for this model can do much better,
 * but for the roughness of 3,000 particles.
 */
export function modelOracle({ delayCostMs }: { delayCostMs: number }): Strategy {
  return (simulated, index) => {
    const random = new Random(0x0aac1e + index);
    const { queuedMs } = simulated.hidden;
    const particles = drawParticles(random, simulated);
    const seen: Seen[] = [];
    let runningMs = 0;
    for (let polls = 1; ; polls += 1) {
      runningMs += nextLookMs(particles, runningMs, delayCostMs);
      const elapsedMs = queuedMs + runningMs;
      if (elapsedMs >= simulated.durationMs) return { polls, delayMs: elapsedMs - simulated.durationMs };
      seen.push({ runningMs, exported: simulated.look(elapsedMs).exportedCollections ?? 0 });
      sortOut(particles, seen, simulated.hidden.collections);
    }
  };
}

const clustersByModel = new Map<ModelParameters, readonly Cluster[]>();

/** The same clusters for every export of a model, since drawing them takes longer than a whole export. */
function clustersOf(model: ModelParameters): readonly Cluster[] {
  const random = new Random(0xc1a55);
  const clusters =
    clustersByModel.get(model) ?? Array.from({ length: clustersDrawn }, () => drawCluster(random, model));
  clustersByModel.set(model, clusters);
  return clusters;
}

/** Clusters drawn from the model, each as likely as it explains this cluster's earlier exports. */
function drawParticles(random: Random, { hidden, progressKind }: SimulatedExport): Particle[] {
  const { model, collections, earlierRunsMs } = hidden;
  const clusters = clustersOf(model);
  const logs = clusters.map((cluster) => logLikelihood(cluster, earlierRunsMs));
  const highest = Math.max(...logs);
  const options = clusters.map(
    (cluster, index) => [cluster, Math.exp((logs[index] ?? 0) - highest)] as const,
  );
  const fitting = options.filter(([cluster]) => cluster.progressKind === progressKind);
  return resampled(random, fitting, particlesCount).map((cluster) => {
    const skew = random.between(...model.skew);
    return {
      counter: drawCounter(random, cluster.progressKind, { ...model, collections, skew }),
      logMedian: Math.log(drawRunMs(random, { ...cluster, spread: 0 }, 0)),
      spread: cluster.durationKind === 'empty' ? 0.03 : cluster.spread,
      runMsMin: 0,
      runMsMax: Infinity,
    };
  });
}

function resampled<T>(random: Random, options: readonly (readonly [T, number])[], count: number): T[] {
  const step = options.reduce((sum, [, weight]) => sum + weight, 0) / count;
  let at = step * random.uniform();
  const kept: T[] = [];
  for (const [option, weight] of options) {
    for (at -= weight; at < 0 && kept.length < count; at += step) kept.push(option);
  }
  return kept;
}

function logLikelihood(cluster: Cluster, earlierRunsMs: readonly number[]): number {
  const spread = cluster.durationKind === 'empty' ? 0.08 : cluster.spread;
  const median = Math.log(cluster.durationKind === 'empty' ? 12.5 * 60_000 : cluster.medianRunMs);
  let sum = 0;
  for (const [index, runMs] of earlierRunsMs.entries()) {
    const log = Math.log(runMs) - median;
    const ago = earlierRunsMs.length - index;
    const bell = (middle: number, width: number) =>
      Math.exp(-0.5 * ((log - middle) / width) ** 2) / width + 1e-12;
    if (cluster.durationKind === 'two-kinds')
      sum += Math.log(0.7 * bell(0, spread) + 0.3 * bell(Math.log(4), spread));
    else if (cluster.durationKind === 'degraded')
      sum += Math.log(0.85 * bell(0, spread) + 0.15 * bell(Math.log(4.5), Math.hypot(spread, 0.4)));
    else if (cluster.durationKind === 'growing') sum += Math.log(bell(ago * Math.log(0.92), spread));
    else sum += Math.log(bell(0, spread));
  }
  return sum;
}

interface Seen {
  runningMs: number;
  exported: number;
}

/**
 * Narrows each particle to the running times with which its counter shows what was seen. Where hardly any is left,
 * earlier counts have to fit less closely, and in the end only the newest.
 */
function sortOut(particles: readonly Particle[], seen: readonly Seen[], collections: number): void {
  for (const tolerance of countTolerances) {
    for (const particle of particles) narrow(particle, seen, Math.ceil(tolerance * collections));
    if (particles.filter(({ runMsMin, runMsMax }) => runMsMin < runMsMax).length >= particlesLeftMin) return;
  }
}

function narrow(particle: Particle, seen: readonly Seen[], slack: number): void {
  particle.runMsMin = 0;
  particle.runMsMax = Infinity;
  for (let index = seen.length - 1; index >= 0; index -= Math.max(1, Math.floor(seen.length / 8))) {
    const { runningMs, exported } = seen[index] ?? { runningMs: 0, exported: 0 };
    const within = index === seen.length - 1 ? 0 : slack;
    const from = shareAt(particle.counter, exported - within);
    const to = shareAt(particle.counter, exported + within + 1);
    particle.runMsMin = Math.max(particle.runMsMin, runningMs / to);
    particle.runMsMax = Math.min(particle.runMsMax, from > 0 ? runningMs / from : Infinity);
    if (particle.runMsMin >= particle.runMsMax) return;
  }
}

/** The first share of the running time at which the counter shows this many; 1 where it never does. */
function shareAt({ at }: Counter, exported: number): number {
  if (exported <= 0) return 0;
  let low = 0;
  let high = 1;
  for (let step = 0; step < 20; step += 1) {
    const middle = (low + high) / 2;
    if (at(middle).exportedCollections >= exported) high = middle;
    else low = middle;
  }
  return high;
}

function nextLookMs(particles: readonly Particle[], runningMs: number, delayCostMs: number): number {
  const farMs = 20 * (runningMs + 3 * 3_600_000);
  const growth = (farMs / firstCellMs) ** (1 / cells);
  const edges = [0, ...Array.from({ length: cells + 1 }, (_, index) => firstCellMs * growth ** index)];
  const mass = edges.slice(1).map((to, index) => {
    const from = edges[index] ?? 0;
    return { from, to, log: Math.log(runningMs + (from + to) / 2), sum: 0 };
  });
  for (const { logMedian, spread, runMsMin, runMsMax } of particles) {
    for (const cell of mass) {
      const width = Math.min(cell.to, runMsMax - runningMs) - Math.max(cell.from, runMsMin - runningMs);
      if (width <= 0) continue;
      const distance = (cell.log - logMedian) / spread;
      if (distance < 6 && distance > -6)
        cell.sum += (Math.exp(-0.5 * distance * distance - cell.log) / spread) * width;
    }
  }
  const whole = mass.reduce((sum, cell) => sum + cell.sum, 0);
  let left = whole;
  if (!(whole > 0)) return Math.sqrt(2 * delayCostMs * (runningMs + 60_000));
  let looks = 0;
  for (const { from, to, sum } of mass) {
    const own = (1 - guardWeight) * (left / whole);
    const guardHazard = 1 / (guardStartMs + runningMs + from);
    const guard = guardWeight * (guardStartMs + runningMs) * guardHazard;
    const hazard = -Math.log(Math.max(1 - sum / left, 1e-6)) / (to - from);
    const mixed = (own * hazard + guard * guardHazard) / (own + guard);
    const density = Math.sqrt(mixed / (2 * delayCostMs));
    if (looks + density * (to - from) >= 1) return Math.max(1000, from + (1 - looks) / density);
    looks += density * (to - from);
    left = Math.max(left - sum, 1e-300);
  }
  return Math.sqrt(2 * delayCostMs * (runningMs + 60_000));
}
