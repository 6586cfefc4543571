import type { KeyObject } from 'node:crypto';
import { dueSnapshots, type DueSnapshot } from '../../activities/due-snapshots.ts';
import { clusterLists } from '../../activities/survey-cluster.ts';
import { surveyProject } from '../../activities/survey-project.ts';
import { AtlasError, type AtlasClient, type ExportBucket } from '../../atlas/index.ts';
import { BucketError, locationText, type Bucket } from '../../bucket/index.ts';
import { stateReasonText, type SnapshotFrequency } from '../../contract/index.ts';
import type { ManifestStore } from '../../manifest-store/index.ts';
import {
  manifestNames,
  proofOfSnapshot,
  type BucketAccess,
  type ProofOptions,
} from '../../verification/index.ts';
import { UsageError } from '../usage-error.ts';
import { locationOf } from '../verify/subject.ts';
import type { Audit, AuditedSnapshot, ClusterAudit } from './audit.ts';
import { orphanPrefixes } from './orphan-prefixes.ts';

export interface AuditRequest {
  readonly groupId: string;
  /** Undefined: every cluster. */
  readonly clusterNames?: readonly string[] | undefined;
  /** Undefined: the only one that the project has. */
  readonly bucketName?: string | undefined;
  readonly frequencyTypes?: readonly SnapshotFrequency[] | undefined;
  readonly sinceMs: number;
}

export interface AuditTools {
  readonly atlas: AtlasClient;
  readonly access: BucketAccess;
  readonly publicKey: KeyObject | undefined;
  readonly signal: AbortSignal;
}

type SurveyedCluster = Awaited<ReturnType<typeof surveyProject>>['clusters'][number];

/** One cluster at a time; one that cannot be read does not hold up the others. */
export async function auditProject(request: AuditRequest, tools: AuditTools): Promise<Audit> {
  const { atlas, access, signal } = tools;
  const { groupId, clusterNames } = request;
  const bucketDocument = await exportBucket(atlas, request, signal);
  const exportBucketId = bucketDocument.id;
  const location = locationOf(access, bucketDocument);
  const { clusters } = await surveyProject(
    atlas,
    { groupId, clusterNames, bucket: { exportBucketId } },
    { signal },
  );
  const unknown = (clusterNames ?? []).filter((name) =>
    clusters.every(({ clusterName }) => clusterName !== name),
  );
  if (unknown.length > 0) {
    throw new UsageError(
      `The project has no cluster ${unknown.join(', ')} whose snapshots can be exported.`,
      'CLUSTER_NOT_FOUND',
    );
  }
  const [bucket, store] = [await access.open(location), await access.manifestStore()];
  const audited: ClusterAudit[] = [];
  const failures: unknown[] = [];
  for (const cluster of clusters) {
    try {
      audited.push(await auditCluster(cluster, { ...request, exportBucketId }, { ...tools, bucket, store }));
    } catch (error) {
      const problem = problemOf(error, signal);
      failures.push(error);
      audited.push({ clusterName: cluster.clusterName, snapshots: [], orphans: [], problem });
    }
  }
  // Then it is no cluster's fault, and the exit code says whose.
  if (failures.length > 0 && failures.length === clusters.length) throw failures[0];
  const auditedAt = new Date().toISOString();
  return { groupId, bucket: locationText(location), exportBucketId, auditedAt, clusters: audited };
}

async function exportBucket(
  atlas: AtlasClient,
  { groupId, bucketName }: AuditRequest,
  signal: AbortSignal,
): Promise<ExportBucket> {
  const all = await atlas.listExportBuckets({ groupId }, { signal });
  const named = bucketName === undefined ? all : all.filter((bucket) => bucket.bucketName === bucketName);
  const [first, ...others] = named;
  if (first !== undefined && others.length === 0) return first;
  const names = all.map((bucket) => bucket.bucketName ?? bucket.id).join(', ') || 'none';
  throw new UsageError(
    `--bucket: which of the project's export buckets? It has: ${names}`,
    'BUCKET_NOT_NAMED',
  );
}

async function auditCluster(
  cluster: SurveyedCluster,
  request: AuditRequest & { readonly exportBucketId: string },
  tools: AuditTools & { readonly bucket: Bucket; readonly store: ManifestStore },
): Promise<ClusterAudit> {
  const { groupId, exportBucketId, frequencyTypes, sinceMs } = request;
  const { atlas, bucket, store, publicKey, signal } = tools;
  const { clusterName, sharded } = cluster;
  const lists = await clusterLists(atlas, { groupId, clusterName, sharded }, { signal });
  // Nobody gives up here: a failure is a failure after the first job.
  const due = dueSnapshots(lists, { exportBucketId, frequencyTypes, sinceMs, giveUpAfter: 1 });
  const names = await manifestNames(store, `${groupId}/${clusterName}`);
  const snapshots: AuditedSnapshot[] = [];
  for (const each of due.toSorted((a, b) => (takenAt(a) < takenAt(b) ? -1 : 1))) {
    snapshots.push(await auditSnapshot(each, { store, publicKey, groupId, clusterName, names }));
  }
  const where = { atlas, bucket, groupId, clusterName, exportBucketId, signal };
  try {
    const orphans = await orphanPrefixes(lists.jobs, where);
    return { clusterName, snapshots, orphans, problem: null };
  } catch (error) {
    return { clusterName, snapshots, orphans: [], problem: problemOf(error, signal) };
  }
}

/** @throws what says nothing about the cluster: an interruption, a defect */
function problemOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted || !(error instanceof AtlasError || error instanceof BucketError)) throw error;
  return `${error.code}: ${error.message}`;
}

async function auditSnapshot(
  { snapshot, standing, exportedBy, failedJobs }: DueSnapshot,
  options: ProofOptions,
): Promise<AuditedSnapshot> {
  const known = {
    clusterName: options.clusterName,
    snapshotId: snapshot.id,
    createdAt: snapshot.createdAt ?? null,
    expiresAt: snapshot.expiresAt ?? null,
  };
  if (standing === 'exported') return { ...known, ...(await newestProof(exportedBy, options)) };
  const failed = standing === 'givenUp' ? failedJobs.at(-1) : undefined;
  return {
    ...known,
    state: standing === 'givenUp' ? 'failed' : standing,
    exportId: failed?.id ?? null,
    prefix: failed?.prefix ?? null,
    manifest: null,
    reason: failed === undefined ? null : (stateReasonText(failed.stateReason) ?? 'Atlas gave no reason'),
  };
}

async function newestProof(
  exportedBy: DueSnapshot['exportedBy'],
  options: ProofOptions,
): Promise<Pick<AuditedSnapshot, 'state' | 'exportId' | 'prefix' | 'manifest' | 'reason'>> {
  const found = await proofOfSnapshot(exportedBy, options);
  const proof = found?.proof;
  const by = { exportId: found?.job.id ?? null, prefix: found?.job.prefix ?? null };
  if (proof === undefined || 'reason' in proof) {
    return { state: 'exported', ...by, manifest: null, reason: proof?.reason ?? null };
  }
  return { state: 'proven', ...by, manifest: proof.manifest, reason: null };
}

function takenAt({ snapshot }: DueSnapshot): string {
  return snapshot.createdAt ?? '';
}
