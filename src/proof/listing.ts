/*
 * What the listing of an export comes to, page by page, in memory that does not grow with the number of objects: plain
 * data, so that it survives in a heartbeat and goes on in another process.
 *
 * Storages list in the order of keys, so all of a collection's files come together: its details are kept while it is
 * open and become a row of evidence when the listing has left it. A collection's name may hold a slash, so another
 * collection can lie inside its folder; that is why the open ones are a stack.
 */
import { hash } from 'node:crypto';
import type { BucketObject } from '../bucket/index.ts';
import type { CollectionRow, EvidenceRow, ObjectRow } from './evidence.ts';
import { exportKey, type CollectionPlace } from './export-layout.ts';
import { addFindings, emptyFindings, finding, type Finding, type FindingsTally } from './findings.ts';
import {
  addIncrement,
  emptyIncrementSet,
  missingIncrements,
  rangesText,
  type IncrementSet,
} from './increment-set.ts';

/** Replica sets told apart. Atlas's largest clusters have 50 to 70 shards. */
export const replicaSetsMax = 1_000;
/** Collections whose rows a manifest holds itself; the evidence holds all. */
export const collectionsKeptMax = 500;

export interface ReplicaSetTally {
  readonly replicaSetName: string;
  files: number;
  bytes: number;
  /** Collections of which it has files. */
  collections: number;
  /** Increments missing in all series together. */
  incrementsMissing: number;
  /** Only of a full check. */
  documents?: number;
}

interface OpenSeries {
  readonly replicaSetName: string;
  readonly increments: IncrementSet;
  bytes: number;
  documents?: number;
}

interface OpenCollection extends CollectionPlace {
  hasMetadata: boolean;
  /** Hash over what came before and each object's key, size and etag. */
  listingSha256: string;
  readonly series: OpenSeries[];
}

export interface Listing {
  /** The key that was added last: storages list in order, and a key that comes again would be counted twice. */
  lastKey: string;
  objects: number;
  bytes: number;
  dataFiles: number;
  dataBytes: number;
  metadataFiles: number;
  collections: number;
  /** Prefixes with a `.complete`. */
  completeIn: string[];
  /** Only of a full check: all documents, and the bytes that were read for them. */
  documents?: number;
  readonly replicaSets: ReplicaSetTally[];
  readonly open: OpenCollection[];
  readonly findings: FindingsTally;
  /** The first collections' rows. */
  readonly kept: CollectionRow[];
}

export interface ListedPage {
  /** Normalized. */
  readonly prefix: string;
  readonly objects: readonly BucketObject[];
  /** Of a full check: what reading the objects came to, by key. */
  readonly read?: ReadonlyMap<string, ObjectRow>;
  /** Whether the export has other prefixes besides this one. */
  readonly hasOtherPrefixes: boolean;
}

/** The storage listed a key out of order or twice, so that nothing can be told from its listing. */
export class ListingOrderError extends Error {
  readonly code = 'LISTING_ORDER';

  constructor(keys: { readonly earlier: string; readonly later: string }) {
    super(`The storage listed ${JSON.stringify(keys.later)} after ${JSON.stringify(keys.earlier)}`);
    this.name = 'ListingOrderError';
  }
}

export function emptyListing(): Listing {
  return {
    lastKey: '',
    objects: 0,
    bytes: 0,
    dataFiles: 0,
    dataBytes: 0,
    metadataFiles: 0,
    collections: 0,
    completeIn: [],
    replicaSets: [],
    open: [],
    findings: emptyFindings(),
    kept: [],
  };
}

/**
 * Adds a page and returns the rows of evidence that it completes.
 * @throws {ListingOrderError}
 */
export function addPage(listing: Listing, page: ListedPage): EvidenceRow[] {
  const rows: EvidenceRow[] = [];
  for (const object of page.objects) {
    requireOrder(listing, object.key);
    while (!isInside(listing.open.at(-1), object.key)) rows.push(...closeCollection(listing, page));
    listing.objects += 1;
    listing.bytes += object.bytes;
    rows.push(...addObject(listing, object, page));
  }
  return rows;
}

/** Ends the listing of a prefix: what is still open is complete. */
export function endPrefix(
  listing: Listing,
  page: Pick<ListedPage, 'prefix' | 'hasOtherPrefixes'>,
): EvidenceRow[] {
  const rows: EvidenceRow[] = [];
  while (listing.open.length > 0) rows.push(...closeCollection(listing, page));
  listing.lastKey = '';
  return rows;
}

/** Counts findings, and returns them as rows of evidence. */
export function noteFindings(listing: Listing, findings: readonly Finding[]): EvidenceRow[] {
  addFindings(listing.findings, findings);
  return findings.map((each) => ({ kind: 'finding', ...each }));
}

function requireOrder(listing: Listing, key: string): void {
  const earlier = listing.lastKey;
  // By UTF-16 first, which is quick; the order of bytes differs from it only for rare characters.
  if (!(earlier < key) && Buffer.compare(Buffer.from(earlier), Buffer.from(key)) >= 0) {
    throw new ListingOrderError({ earlier, later: key });
  }
  listing.lastKey = key;
}

function isInside(open: OpenCollection | undefined, key: string): boolean {
  return open === undefined || key.startsWith(open.folder);
}

