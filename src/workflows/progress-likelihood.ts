import { logGamma } from './log-gamma.ts';
import type { ProgressObservation } from './progress-observation.ts';

/**
 * How well what was seen of an export's progress fits with a given running time.
 *
 * Each collection is one ball dropped somewhere into the running time. If they were dropped independently and
 * evenly, the counts between looks would be multinomial. They are not: collections differ in size by orders of
 * magnitude and are exported one at a time, so counts come in bursts. A Dirichlet-multinomial distribution
 * (Pólya's urn) says that with one number, the concentration: high is steady, low is bursts. A second number,
 * the shape, bends the whole: below 1 small collections came first, above 1 the counter lags. `begin` and `end`
 * are the shares of the running time between which collections are exported and counted; an end above 1 is a
 * counter that runs behind the work. Nobody knows any of it for a given cluster, so several are kept side by side
 * and each counts as much as it explained what was seen. The weights were fitted: see docs/polling.md.
 */
interface ProgressHypothesis {
  shape: number;
  concentration: number;
  begin: number;
  end: number;
  weight: number;
}

const hypotheses: readonly ProgressHypothesis[] = [
  { shape: 1, concentration: 500, begin: 0.05, end: 0.97, weight: 0.27 },
  { shape: 1, concentration: 500, begin: 0, end: 1, weight: 0.08 },
  { shape: 1, concentration: 500, begin: 0.1, end: 1.1, weight: 0.06 },
  { shape: 1, concentration: 30, begin: 0.05, end: 0.97, weight: 0.06 },
  { shape: 1, concentration: 8, begin: 0.05, end: 0.97, weight: 0.03 },
  { shape: 1, concentration: 2, begin: 0.1, end: 1.1, weight: 0.06 },
  { shape: 1.7, concentration: 8, begin: 0, end: 1, weight: 0.15 },
  { shape: 1.7, concentration: 30, begin: 0, end: 1, weight: 0.05 },
  { shape: 1.7, concentration: 120, begin: 0.05, end: 0.97, weight: 0.07 },
  { shape: 0.5, concentration: 8, begin: 0.05, end: 1.05, weight: 0.05 },
  { shape: 0.5, concentration: 8, begin: 0.1, end: 1.1, weight: 0.05 },
];
/**
 * Counters that are brought up to date only now and then: what stands still tells nothing, only changes count.
 * Whether a look finds a change is as likely as any share of looks finding one.
 */
const staleHypotheses: readonly ProgressHypothesis[] = [
  { shape: 1, concentration: 500, begin: 0.05, end: 0.97, weight: 0.02 },
  { shape: 1, concentration: 20, begin: 0.05, end: 0.97, weight: 0.02 },
];
/** The counter stays at zero until the end: seen on clusters whose one collection is nearly everything. */
const stuckAtZeroWeight = 0.05;
/** Collections beyond this say nothing more: the sizes, not the counts, are what is uncertain. */
const collectionsCountedMax = 400;

/** Counts between looks, ready for {@link progressLogLikelihood}. */
export interface ProgressIncrements extends Increments {
  logConstants: LogConstants;
  /** The intervals in which the counter changed, each dated to its middle, and the log of how likely it was to find these. */
  changes: Increments & { logConstants: LogConstants; logPattern: number };
}

interface Increments {
  /** Milliseconds from the start of the run to the end of each interval, ascending. */
  runningMs: readonly number[];
  /** Collections exported in each interval; not whole where a large total was scaled down. */
  counts: readonly number[];
  /** Collections still to export at the last look. */
  remaining: number;
}

/** The terms that are the same for every running time, computed once: they are a good part of the work. */
interface LogConstants {
  /** log n! of each count. */
  counts: readonly number[];
  remaining: number;
  /** By concentration: log of in how many ways all collections can be dropped. */
  urns: ReadonlyMap<number, number>;
}

/**
 * Reads increments from observations, or `undefined` where Atlas gave no usable counts. Totals may change (they
 * are an estimate), counts may exceed them or fall: the newest total counts, and a count never takes back what
 * an earlier one said.
 */
