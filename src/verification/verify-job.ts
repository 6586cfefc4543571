import type { BucketLocation } from '../bucket/index.ts';
import type { AttemptReport, ExportJob } from '../contract/index.ts';
import {
  keyIdOf,
  manifestContent,
  manifestFile,
  sealManifest,
  verifyExport,
  type CheckObserver,
  type Checkpoint,
  type EvidenceStore,
  type LabelEntry,
  type ManifestContent,
  type ManifestSubject,
  type VerificationReport,
} from '../proof/index.ts';
import type { BucketAccess } from './bucket-access.ts';
import { manifestFileName } from './stored-manifests.ts';

/** An export job that has ended Successful, and how to look at what it left. */
export interface JobToVerify {
  readonly level: 'manifest' | 'full';
  readonly location: BucketLocation;
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly job: ExportJob;
  /** The job's first. */
  readonly prefixes: readonly [string, ...string[]];
  readonly attempts: readonly AttemptReport[];
  readonly exportRequestId?: string | undefined;
  /** What `.complete` has to carry. */
  readonly customData: readonly LabelEntry[];
  /** Tells this check from every other of the job: letters, digits and hyphens. */
  readonly checkId: string;
  readonly resumeFrom?: unknown;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** See `VerificationTask`. */
  readonly checkpointKept?: () => Promise<void>;
  readonly observer?: CheckObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface VerifiedJob {
  readonly report: VerificationReport;
  readonly manifest: { readonly address: string; readonly sha256: string; readonly keyId?: string };
}

/**
 * Looks into a job's bucket and keeps evidence and manifest, whatever it finds. Safe to call again with the last
 * checkpoint, in another process too: the same check writes the same files.
 * @throws {BucketError} where the storage cannot be looked into or written to, which says nothing about the export
 */
export async function verifyJob(access: BucketAccess, check: JobToVerify): Promise<VerifiedJob> {
  const store = await access.manifestStore();
  const folder = `${manifestsOf(check)}/${check.checkId}`;
  const report = await checkJob(access, check, {
    put: (name, content) => store.put(`${folder}/${name}`, content),
    has: (name) => store.has(`${folder}/${name}`),
  });
  const manifest = sealManifest(manifestContent(report, subjectOf(check, access.product)), access.signingKey);
  const address = await store.put(`${folder}/${manifestFileName}`, manifestFile(manifest));
  const signed = access.signingKey === undefined ? {} : { keyId: keyIdOf(access.signingKey) };
  return { report, manifest: { address, sha256: manifest.sha256, ...signed } };
}

/**
 * The same without a manifest. Keeps nothing where no place for evidence is given.
 * @throws {BucketError}
 */
export async function checkJob(
  access: BucketAccess,
  check: Omit<JobToVerify, 'checkId'>,
  evidence?: EvidenceStore,
): Promise<VerificationReport> {
  const { level, location, groupId, clusterName, job, prefixes, customData } = check;
  return await verifyExport({
    bucket: await access.open(location),
    level,
    expected: {
      prefixes,
      groupId,
      clusterName,
      customData,
      replicaSetNames: replicaSetNames(job),
      totalFilesCounts: access.totalFilesCounts,
    },
    evidence,
    resumeFrom: check.resumeFrom,
    onCheckpoint: check.onCheckpoint,
    checkpointKept: check.checkpointKept,
    observer: check.observer,
    signal: check.signal,
  });
}

/** The folder in the manifest store below which each check of a job has one of its own. */
export function manifestsOf({
  groupId,
  clusterName,
  job,
}: Pick<JobToVerify, 'groupId' | 'clusterName' | 'job'>): string {
  return `${groupId}/${clusterName}/${job.exportId}`;
}

/** Only where every component is named: one without a name could be any of the replica sets that are there. */
function replicaSetNames({ components = [] }: ExportJob): string[] | undefined {
  const names = components.flatMap(({ replicaSetName }) => replicaSetName ?? []);
  return components.length > 0 && names.length === components.length ? names : undefined;
}

function subjectOf(check: JobToVerify, product: ManifestSubject['product']): ManifestSubject {
  const { groupId, clusterName, snapshotId, exportBucketId, exportRequestId } = check;
  const asked = { groupId, clusterName, snapshotId, exportBucketId };
  return {
    product,
    request: exportRequestId === undefined ? asked : { ...asked, exportRequestId },
    job: jobInManifest(check.job),
    attempts: check.attempts.map(({ attempt, origin, exportRequestId: id, job }) => ({
      attempt,
      origin,
      exportRequestId: id,
      job: jobInManifest(job),
    })),
    location: check.location,
  };
}

/** A manifest says nothing of what Atlas left out, and has no place for `undefined`. */
function jobInManifest(job: ExportJob): ManifestContent['job'] {
  const { exportId, state, components, snapshotId, exportBucketId, prefix, createdAt, finishedAt } = job;
  return {
    exportId,
    state,
    ...(components === undefined ? {} : { components: components.map(componentInManifest) }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(exportBucketId === undefined ? {} : { exportBucketId }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function componentInManifest({ exportId, replicaSetName }: NonNullable<ExportJob['components']>[number]): {
  exportId: string;
  replicaSetName?: string;
} {
  return replicaSetName === undefined ? { exportId } : { exportId, replicaSetName };
}
