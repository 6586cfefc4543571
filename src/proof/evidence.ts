/*
 * The rows behind a manifest: one JSON document per line, in parts that are written as the check goes on. A million
 * objects make too many rows for one document, so a manifest holds a hash over all parts instead.
 */
import { hash } from 'node:crypto';
import type { Finding } from './findings.ts';

/** One collection in one prefix, when the listing has left it. */
export interface CollectionRow {
  readonly kind: 'collection';
  readonly prefix: string;
  readonly database: string;
  readonly collection: string;
  readonly hasMetadata: boolean;
  /** Hash over the keys, sizes and etags of its objects, in the order listed. */
  readonly listingSha256: string;
  readonly replicaSets: readonly {
    readonly replicaSetName: string;
    readonly files: number;
    readonly bytes: number;
    readonly documents?: number;
    readonly incrementsMissing: number;
  }[];
}

/** One object that a full check has read. */
export interface ObjectRow {
  readonly kind: 'object';
  readonly key: string;
  /** As read. */
  readonly bytes: number;
  readonly etag?: string;
  /** Of the object as stored; absent where reading it ended at damage. */
  readonly sha256?: string;
  /** Of a data file. */
  readonly documents?: number;
  /** Of a data file: its size when unpacked. */
  readonly bytesUnpacked?: number;
  readonly findings: readonly Finding[];
}

export type EvidenceRow = CollectionRow | ObjectRow | ({ readonly kind: 'finding' } & Finding);

/** What a manifest says of its evidence. */
export interface EvidenceSummary {
  readonly parts: number;
  readonly rows: number;
  /** `sha256(<hash so far> + "\n" + sha256(<part>))` in hexadecimal, part after part, from the empty string. */
  readonly sha256: string;
}

export const noEvidence: EvidenceSummary = { parts: 0, rows: 0, sha256: '' };

/** `1` → `evidence-000001.jsonl`. */
export function evidencePartName(part: number): string {
  return `evidence-${String(part).padStart(6, '0')}.jsonl`;
}

export function evidencePart(rows: readonly EvidenceRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

export function withPart(
  summary: EvidenceSummary,
  part: { readonly content: Buffer; readonly rows: number },
): EvidenceSummary {
  return {
    parts: summary.parts + 1,
    rows: summary.rows + part.rows,
    sha256: hash('sha256', `${summary.sha256}\n${hash('sha256', part.content)}`),
  };
}
