import { durationMsMax, durationText, type StallKind, type StallSettings } from '../contract/index.ts';

/** From when on it is a stall, and why then. */
export interface StallLimit {
  readonly ms: number;
  /** What the limit comes from, as the end of a sentence. */
  readonly why: string;
  /** Whether the request names it. */
  readonly asked: boolean;
}

/** What limits come from. */
export interface StallKnowledge {
  readonly stalledAfter: StallSettings;
  /** How long this cluster's earlier successful exports took, in all. */
  readonly earlierDurationsMs: readonly number[];
  readonly pace: SeenPace;
}

/** What the counts seen so far say of how fast this export is. */
export interface SeenPace {
  /** The longest time between two changes of the counts; 0 before there were two. */
  readonly pauseMsMax: number;
  /** What all collections would take at the pace so far; undefined while there is none. */
  readonly wholeMs: number | undefined;
}

const hourMs = 3_600_000;

/** Nothing that is learned says stalled sooner: short exports double for many a reason. */
const learnedMsMin = hourMs;
/** About a cluster without earlier exports, only this is known: most exports are over by then. */
const unknownMs = 6 * hourMs;
/** A slow beginning suggests any pace: it is believed up to here, or up to what an export of the cluster may take in all. */
const wholeMsMaxUnknown = 24 * hourMs;
/** Pauses vary: one that is this many times the longest so far is of another kind. */
const pauseFactor = 4;
/** Clusters grow, and a whole snapshot may follow incremental ones; what few exports took says less. */
const totalFactor = { few: 4, many: 2 };
const manyExports = 5;

/**
 * How long a thing may last before it is a stall: as the request says, else from what is known.
 *
 * Atlas exports one collection after the other and tells how many are done, so a large one looks like a stall. But none
 * takes longer than a whole export of the cluster took, which makes that the measure of a pause as well as of the queue.
 *
 * @returns undefined where nothing is known that would make it a stall
 */
export function stallLimit(kind: StallKind, known: StallKnowledge): StallLimit | undefined {
  const asked = known.stalledAfter[`${kind}Ms`];
  if (asked !== undefined) return { ms: asked, why: 'as the request asks', asked: true };
  return learnedLimit[kind](known);
}

const learnedLimit: Record<StallKind, (known: StallKnowledge) => StallLimit | undefined> = {
  queued: ({ earlierDurationsMs }) => wholeExportLimit(earlierDurationsMs),
  noProgress: ({ earlierDurationsMs, pace }) => {
    const { pauseMsMax, wholeMs = 0 } = pace;
    const byPause = learned(
      pauseFactor * pauseMsMax,
      `the longest pause before took ${durationText(pauseMsMax)}`,
    );
    const byPace = learned(
      Math.min(wholeMs, totalLimit(earlierDurationsMs)?.ms ?? wholeMsMaxUnknown),
      `at the pace until then, all of it would take ${durationText(wholeMs)}`,
    );
    return [byPause, byPace].reduce(longer, wholeExportLimit(earlierDurationsMs));
  },
  total: ({ earlierDurationsMs }) => totalLimit(earlierDurationsMs),
};

function totalLimit(earlierDurationsMs: readonly number[]): StallLimit | undefined {
  const earlier = longestOf(earlierDurationsMs);
  if (earlier === undefined) return undefined;
  const factor = earlier.count < manyExports ? totalFactor.few : totalFactor.many;
  return learned(factor * earlier.longestMs, earlier.text);
}

function wholeExportLimit(earlierDurationsMs: readonly number[]): StallLimit {
  const earlier = longestOf(earlierDurationsMs);
  if (earlier === undefined) return learned(unknownMs, 'no earlier export of the cluster is known');
  return learned(earlier.longestMs, earlier.text);
}

function longestOf(
  durationsMs: readonly number[],
): { longestMs: number; count: number; text: string } | undefined {
  const plausible = durationsMs.filter((durationMs) => durationMs > 0 && durationMs <= durationMsMax);
  if (plausible.length === 0) return undefined;
  const longestMs = Math.max(...plausible);
  const count = plausible.length;
  const which = count === 1 ? "the cluster's earlier export" : `the longest of ${count} earlier exports`;
  return { longestMs, count, text: `${which} took ${durationText(longestMs)} in all` };
}

function learned(ms: number, why: string): StallLimit {
  return { ms: Math.max(ms, learnedMsMin), why, asked: false };
}

/** The first where both are as long. */
function longer(one: StallLimit, other: StallLimit): StallLimit {
  return other.ms > one.ms ? other : one;
}
