import * as v from 'valibot';
import { canonicalJson } from './canonical-json.ts';
import { datePartOf } from './export-layout.ts';
import { finding, type Finding } from './findings.ts';

/** Far more than Atlas's own fields and a hundred entries of custom data of 4 KB take. */
export const completeBytesMax = 1024 * 1024;

const valuesShownMax = 3;

export interface LabelEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * What `.complete` says. A field that is missing or of another type than documented is absent: not known. What the
 * documentation does not speak of is kept as it is, in `other`.
 */
export interface CompleteFile {
  readonly orgId?: string | undefined;
  readonly orgName?: string | undefined;
  readonly groupId?: string | undefined;
  readonly groupName?: string | undefined;
  readonly clusterUniqueId?: string | undefined;
  readonly clusterName?: string | undefined;
  readonly snapshotInitiationDate?: string | undefined;
  readonly totalFiles?: number | undefined;
  readonly labels?: readonly LabelEntry[] | undefined;
  readonly customData?: readonly LabelEntry[] | undefined;
  readonly other: Readonly<Record<string, unknown>>;
}

const text = v.pipe(v.string(), v.maxLength(10_000));
const entries = v.pipe(v.array(v.object({ key: text, value: text })), v.maxLength(10_000));
const known = {
  orgId: text,
  orgName: text,
  groupId: text,
  groupName: text,
  clusterUniqueId: text,
  clusterName: text,
  snapshotInitiationDate: text,
  totalFiles: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  labels: entries,
  customData: entries,
};
const lenient = <Schema extends v.GenericSchema>(
  schema: Schema,
): v.SchemaWithFallback<v.OptionalSchema<Schema, undefined>, undefined> =>
  v.fallback(v.optional(schema), undefined);
const completeSchema = v.object({
  orgId: lenient(known.orgId),
  orgName: lenient(known.orgName),
  groupId: lenient(known.groupId),
  groupName: lenient(known.groupName),
  clusterUniqueId: lenient(known.clusterUniqueId),
  clusterName: lenient(known.clusterName),
  snapshotInitiationDate: lenient(known.snapshotInitiationDate),
  totalFiles: lenient(known.totalFiles),
  labels: lenient(known.labels),
  customData: lenient(known.customData),
});

/** Reads `.complete`; undefined where it is no JSON object. */
export function readCompleteFile(content: Buffer): CompleteFile | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
    // Half characters and numbers beyond all bounds have no place in a manifest, nor has nesting without end.
    canonicalJson(document);
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  const read = v.parse(completeSchema, document);
  const other = Object.entries(document).filter(([name]) => !isRead(read, name));
  return { ...read, other: Object.fromEntries(other) };
}

function isRead(read: v.InferOutput<typeof completeSchema>, name: string): boolean {
  return Object.entries(read).some(([field, value]) => field === name && value !== undefined);
}

/** What `.complete` must say of the export it stands in. What is not known is not checked. */
export interface ExpectedComplete {
  readonly prefix: string;
  readonly clusterName: string;
  readonly groupId: string;
  /** ISO 8601, as Atlas says it of the snapshot. */
  readonly snapshotCreatedAt?: string | undefined;
  /** The job's custom data, the request's own id among it. */
  readonly customData: readonly LabelEntry[];
}

/** Compares `.complete` with what it should be. */
export function checkCompleteFile(complete: CompleteFile, expected: ExpectedComplete): Finding[] {
  return [
    ...same('clusterName', complete.clusterName, expected.clusterName),
    ...same('groupId', complete.groupId, expected.groupId),
    ...customDataFindings(complete.customData, expected.customData),
    ...dateFindings(complete.snapshotInitiationDate, expected),
    ...(complete.totalFiles === undefined
      ? [missing('totalFiles', 'the number of files cannot be compared')]
      : []),
  ];
}

function same(field: string, actual: string | undefined, expected: string): Finding[] {
  if (actual === undefined) return [missing(field, `whether it is ${expected} is not known`)];
  if (actual === expected) return [];
  return [
    finding(
      'COMPLETE_OF_ANOTHER_CLUSTER',
      `.complete ${field}`,
      `is ${shown(actual)} and not ${shown(expected)}`,
    ),
  ];
}

function customDataFindings(
  actual: readonly LabelEntry[] | undefined,
  expected: readonly LabelEntry[],
): Finding[] {
  if (expected.length === 0) return [];
  if (actual === undefined)
    return [missing('customData', 'whether this is the export asked for is not known')];
  return expected.flatMap(({ key, value }) => {
    const values = actual.filter((entry) => entry.key === key).map((entry) => entry.value);
    if (values.includes(value)) return [];
    const said = values.length === 0 ? 'is not there' : `is ${someOf(values)}`;
    return [
      finding(
        'COMPLETE_OF_ANOTHER_EXPORT',
        `.complete customData ${shown(key)}`,
        `${said} and should be ${shown(value)}`,
      ),
    ];
  });
}

/** By the minute, which is all that a prefix tells. */
function dateFindings(actual: string | undefined, expected: ExpectedComplete): Finding[] {
  if (actual === undefined)
    return [missing('snapshotInitiationDate', 'the snapshot is known by the prefix alone')];
  const actualMinute = minuteOf(actual);
  const wanted = { prefix: datePartOf(expected.prefix), snapshot: minuteOf(expected.snapshotCreatedAt) };
  if (actualMinute !== undefined && (wanted.prefix === actualMinute || wanted.snapshot === actualMinute))
    return [];
  if (wanted.prefix === undefined && wanted.snapshot === undefined) return [];
  const what = `is ${shown(actual)}; the prefix says ${wanted.prefix ?? 'none'}, the snapshot ${expected.snapshotCreatedAt ?? 'none'}`;
  return [finding('COMPLETE_DATE_DIFFERS', '.complete snapshotInitiationDate', what)];
}

function minuteOf(date: string | undefined): string | undefined {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
}

function missing(field: string, consequence: string): Finding {
  return finding('COMPLETE_FIELD_MISSING', `.complete ${field}`, `is not there: ${consequence}`);
}

/** The same key may stand there ten thousand times. */
function someOf(values: readonly string[]): string {
  const first = values.slice(0, valuesShownMax).map(shown).join(', ');
  const more = values.length - valuesShownMax;
  return more > 0 ? `${first} and ${more} more` : first;
}

function shown(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
}
