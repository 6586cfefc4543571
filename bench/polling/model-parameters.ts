import type { ProgressKind } from './progress-model.ts';

export type Range = readonly [low: number, high: number];

/** How the exports of one cluster differ from each other. */
export type DurationKind = 'empty' | 'steady' | 'two-kinds' | 'growing' | 'degraded';

/** What exports are drawn from. All of it is assumed but the times of an empty cluster, which were recorded once. */
export interface ModelParameters {
  durationKinds: readonly (readonly [DurationKind, number])[];
  progressKinds: readonly (readonly [ProgressKind, number])[];
  /** Of a cluster's usual running time: the median over clusters, and the spread of its logarithm. */
  medianRunMinutes: number;
  spreadBetweenClusters: number;
  /** Spread of the logarithm of one cluster's running times, one drawn for each cluster. */
  spreadWithinCluster: Range;
  /** Chance of a cluster to be in a project that waits for other exports, and how long such a wait is. */
  busyChance: number;
  busyQueueMinutesMean: number;
  collectionsMedian: number;
  /** Zipf exponent of the sizes of a cluster's collections: 0 for all alike. */
  skew: Range;
  /** Shares of the running time before the first collection begins and after the last one ended. */
  setup: Range;
  closing: Range;
  /** Spread of the logarithm of the speed, which changes some times in a run; 0 for one speed all along. */
  speedSpread: number;
}

/** The model the mark is measured on, as it was before any constant was chosen. */
export const firstModel: ModelParameters = {
  durationKinds: [
    ['empty', 0.1],
    ['steady', 0.6],
    ['two-kinds', 0.1],
    ['growing', 0.1],
    ['degraded', 0.1],
  ],
  progressKinds: [
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
  ],
  medianRunMinutes: 40,
  spreadBetweenClusters: 1.1,
  spreadWithinCluster: [0.05, 0.5],
  busyChance: 0.2,
  busyQueueMinutesMean: 25,
  collectionsMedian: 60,
  skew: [0, 1.6],
  setup: [0.01, 0.12],
  closing: [0.002, 0.05],
  speedSpread: 0,
};

/** Every kind is as likely as any other, and two are new. */
const heldOutKinds: ModelParameters['progressKinds'] = [
  ...firstModel.progressKinds.map(([kind]) => [kind, 1] as const),
  ['giant', 1],
  ['starts-over', 1],
];

/** Held out: every parameter is another one, none better known to the schedule. */
export const shiftedModel: ModelParameters = {
  ...firstModel,
  progressKinds: heldOutKinds,
  medianRunMinutes: 80,
  spreadBetweenClusters: 1.3,
  spreadWithinCluster: [0.1, 0.4],
  busyChance: 0.1,
  busyQueueMinutesMean: 60,
  collectionsMedian: 150,
  skew: [0.4, 2],
  setup: [0.02, 0.2],
  closing: [0.01, 0.1],
};

/** Held out and harder: durations of one cluster differ more, and an export's speed changes while it runs. */
export const harderModel: ModelParameters = {
  ...firstModel,
  progressKinds: heldOutKinds,
  spreadWithinCluster: [0.3, 0.8],
  busyChance: 0.4,
  collectionsMedian: 25,
  skew: [0.8, 2.2],
  setup: [0.01, 0.25],
  closing: [0, 0.2],
  speedSpread: 0.6,
};
