/**
 * The listing of an export of a million objects, for an S3 server that makes each page up when it is asked for: a
 * thousand collections of a thousand files, the increments in the order of bytes, in which `rs.10` is before `rs.2`.
 */
export const syntheticPrefix = 'exported_snapshots/org/group/cluster/2026-08-10T0327/1786332505/';
export const collections = 1_000;
export const filesPerCollection = 1_000;
/** And `.complete`. */
export const objects = collections * filesPerCollection + 1;

const files = [
  'metadata.json',
  ...Array.from({ length: filesPerCollection - 1 }, (_, increment) => `atlas-shard-0.${increment}.json.gz`),
].toSorted();

/** Keys in the order of bytes, by number. */
export function keyAt(index: number): string {
  if (index === 0) return `${syntheticPrefix}.complete`;
  const collection = Math.floor((index - 1) / filesPerCollection);
  return `${syntheticPrefix}shop/collection-${String(collection).padStart(4, '0')}/${files[(index - 1) % filesPerCollection]}`;
}

/** The number of the first key after another one. */
export function indexAfter(key: string): number {
  let low = 0;
  let high = objects;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyAt(middle) > key) high = middle;
    else low = middle + 1;
  }
  return low;
}
