import * as v from 'valibot';
import { evidencePartName, noEvidence, withPart, type EvidenceSummary } from '../proof/index.ts';
import type { StoredManifest } from './stored-manifests.ts';

const objectSchema = v.object({
  kind: v.literal('object'),
  key: v.string(),
  bytes: v.number(),
  etag: v.exactOptional(v.string()),
  sha256: v.exactOptional(v.string()),
});
const collectionSchema = v.object({
  kind: v.literal('collection'),
  prefix: v.string(),
  database: v.string(),
  collection: v.string(),
  listingSha256: v.string(),
  replicaSets: v.pipe(
    v.array(v.object({ replicaSetName: v.string(), files: v.number(), bytes: v.number() })),
    v.readonly(),
  ),
});
const rowSchema = v.variant('kind', [
  objectSchema,
  collectionSchema,
  v.object({ kind: v.literal('finding') }),
]);

/** What a comparison needs of an object that an earlier check has read. */
export type StoredObject = v.InferOutput<typeof objectSchema>;
/** What a comparison needs of a collection that an earlier check has listed. */
export type StoredCollection = v.InferOutput<typeof collectionSchema>;
export type StoredRow = v.InferOutput<typeof rowSchema>;

/** Whether the evidence beside a manifest is what the manifest says of it. */
export type EvidenceState = 'whole' | 'missing' | 'altered';

/**
 * Reads the rows behind a manifest, part by part. They count for nothing unless the answer is `whole`: what was
 * changed shows only at the end, when the parts' hash is there to compare.
 */
export async function readStoredEvidence(
  { manifest, store, folder }: StoredManifest,
  take: (row: StoredRow) => void,
): Promise<EvidenceState> {
  if (manifest === undefined || !manifest.evidence.kept) return 'missing';
  let read: EvidenceSummary = noEvidence;
  while (read.parts < manifest.evidence.parts) {
    const name = evidencePartName(read.parts + 1);
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!(await store.has(path))) return 'missing';
    const content = await store.read(path);
    const rows = rowsOf(content);
    if (rows === undefined) return 'altered';
    read = withPart(read, { content, rows: rows.length });
    for (const row of rows) take(row);
  }
  const { rows, sha256 } = manifest.evidence;
  return read.rows === rows && read.sha256 === sha256 ? 'whole' : 'altered';
}

/** Undefined where a line is no row of evidence. */
function rowsOf(content: Buffer): StoredRow[] | undefined {
  const lines = content.toString('utf8').split('\n').slice(0, -1);
  const rows: StoredRow[] = [];
  for (const line of lines) {
    const { success, output } = v.safeParse(rowSchema, parsed(line));
    if (!success) return undefined;
    rows.push(output);
  }
  return rows;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