function addObject(listing: Listing, object: BucketObject, page: ListedPage): EvidenceRow[] {
  const what = exportKey(object.key, page.prefix);
  const row = page.read?.get(object.key);
  const rows: EvidenceRow[] = row === undefined ? [] : [row, ...noteFindings(listing, row.findings)];
  switch (what.kind) {
    case 'complete':
      listing.completeIn.push(page.prefix);
      return rows;
    case 'metadata': {
      listing.metadataFiles += 1;
      const collection = openCollection(listing, what);
      collection.hasMetadata = true;
      collection.listingSha256 = chained(collection.listingSha256, object);
      return rows;
    }
    case 'data': {
      const collection = openCollection(listing, what);
      collection.listingSha256 = chained(collection.listingSha256, object);
      const series = seriesOf(collection, what.replicaSetName);
      addIncrement(series.increments, what.increment);
      series.bytes += object.bytes;
      listing.dataFiles += 1;
      listing.dataBytes += object.bytes;
      if (row?.documents !== undefined) {
        series.documents = (series.documents ?? 0) + row.documents;
        listing.documents = (listing.documents ?? 0) + row.documents;
      }
      return rows;
    }
    case 'other':
      // Consoles and file systems mark folders with empty objects.
      if (object.bytes === 0) return rows;
      return [
        ...rows,
        ...noteFindings(listing, [
          finding(
            'OBJECT_UNEXPECTED',
            object.key,
            `${object.bytes} bytes that belong to no documented place`,
          ),
        ]),
      ];
  }
}

function openCollection(listing: Listing, place: CollectionPlace): OpenCollection {
  const top = listing.open.at(-1);
  if (top?.folder === place.folder) return top;
  const { folder, database, collection } = place;
  const opened: OpenCollection = {
    folder,
    database,
    collection,
    hasMetadata: false,
    listingSha256: '',
    series: [],
  };
  listing.open.push(opened);
  return opened;
}

function seriesOf(collection: OpenCollection, replicaSetName: string): OpenSeries {
  const known = collection.series.find((series) => series.replicaSetName === replicaSetName);
  if (known !== undefined) return known;
  const series = { replicaSetName, increments: emptyIncrementSet(), bytes: 0 };
  collection.series.push(series);
  return series;
}

function chained(before: string, { key, bytes, etag }: BucketObject): string {
  return hash('sha256', `${before}\n${JSON.stringify([key, bytes, etag ?? null])}`);
}

function closeCollection(
  listing: Listing,
  { prefix, hasOtherPrefixes }: Pick<ListedPage, 'prefix' | 'hasOtherPrefixes'>,
): EvidenceRow[] {
  const closed = listing.open.pop();
  if (closed === undefined) return [];
  const row = collectionRow(closed, prefix);
  listing.collections += 1;
  if (listing.kept.length < collectionsKeptMax) listing.kept.push(row);
  for (const series of closed.series) addToReplicaSet(listing, series);
  return [row, ...noteFindings(listing, collectionFindings(closed, hasOtherPrefixes))];
}

function collectionRow(closed: OpenCollection, prefix: string): CollectionRow {
  const { database, collection, hasMetadata, listingSha256 } = closed;
  const replicaSets = closed.series.map(({ replicaSetName, increments, bytes, documents }) => ({
    replicaSetName,
    files: increments.count,
    bytes,
    ...(documents === undefined ? {} : { documents }),
    incrementsMissing: missingIncrements(increments).count,
  }));
  return { kind: 'collection', prefix, database, collection, hasMetadata, listingSha256, replicaSets };
}

function addToReplicaSet(listing: Listing, series: OpenSeries): void {
  const isFull = listing.replicaSets.length >= replicaSetsMax;
  let tally = listing.replicaSets.find(({ replicaSetName }) => replicaSetName === series.replicaSetName);
  if (tally === undefined && !isFull) {
    tally = {
      replicaSetName: series.replicaSetName,
      files: 0,
      bytes: 0,
      collections: 0,
      incrementsMissing: 0,
    };
    listing.replicaSets.push(tally);
  }
  // A bucket with more names than any cluster has shards: they are counted in all, but not apart.
  if (tally === undefined) return;
  tally.files += series.increments.count;
  tally.bytes += series.bytes;
  tally.collections += 1;
  tally.incrementsMissing += missingIncrements(series.increments).count;
  if (series.documents !== undefined) tally.documents = (tally.documents ?? 0) + series.documents;
}

function collectionFindings(closed: OpenCollection, hasOtherPrefixes: boolean): Finding[] {
  const holes = closed.series.flatMap(({ replicaSetName, increments }) => {
    const { count, ranges } = missingIncrements(increments);
    if (count === 0) return [];
    const which = ranges === undefined ? `${count} of them, too scattered to list` : rangesText(ranges);
    const what = `there is ${increments.largest} but not ${which}`;
    return [finding('INCREMENT_MISSING', `${closed.folder}${replicaSetName}`, what)];
  });
  if (closed.hasMetadata) return holes;
  const code = hasOtherPrefixes ? 'METADATA_ELSEWHERE' : 'METADATA_MISSING';
  return [...holes, finding(code, closed.folder, 'there is no metadata.json')];
}
