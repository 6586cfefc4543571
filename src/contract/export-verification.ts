import type { PollFailure } from './export-status.ts';

/** How hard the bucket is looked into after an export: see docs/proof.md. */
export type VerifyLevel =
  | 'off'
  /** `.complete` and the listing. */
  | 'manifest'
  /** Besides, every object is read. */
  | 'full';

/** What the bucket was found to show. */
export type VerificationOutcome =
  /** Not known yet: the check is under way, waits for late objects, or cannot get at the storage. */
  | 'pending'
  /** No failure was found; what could not be told is among the findings, as warnings. */
  | 'proven'
  | 'failed'
  /** Nobody looked; the reason says why. */
  | 'notChecked';

/** What is known from looking into the bucket. Nothing in it is Atlas's word, and none of it is part of Atlas's. */
export interface ExportVerification {
  readonly level: VerifyLevel;
  readonly outcome: VerificationOutcome;
  /** Why nobody looked, in words. */
  readonly reason?: string | undefined;
  /** Checks that came to their end. */
  readonly looks: number;
  /** When the latest of them did, ISO 8601. */
  readonly checkedAt?: string | undefined;
  /** What that one found; while it is `pending`, what a check has found so far. */
  readonly found?: BucketContents | undefined;
  /** The first ten, failures before warnings; the manifest has more, and its evidence all. */
  readonly findings: readonly VerificationFinding[];
  /** All of them. */
  readonly findingsCount: number;
  readonly manifest?: ManifestReference | undefined;
  /** When objects that may only be late are looked for again, ISO 8601. */
  readonly nextLookAt?: string | undefined;
  /** Why the bucket cannot be looked into now. It says nothing about the export; it is tried until the deadline. */
  readonly failure?: PollFailure | undefined;
}

/** Counts of what lies under an export's prefix. */
export interface BucketContents {
  /** Everything, `.complete` and `metadata.json` among it. */
  readonly objects: number;
  readonly dataFiles: number;
  /** Of all objects, packed. */
  readonly bytes: number;
  readonly collections: number;
  /** Level `full` only. */
  readonly documents?: number | undefined;
}

/** One thing that a check found. */
export interface VerificationFinding {
  /** Stable: what to match on. docs/proof.md says where they are explained. */
  readonly code: string;
  readonly severity: 'failure' | 'warning';
  /** The key or folder, a replica set, or a field of `.complete`. */
  readonly where: string;
  /** In words. */
  readonly what: string;
}

/** Where the manifest of a check is. */
export interface ManifestReference {
  /** A path of the worker's machine, or an address such as `s3://bucket/prefix/…/manifest.json`. */
  readonly address: string;
  /** The manifest's own hash, over its canonical form, as it stands in it. */
  readonly sha256: string;
  /** SHA-256 of the public key whose private key signed it; absent where none is configured. */
  readonly keyId?: string | undefined;
}

/** What a component has in the bucket. Counted there, and never Atlas's word for the component's state. */
export interface ComponentInBucket {
  readonly evidence: 'bucket';
  readonly files: number;
  /** Packed. */
  readonly bytes: number;
  /** Collections of which it has files. */
  readonly collections: number;
  readonly incrementsMissing: number;
  /** Level `full` only. */
  readonly documents?: number | undefined;
}

/** Signal from a running check to its export: what it has seen so far, and what keeps it from seeing more. */
export interface VerificationProgress {
  /** Which look this is about; the progress of an earlier one that comes late is passed over. */
  readonly look: number;
  readonly found?: BucketContents | undefined;
  readonly failure?: PollFailure | undefined;
}

/** Findings shown in status, result and failure. */
export const findingsShownMax = 10;

/** A finding in one line. */
export function findingText({ code, where, what }: VerificationFinding): string {
  return `${code} ${where}: ${what}`;
}

/** What was found, in words: `"1,204 objects, 12 collections, 3.4 GB"`. */
export function contentsText({ objects, collections, bytes, documents }: BucketContents): string {
  const read = documents === undefined ? [] : [`${documents} documents`];
  return [`${objects} objects`, `${collections} collections`, ...read, bytesText(bytes)].join(', ');
}

function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power] ?? ''}`;
}

/** What a verification comes to in one line for people. */
export function verificationText(verification: ExportVerification): string {
  const { level, outcome, found, findingsCount, reason } = verification;
  if (outcome === 'notChecked') return `not checked: ${reason ?? ''}`;
  const contents = found === undefined ? '' : `, ${contentsText(found)}`;
  const warnings = outcome === 'proven' && findingsCount > 0 ? `, ${findingsCount} warnings` : '';
  return `${outcome} (${level})${contents}${warnings}`;
}
