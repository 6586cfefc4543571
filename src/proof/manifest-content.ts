import { locationText, type BucketLocation } from '../bucket/index.ts';
import type { CompleteFile } from './complete-file.ts';
import type { CollectionRow } from './evidence.ts';
import { manifestFormat, type ManifestContent } from './manifest.ts';
import type { VerificationReport } from './verify-export.ts';

/** What a manifest says besides what was found. */
export interface ManifestSubject {
  readonly product: ManifestContent['product'];
  readonly request: ManifestContent['request'];
  readonly job: ManifestContent['job'];
  readonly attempts: ManifestContent['attempts'];
  readonly location: BucketLocation;
}

/** Puts a report and what it is about together. */
export function manifestContent(report: VerificationReport, subject: ManifestSubject): ManifestContent {
  const { listing, complete } = report;
  const { objects, bytes, dataBytes, collections } = listing;
  return wellFormed({
    format: manifestFormat,
    product: subject.product,
    request: subject.request,
    job: subject.job,
    attempts: subject.attempts,
    bucket: {
      provider: subject.location.provider,
      address: locationText(subject.location),
      prefixes: [...report.prefixes],
    },
    level: report.level,
    outcome: report.outcome,
    startedAt: report.startedAt,
    finishedAt: report.finishedAt,
    ...(complete === undefined ? {} : { complete: completeInManifest(complete) }),
    files: { ...report.files, agreesAs: [...report.files.agreesAs] },
    found: {
      objects,
      bytes,
      dataBytes,
      collections,
      ...(listing.documents === undefined ? {} : { documents: listing.documents }),
    },
    replicaSets: listing.replicaSets.toSorted(byName),
    collections: listing.kept.map(collectionOf),
    findings: {
      counts: Object.fromEntries(Object.entries(listing.findings.counts)),
      first: listing.findings.first.toSorted((left, right) => rank(left) - rank(right)),
    },
    evidence: report.evidence,
  });
}

/** Canonical JSON knows no halves of characters, and a key or a name from outside may hold some. */
function wellFormed(content: ManifestContent): ManifestContent {
  const text = JSON.stringify(content, (_name, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
  const copy: ManifestContent = JSON.parse(text);
  return copy;
}

/** `.complete` as a manifest has it: what it does not say is not there. */
export function completeInManifest({
  other,
  ...known
}: CompleteFile): NonNullable<ManifestContent['complete']> {
  return { ...present(known), other };
}

function collectionOf(row: CollectionRow): ManifestContent['collections'][number] {
  const { prefix, database, collection, hasMetadata, listingSha256, replicaSets } = row;
  return { prefix, database, collection, hasMetadata, listingSha256, replicaSets: [...replicaSets] };
}

function byName(
  left: { readonly replicaSetName: string },
  right: { readonly replicaSetName: string },
): number {
  return left.replicaSetName < right.replicaSetName ? -1 : 1;
}

function rank({ severity }: { readonly severity: string }): number {
  return severity === 'failure' ? 0 : 1;
}

function present(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
