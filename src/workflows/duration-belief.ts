import { learn, logStudent } from './log-student.ts';
import type { Student } from './log-student.ts';
import { logGamma } from './log-gamma.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Before anything is known of a cluster: a typical duration, and the spread of log durations between clusters. */
const typicalLog = Math.log(35 * minuteMs);
const spreadBetweenClusters = 1;
/** Spreads of log durations between the exports of one cluster, each as likely. */
const spreadsWithinCluster = [0.08, 0.2, 0.45];
/** How much longer each export takes than the one before it, as a logarithm, and how likely that is. */
const growths = [
  { growth: 0, weight: 0.9 },
  { growth: 0.04, weight: 0.05 },
  { growth: 0.1, weight: 0.05 },
];
/** A cluster some of whose exports are slow, as a whole snapshot is among incremental ones: how likely and how slow. */
const occasionallySlow = { weight: 0.25, factorLog: Math.log(3.5), factorSpread: 0.5 };
/** Slow and usual exports that one is believed to have seen before any. */
const slowSeen = { slow: 1, usual: 3 };
/** An empty cluster takes a quarter of an hour, of which up to 3 minutes in the queue (recorded from Atlas). */
const emptyCluster = { centre: Math.log(14.5 * minuteMs), scale: 0.12, freedom: 30 };
/** How likely a cluster is empty; more so where Atlas counts no collections, not at all where it does. */
const emptyWeights = { unknown: 0.05, silent: 0.3, counted: 0 };
const earlierDurationsMax = 100;
const weightMin = 1e-4;

export interface DurationBelief {
  typicalMs: number;
  /** Log of the probability density at a duration, up to a constant. */
  logDensity: (durationMs: number) => number;
}

/** One way a cluster could be, with the next log duration under it and the log of how likely it is. */
interface Belief {
  students: readonly (readonly [Student, share: number])[];
  logWeight: number;
}

/**
 * How long an export of this cluster takes, before anything is seen of it. Several beliefs stand side by side (alike,
 * growing, occasionally slow, empty; each with several spreads), and each counts as much as it explains the earlier
 * durations. While little is known, the result is wide and heavy-tailed.
 *
 * @param earlierDurationsMs of the same cluster, newest first
 */
export function durationBelief(
  earlierDurationsMs: readonly number[],
  silence: keyof typeof emptyWeights,
): DurationBelief {
  const logs = earlierDurationsMs
    .filter((duration) => Number.isFinite(duration) && duration >= secondMs)
    .slice(0, earlierDurationsMax)
    .map((duration) => Math.log(duration));
  const beliefs = spreadsWithinCluster.flatMap((spread) => [
    ...growths.map(({ growth, weight }) => growing(logs, spread, growth, weight)),
    occasionally(logs, spread),
  ]);
  const emptyWeight = emptyWeights[silence];
  for (const belief of beliefs) belief.logWeight += Math.log((1 - emptyWeight) / spreadsWithinCluster.length);
  if (emptyWeight > 0) beliefs.push(empty(logs, emptyWeight));
  return mixed(beliefs);
}
function growing(logs: readonly number[], spread: number, growth: number, weight: number): Belief {
  const grown = logs.map((log, index) => log + growth * (index + 1));
  const { student, logEvidence } = learn(grown, {
    centre: typicalLog,
    centreSpread: spreadBetweenClusters,
    spread,
  });
  return {
    students: [[student, 1]],
    logWeight: logEvidence + Math.log(weight * (1 - occasionallySlow.weight)),
  };
}

function occasionally(logs: readonly number[], spread: number): Belief {
  const ascending = logs.toSorted((a, b) => a - b);
  const from = slowFrom(ascending);
  const usual = learn(ascending.slice(0, from), {
    centre: typicalLog,
    centreSpread: spreadBetweenClusters,
    spread,
  });
  const slow = learn(ascending.slice(from), {
    centre: usual.student.centre + occasionallySlow.factorLog,
    centreSpread: occasionallySlow.factorSpread,
    spread: Math.max(spread, 0.2),
  });
  const slowCount = slowSeen.slow + logs.length - from;
  const usualCount = slowSeen.usual + from;
  const logAllocation = logBeta(slowCount, usualCount) - logBeta(slowSeen.slow, slowSeen.usual);
  return {
    students: [
      [usual.student, usualCount / (usualCount + slowCount)],
      [slow.student, slowCount / (usualCount + slowCount)],
    ],
    logWeight: usual.logEvidence + slow.logEvidence + logAllocation + Math.log(occasionallySlow.weight),
  };
}

/** The index from which ascending durations are slow ones: after the widest gap, where it is wide. */
function slowFrom(ascending: readonly number[]): number {
  let from = ascending.length;
  let widest = Math.log(1.6);
  for (let index = 1; index < ascending.length; index += 1) {
    const gap = (ascending[index] ?? 0) - (ascending[index - 1] ?? 0);
    if (gap <= widest) continue;
    widest = gap;
    from = index;
  }
  return from;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

function empty(logs: readonly number[], weight: number): Belief {
  const density = logStudent(emptyCluster);
  return {
    students: [[emptyCluster, 1]],
    logWeight: logs.reduce((sum, log) => sum + density(log), Math.log(weight)),
  };
}

function mixed(beliefs: readonly Belief[]): DurationBelief {
  const highest = Math.max(...beliefs.map(({ logWeight }) => logWeight));
  const likely = beliefs
    .flatMap(({ students, logWeight }) =>
      students.map(([student, share]) => ({ student, weight: share * Math.exp(logWeight - highest) })),
    )
    .filter(({ weight }) => weight > weightMin)
    .map(({ student, weight }) => ({ centre: student.centre, weight, density: logStudent(student) }));
  return {
    typicalMs: Math.exp(Math.max(...likely.map(({ centre }) => centre))),
    logDensity: (durationMs) => {
      const log = Math.log(Math.max(durationMs, 1));
      let sum = 0;
      for (const { weight, density } of likely) sum += weight * Math.exp(density(log));
      return Math.log(Math.max(sum, 1e-300)) - log;
    },
  };
}