export function progressIncrements(
  observations: readonly ProgressObservation[],
  runStartMs: number,
): ProgressIncrements | undefined {
  const usable = observations.filter(
    (seen) =>
      seen.elapsedMs > runStartMs && isCount(seen.exportedCollections) && isCount(seen.totalCollections),
  );
  const total = usable.at(-1)?.totalCollections ?? 0;
  if (!(total > 0)) return undefined;
  const scale = Math.min(1, collectionsCountedMax / total);
  const runningMs: number[] = [];
  const counts: number[] = [];
  let exported = 0;
  let lastRunningMs = 0;
  for (const seen of usable) {
    const running = seen.elapsedMs - runStartMs;
    if (!(running > lastRunningMs)) continue;
    const exportedNow = Math.max(exported, Math.min(total, seen.exportedCollections ?? 0));
    runningMs.push(running);
    counts.push((exportedNow - exported) * scale);
    exported = exportedNow;
    lastRunningMs = running;
  }
  if (runningMs.length === 0) return undefined;
  const increments = { runningMs, counts, remaining: (total - exported) * scale };
  const urns = urnConstants(increments);
  const logConstants = logConstantsOf(increments, urns);
  return { ...increments, logConstants, changes: changesOnly(increments, urns) };
}

/** log P(increments | the run takes `runMs` in all), up to a constant that does not depend on `runMs`. */
export function progressLogLikelihood(increments: ProgressIncrements, runMs: number): number {
  const { changes } = increments;
  const exported = sumOf(increments.counts);
  let sum = exported === 0 ? stuckAtZeroWeight : 0;
  for (const hypothesis of hypotheses) {
    sum += hypothesis.weight * Math.exp(urnLogLikelihood(increments, runMs, hypothesis));
  }
  for (const hypothesis of exported === 0 ? [] : staleHypotheses) {
    const log = changes.logPattern + urnLogLikelihood(changes, runMs, hypothesis);
    sum += hypothesis.weight * Math.exp(log);
  }
  return Math.log(Math.max(sum, 1e-300));
}

function changesOnly(
  { runningMs, counts, remaining }: Increments,
  urns: LogConstants['urns'],
): ProgressIncrements['changes'] {
  const changedAtMs: number[] = [];
  const changedBy: number[] = [];
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    changedAtMs.push(((runningMs[index - 1] ?? 0) + (runningMs[index] ?? 0)) / 2);
    changedBy.push(count);
  }
  const found = changedBy.length;
  const looks = counts.length;
  const logPattern = logGamma(found + 1) + logGamma(looks - found + 1) - logGamma(looks + 2);
  const changes = { runningMs: changedAtMs, counts: changedBy, remaining };
  return { ...changes, logConstants: logConstantsOf(changes, urns), logPattern };
}

function urnConstants({ counts, remaining }: Increments): LogConstants['urns'] {
  const total = sumOf(counts) + remaining;
  const logWays = logGamma(total + 1);
  return new Map(
    [...hypotheses, ...staleHypotheses].map(({ concentration }) => [
      concentration,
      logWays - logRising(total, concentration),
    ]),
  );
}

function logConstantsOf({ counts, remaining }: Increments, urns: LogConstants['urns']): LogConstants {
  return { counts: counts.map((count) => logGamma(count + 1)), remaining: logGamma(remaining + 1), urns };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function urnLogLikelihood(
  { runningMs, counts, remaining, logConstants }: Increments & { logConstants: LogConstants },
  runMs: number,
  { shape, concentration, begin, end }: ProgressHypothesis,
): number {
  let log = logConstants.urns.get(concentration) ?? 0;
  let shareBefore = 0;
  for (let index = 0; index < counts.length; index += 1) {
    const running = (runningMs[index] ?? 0) / runMs;
    const ratio = Math.min(1, Math.max(0, (running - begin) / (end - begin)));
    const share = shape === 1 ? ratio : ratio ** shape;
    const count = counts[index] ?? 0;
    if (count > 0) {
      log += logRising(count, concentration * (share - shareBefore)) - (logConstants.counts[index] ?? 0);
    }
    shareBefore = share;
  }
  if (remaining > 0) log += logRising(remaining, concentration * (1 - shareBefore)) - logConstants.remaining;
  return log;
}

/** log Γ(count + weight) − log Γ(weight). */
function logRising(count: number, weight: number): number {
  const safe = Math.max(weight, 1e-6);
  return logGamma(count + safe) - logGamma(safe);
}

function isCount(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}
