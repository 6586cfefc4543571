/** Looking into export buckets as the settings allow, for the worker and the command line. Loads no vendor's library. */
export { createBucketAccess } from './bucket-access.ts';
export type { BucketAccess } from './bucket-access.ts';
export { comparisonWith } from './export-changes.ts';
export type { ExportChange, ExportComparison } from './export-changes.ts';
export { proofOfSnapshot } from './proof-of-job.ts';
export type { ManifestFound, Proof, ProofOptions } from './proof-of-job.ts';
export { readStoredEvidence } from './stored-evidence.ts';
export type { EvidenceState } from './stored-evidence.ts';
export { bestToCompareWith, isTrustworthy, manifestNames, openStoredManifest } from './stored-manifests.ts';
export type { StoredManifest } from './stored-manifests.ts';
export { checkJob, manifestsOf, verifyJob } from './verify-job.ts';
export type { JobToVerify, VerifiedJob } from './verify-job.ts';
