import type { Random } from './random.ts';

/** How a cluster's counter moves; the last five are held out: no constant of the schedule was chosen on them. */
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
  | 'stale-counter';

export interface Counter {
  /** Collections exported and in all, at a share (0 to 1) of the running time. */
  at: (share: number) => { exportedCollections: number; totalCollections: number };
}

/** Draws one export's counter. `collections` and `skew` belong to the cluster and stay the same for its exports. */
export function drawCounter(
  random: Random,
  kind: ProgressKind,
  { collections, skew }: { collections: number; skew: number },
): Counter {
  if (kind === 'silent') return { at: () => ({ exportedCollections: 0, totalCollections: 0 }) };
  if (kind === 'stuck-at-zero')
    return { at: () => ({ exportedCollections: 0, totalCollections: collections }) };
  const setup = random.between(0.01, 0.12);
  const closing = random.between(0.002, 0.05);
  const ends = collectionEnds(random, kind, collections, skew).map(
    (end) => setup + end * (1 - setup - closing),
  );
  const batch = kind === 'bursty' ? Math.max(1, Math.round(collections / random.between(4, 12))) : 1;
  const refresh = kind === 'stale-counter' ? random.between(0.08, 0.3) : 0;
  const grown = kind === 'total-grows' ? random.between(0.2, 0.7) : 0;
  return {
    at(share) {
      const shown = refresh > 0 ? Math.floor(share / refresh) * refresh : share;
      const exported = countUpTo(ends, shown);
      const seen = exported === collections ? exported : Math.floor(exported / batch) * batch;
      const total = Math.max(exported, Math.ceil(collections * (1 - grown * Math.max(0, 1 - shown * 1.5))));
      return { exportedCollections: seen, totalCollections: total };
    },
  };
}

/** When each collection is done, as ascending shares of the time that collections take. */
function collectionEnds(random: Random, kind: ProgressKind, collections: number, skew: number): number[] {
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
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  for (let pause = 0; pause < pauses; pause += 1) {
    const index = Math.floor(random.uniform() * collections);
    sizes[index] = (sizes[index] ?? 0) + whole * random.between(0.1, 0.6);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  return sizes.map((size) => (done += size) / total);
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
