import { logGamma } from './log-gamma.ts';

const spreadBeliefDurations = 4;

/** What is believed of log durations before any is seen: where their middle lies, how surely, and their spread. */
export interface PriorBelief {
  centre: number;
  centreSpread: number;
  /** Worth {@link spreadBeliefDurations} durations. */
  spread: number;
}

/** A Student t distribution of a log duration. */
export interface Student {
  centre: number;
  scale: number;
  freedom: number;
}

/**
 * The next log duration after these (normal-inverse-gamma: middle and spread are both learnt), and how well the
 * belief explained them: the log of the probability density of all of them together.
 */
export function learn(
  logs: readonly number[],
  prior: PriorBelief,
): { student: Student; logEvidence: number } {
  const count = logs.length;
  const mean = count === 0 ? 0 : logs.reduce((sum, log) => sum + log, 0) / count;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const beliefInMean = (prior.spread / prior.centreSpread) ** 2;
  const centre = (beliefInMean * prior.centre + count * mean) / (beliefInMean + count);
  const surprise = ((beliefInMean * count) / (beliefInMean + count)) * (mean - prior.centre) ** 2;
  const freedom = spreadBeliefDurations + count;
  const sumBefore = spreadBeliefDurations * prior.spread ** 2;
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
export function logStudent({ centre, scale, freedom }: Student): (log: number) => number {
  const normalising =
    logGamma((freedom + 1) / 2) - logGamma(freedom / 2) - 0.5 * Math.log(freedom * Math.PI) - Math.log(scale);
  return (log) => {
    const distance = ((log - centre) / scale) ** 2;
    if (log < centre) return normalising - (distance * (freedom + 1)) / (2 * freedom);
    return normalising - ((freedom + 1) / 2) * Math.log(1 + distance / freedom);
  };
}
