import * as v from 'valibot';

/**
 * What a check can find. `failure`: Atlas documents it otherwise, or the bytes themselves are broken. `warning`: it
 * rests on what Atlas does not document, so it proves nothing either way.
 */
export const findingSeverities = {
  /** There is no `.complete`, which Atlas writes last. */
  COMPLETE_MISSING: 'failure',
  /** `.complete` is no JSON object, or far too large. */
  COMPLETE_UNREADABLE: 'failure',
  /** `.complete` names another cluster or project. */
  COMPLETE_OF_ANOTHER_CLUSTER: 'failure',
  /** The custom data in `.complete` is not this export's. */
  COMPLETE_OF_ANOTHER_EXPORT: 'failure',
  /** The snapshot's date in `.complete` is not the one in the prefix or of the snapshot: how they relate is not documented. */
  COMPLETE_DATE_DIFFERS: 'warning',
  /** `.complete` lacks something that a check needs. */
  COMPLETE_FIELD_MISSING: 'warning',
  /** `totalFiles` is more than there is, whatever it counts. */
  FILES_MISSING: 'failure',
  /** `totalFiles` is less than the data files alone. */
  FILES_TOO_MANY: 'failure',
  /** `totalFiles` is neither: what exactly it counts is not documented. */
  TOTAL_FILES_UNCLEAR: 'warning',
  /** A series of increments has a hole. */
  INCREMENT_MISSING: 'failure',
  /** A collection with data has no `metadata.json`. */
  METADATA_MISSING: 'failure',
  /** The same, where the export has several prefixes: whether each gets one is not documented. */
  METADATA_ELSEWHERE: 'warning',
  /** A component's replica set has no file at all, and the count of files does not account for it. */
  REPLICA_SET_MISSING: 'failure',
  /** A component's replica set has no file at all, though no file is missing: it may have had nothing to export. */
  REPLICA_SET_EMPTY: 'warning',
  /** Files of a replica set that is no component of the job. */
  REPLICA_SET_UNEXPECTED: 'warning',
  /** An object below the prefix that Atlas's documentation does not speak of. */
  OBJECT_UNEXPECTED: 'warning',
  /** There is no data file at all, as in the export of an empty cluster. */
  NOTHING_EXPORTED: 'warning',
  /** What was read is not as long as what was listed: the object was written anew meanwhile. */
  OBJECT_CHANGED: 'failure',
  /** The compressed data ends in the middle. */
  GZIP_TRUNCATED: 'failure',
  /** The compressed data is damaged: a checksum does not hold, or it is no gzip. */
  GZIP_CORRUPT: 'failure',
  /** Bytes after the compressed data, which gunzip passes over. */
  GZIP_TRAILING_BYTES: 'warning',
  /** Not UTF-8, not JSON, or no JSON objects. */
  JSON_INVALID: 'failure',
  /** Documents that are not alone on a line of their own: that they are is not documented. */
  JSON_NOT_LINES: 'warning',
} as const satisfies Record<string, 'failure' | 'warning'>;

export type FindingCode = keyof typeof findingSeverities;
export type FindingSeverity = 'failure' | 'warning';

export const findingCodes = v.parse(
  v.array(v.custom<FindingCode>((code) => typeof code === 'string' && code in findingSeverities)),
  Object.keys(findingSeverities),
);

export interface Finding {
  /** Stable: what to match on. */
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** The key or folder in the bucket, a replica set's name, or a field of `.complete`. */
  readonly where: string;
  /** In words, without `where`. */
  readonly what: string;
}

/** Findings as they add up, in bounded memory: every one is counted, the first are kept. */
export interface FindingsTally {
  counts: Partial<Record<FindingCode, number>>;
  first: Finding[];
}

export const findingsKeptMax = 100;

/** What may come right by itself: objects that storage or Atlas shows a little late. */
const mayStillCome: readonly FindingCode[] = [
  'COMPLETE_MISSING',
  'FILES_MISSING',
  'INCREMENT_MISSING',
  'METADATA_MISSING',
  'REPLICA_SET_MISSING',
];

export function finding(code: FindingCode, where: string, what: string): Finding {
  return { code, severity: findingSeverities[code], where, what };
}

export function emptyFindings(): FindingsTally {
  return { counts: {}, first: [] };
}

export function addFindings(tally: FindingsTally, findings: readonly Finding[]): void {
  for (const each of findings) {
    tally.counts[each.code] = (tally.counts[each.code] ?? 0) + 1;
    if (tally.first.length < findingsKeptMax) tally.first.push(each);
    // A failure is never crowded out by warnings.
    else if (each.severity === 'failure') replaceLastWarning(tally.first, each);
  }
}

export function countOf(tally: FindingsTally, severity: FindingSeverity): number {
  return findingCodes
    .filter((code) => findingSeverities[code] === severity)
    .reduce((sum, code) => sum + (tally.counts[code] ?? 0), 0);
}

/** Whether all that is wrong may only be late: then it is worth looking again a little later. */
export function mayOnlyBeLate(tally: FindingsTally): boolean {
  const failing = findingCodes.filter(
    (code) => findingSeverities[code] === 'failure' && (tally.counts[code] ?? 0) > 0,
  );
  return failing.length > 0 && failing.every((code) => mayStillCome.includes(code));
}

/** The first failures, one per line, and how many there are besides. */
export function failuresText(tally: FindingsTally, namedMax = 10): string {
  const failures = tally.first.filter(({ severity }) => severity === 'failure').slice(0, namedMax);
  const lines = failures.map(({ code, where, what }) => `${code} ${where}: ${what}`);
  const more = countOf(tally, 'failure') - failures.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

function replaceLastWarning(kept: Finding[], failure: Finding): void {
  const at = kept.findLastIndex(({ severity }) => severity === 'warning');
  if (at >= 0) kept[at] = failure;
}
