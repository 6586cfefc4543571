import { logGamma } from './log-gamma.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

// What is believed of a cluster before anything is known of it: large ones take a day or two.
const typicalDurationMs = 35 * minuteMs;
/** Spread of log durations between clusters. */
const spreadBetweenClusters = 1;
/** Spreads of log durations between the exports of one cluster, each as likely, and how many exports a belief is worth. */
const spreadsWithinCluster = [0.08, 0.2, 0.45];
const spreadBeliefDurations = 4;
/** An empty cluster takes a quarter of an hour, of which up to 3 minutes in the queue (recorded from Atlas). */
const emptyCluster = { centre: Math.log(14.5 * minuteMs), scale: 0.12, freedom: 30 };
/** How likely a cluster is empty; more so where Atlas counts no collections, not at all where it does. */
const emptyWeights = { unknown: 0.05, silent: 0.3, counted: 0 };
const earlierDurationsMax = 100;

export interface DurationBelief {
  typicalMs: number;
  /** Log of the probability density at a duration, up to a constant. */
  logDensity: (durationMs: number) => number;
}

/** A Student t distribution of the log duration. */
interface Student {
  centre: number;
  scale: number;
  freedom: number;
}

/**
 * How long an export of this cluster takes, before anything is seen of it. Durations are log-normal; median and
 * spread are both learnt (normal-inverse-gamma), so that the next one is a Student t distribution of the log
 * duration, wide and heavy-tailed while little is known. Beside it stands the belief that the cluster is empty; each
 * counts as much as it explains the earlier durations.
 */
export function durationBelief(
  earlierDurationsMs: readonly number[],
  silence: keyof typeof emptyWeights,
): DurationBelief {
  const logs = earlierDurationsMs
    .filter((duration) => Number.isFinite(duration) && duration >= secondMs)
    .slice(0, earlierDurationsMax)
    .map((duration) => Math.log(duration));
  const learnt = spreadsWithinCluster.map((spread) => learn(logs, spread));
  const emptyEvidence = logs.reduce((sum, log) => sum + logStudent(emptyCluster, log), 0);
  const emptyWeight = emptyWeights[silence];
  const beliefs = [
    ...learnt.map(({ student, logEvidence }) => ({
      student,
      logWeight: logEvidence + Math.log((1 - emptyWeight) / learnt.length),
    })),
    { student: emptyCluster, logWeight: emptyEvidence + Math.log(Math.max(emptyWeight, 1e-300)) },
  ];
  const highest = Math.max(...beliefs.map(({ logWeight }) => logWeight));
  const likely = beliefs
    .map(({ student, logWeight }) => ({ student, weight: Math.exp(logWeight - highest) }))
    .filter(({ weight }) => weight > 1e-6);
  return {
    typicalMs: Math.exp(Math.max(...likely.map(({ student }) => student.centre))),
    logDensity: (durationMs) => {
      const log = Math.log(Math.max(durationMs, 1));
      let density = 0;
      for (const { student, weight } of likely) density += weight * Math.exp(logStudent(student, log));
      return Math.log(Math.max(density, 1e-300)) - log;
    },
  };
}

function learn(logs: readonly number[], spread: number): { student: Student; logEvidence: number } {
  const count = logs.length;
  const mean = count === 0 ? 0 : logs.reduce((sum, log) => sum + log, 0) / count;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const beliefInMean = (spread / spreadBetweenClusters) ** 2;
  const centreBefore = Math.log(typicalDurationMs);
  const centre = (beliefInMean * centreBefore + count * mean) / (beliefInMean + count);
  const surprise = ((beliefInMean * count) / (beliefInMean + count)) * (mean - centreBefore) ** 2;
  const freedom = spreadBeliefDurations + count;
  const sumBefore = spreadBeliefDurations * spread ** 2;
  const sum = sumBefore + squares + surprise;
  const logEvidence =
    logGamma(freedom / 2) -
    logGamma(spreadBeliefDurations / 2) +
    (spreadBeliefDurations / 2) * Math.log(sumBefore / 2) -
    (freedom / 2) * Math.log(sum / 2) +
    0.5 * Math.log(beliefInMean / (beliefInMean + count)) -
    (count / 2) * Math.log(2 * Math.PI);
  const scale = Math.sqrt((sum / freedom) * (1 + 1 / (beliefInMean + count)));
  return { student: { centre, scale, freedom }, logEvidence };
}

/** Log of the density; below the centre with the thin tail of a normal, since an export cannot be much faster. */
function logStudent({ centre, scale, freedom }: Student, log: number): number {
  const distance = ((log - centre) / scale) ** 2;
  const normalising =
    logGamma((freedom + 1) / 2) - logGamma(freedom / 2) - 0.5 * Math.log(freedom * Math.PI) - Math.log(scale);
  if (log < centre) return normalising - (distance * (freedom + 1)) / (2 * freedom);
  return normalising - ((freedom + 1) / 2) * Math.log(1 + distance / freedom);
}
