/*
 * Where Atlas puts what, by its documentation of exports:
 *
 *   exported_snapshots/<org>/<project>/<cluster>/<date of snapshot>/<timestamp>/      the job's prefix
 *     .complete
 *     <database>/<collection>/metadata.json
 *     <database>/<collection>/<replica set>.<increment>.json.gz
 */

/** What a key below an export's prefix is. */
export type ExportKey =
  | { readonly kind: 'complete' }
  | ({ readonly kind: 'metadata' } & CollectionPlace)
  | ({ readonly kind: 'data'; readonly replicaSetName: string; readonly increment: number } & CollectionPlace)
  /** Nothing that Atlas's documentation speaks of. */
  | { readonly kind: 'other' };

export interface CollectionPlace {
  /** The keys of a collection's files begin with this: all up to the last slash. */
  readonly folder: string;
  readonly database: string;
  /** As the key spells it, slashes included: a collection's name may hold some, a database's may not. */
  readonly collection: string;
}

/** Everything that Atlas exports is below it, whatever the cluster. */
export const exportsFolder = 'exported_snapshots/';

/** Atlas counts without leading zeros, and no export has so many files that a number here would lose digits. */
const dataFile = /^(?<replicaSetName>.+)\.(?<increment>0|[1-9]\d{0,14})\.json\.gz$/s;

/**
 * A job's prefix as keys have it: Atlas writes it with or without a leading slash, and keys begin without one.
 * @throws RangeError where it is empty, which would mean the whole bucket.
 */
export function normalizedPrefix(prefix: string): string {
  const inner = prefix.replaceAll(/^\/+|\/+$/g, '');
  if (inner === '')
    throw new RangeError('an export has a prefix of its own: an empty one means the whole bucket');
  return `${inner}/`;
}

/** Where an export's `.complete` is. */
export function completeKey(prefix: string): string {
  return `${normalizedPrefix(prefix)}.complete`;
}

/** Tells what an object is by its key. `prefix` must be normalized, and the key below it. */
export function exportKey(key: string, prefix: string): ExportKey {
  const relative = key.slice(prefix.length);
  if (relative === '.complete') return { kind: 'complete' };
  const firstSlash = relative.indexOf('/');
  const lastSlash = relative.lastIndexOf('/');
  if (firstSlash < 1 || lastSlash - firstSlash < 2) return { kind: 'other' };
  const place: CollectionPlace = {
    folder: key.slice(0, prefix.length + lastSlash + 1),
    database: relative.slice(0, firstSlash),
    collection: relative.slice(firstSlash + 1, lastSlash),
  };
  const file = relative.slice(lastSlash + 1);
  if (file === 'metadata.json') return { kind: 'metadata', ...place };
  const { replicaSetName, increment } = dataFile.exec(file)?.groups ?? {};
  if (replicaSetName === undefined || increment === undefined) return { kind: 'other' };
  return { kind: 'data', replicaSetName, increment: Number(increment), ...place };
}

/** The date that stands in a prefix, as `2026-08-10T03:27`; undefined where it is not written as Atlas was seen to. */
export function datePartOf(prefix: string): string | undefined {
  const { date, hours, minutes } =
    /\/(?<date>\d{4}-\d\d-\d\d)T(?<hours>\d\d)(?<minutes>\d\d)(?:\+0000)?\/[^/]+\/$/.exec(
      normalizedPrefix(prefix),
    )?.groups ?? {};
  return date === undefined ? undefined : `${date}T${hours}:${minutes}`;
}
