import type { ModelParameters } from './model-parameters.ts';
import type { Random } from './random.ts';

/** How a cluster's counter moves; the last two are in no model that a constant of the schedule was chosen on. */
export type ProgressKind =
  | 'silent'
  | 'zipf'
  | 'even'
  | 'late'
  | 'bursty'
  | 'stuck-at-zero'
  | 'stalling'
  | 'small-first'
  | 'total-grows'
  | 'stale-counter'
  | 'giant'
  | 'starts-over';

export interface Counter {
  /** Collections exported and in all, at a share (0 to 1) of the running time. */
  at: (share: number) => { exportedCollections: number; totalCollections: number };
}

/** What a counter is drawn from; `collections` and `skew` belong to the cluster and stay the same for its exports. */
export interface CounterParameters extends Pick<ModelParameters, 'setup' | 'closing' | 'speedSpread'> {
  collections: number;
  skew: number;
}

/** Draws one export's counter. */
export function drawCounter(random: Random, kind: ProgressKind, parameters: CounterParameters): Counter {
  const { collections } = parameters;
  if (kind === 'silent') return { at: () => ({ exportedCollections: 0, totalCollections: 0 }) };
  if (kind === 'stuck-at-zero')
    return { at: () => ({ exportedCollections: 0, totalCollections: collections }) };
  const setup = random.between(...parameters.setup);
  const closing = random.between(...parameters.closing);
  const evenSpeedEnds = collectionEnds(random, kind, parameters);
  const ends = atChangingSpeed(random, evenSpeedEnds, parameters.speedSpread).map(
    (end) => setup + end * (1 - setup - closing),
  );
  const batch = kind === 'bursty' ? Math.max(1, Math.round(collections / random.between(4, 12))) : 1;
  const refresh = kind === 'stale-counter' ? random.between(0.08, 0.3) : 0;
  const restart = kind === 'starts-over' ? random.between(0.1, 0.6) : 0;
  const grown = kind === 'total-grows' ? random.between(0.2, 0.7) : 0;
  return {
    at(share) {
      const shown = refresh > 0 ? Math.floor(share / refresh) * refresh : share;
      const exported = countUpTo(ends, restart > 0 ? sinceRestart(shown, restart) : shown);
      const seen = exported === collections ? exported : Math.floor(exported / batch) * batch;
      const total = Math.max(exported, Math.ceil(collections * (1 - grown * Math.max(0, 1 - shown * 1.5))));
      return { exportedCollections: seen, totalCollections: total };
    },
  };
}

/** Until the restart the work goes as it will go once more after it. */
function sinceRestart(share: number, restart: number): number {
  return (share < restart ? share : share - restart) / (1 - restart);
}

/** When each collection is done, as ascending shares of the time that collections take. */
function collectionEnds(
  random: Random,
  kind: ProgressKind,
  { collections, skew }: CounterParameters,
): number[] {
  let sizes = Array.from({ length: collections }, (_, rank) =>
    kind === 'even' || kind === 'bursty'
      ? random.between(0.5, 1.5)
      : (rank + 1) ** -skew * random.between(0.7, 1.3),
  );
  if (kind === 'small-first') sizes.sort((a, b) => a - b);
  else if (kind === 'late') sizes.sort((a, b) => b - a);
  else sizes = random.shuffle(sizes);
  if (kind === 'late') sizes = nearlySorted(random, sizes);
  const pauses = kind === 'stalling' ? Math.ceil(random.between(1, 3)) : 0;
  if (kind === 'giant') sizes[0] = sizes.reduce((sum, size) => sum + size, 0) * random.between(1, 9);
  if (kind === 'giant') sizes = random.shuffle(sizes);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  for (let pause = 0; pause < pauses; pause += 1) {
    const index = Math.floor(random.uniform() * collections);
    sizes[index] = (sizes[index] ?? 0) + whole * random.between(0.1, 0.6);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  return sizes.map((size) => (done += size) / total);
}

const speeds = 6;

/** The same ends where the speed is another one in each sixth of the work. */
function atChangingSpeed(random: Random, ends: readonly number[], speedSpread: number): readonly number[] {
  if (speedSpread === 0) return ends;
  const startsAt = [0];
  for (let part = 0; part < speeds; part += 1)
    startsAt.push((startsAt[part] ?? 0) + random.logNormal(1, speedSpread));
  const whole = startsAt[speeds] ?? 1;
  return ends.map((end) => {
    const part = Math.min(speeds - 1, Math.floor(end * speeds));
    const from = startsAt[part] ?? 0;
    return (from + (end * speeds - part) * ((startsAt[part + 1] ?? from) - from)) / whole;
  });
}

/** Large collections tend to come first, so that the counter lags behind the work. */
function nearlySorted(random: Random, sizes: readonly number[]): number[] {
  return sizes
    .map((size, index) => ({ size, key: index + random.normal() * sizes.length * 0.3 }))
    .sort((a, b) => a.key - b.key)
    .map(({ size }) => size);
}

function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 1) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
