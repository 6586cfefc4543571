import { ApplicationFailure } from '@temporalio/common';
import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import type { AtlasAnswer, BucketChoice } from '../contract/index.ts';
import type { ClusterReference, ResolvedExport, ResolveExportInput } from './export-activities.ts';
import { clusterSnapshots, isSharded } from './cluster-snapshots.ts';
import { latestSnapshot } from './latest-snapshot.ts';

/** Turns what a caller named into ids: `latest` into a snapshot's, a bucket's name into its id at Atlas. */
export async function resolveExport(
  atlas: AtlasClient,
  input: ResolveExportInput,
  options: CallOptions,
): Promise<ResolvedExport> {
  const snapshotId =
    input.snapshotId === 'latest' ? await latestSnapshotId(atlas, input, options) : input.snapshotId;
  return { snapshotId, ...(await resolveBucket(atlas, input, options)) };
}

async function latestSnapshotId(
  atlas: AtlasClient,
  { groupId, clusterName }: ClusterReference,
  options: CallOptions,
): Promise<string> {
  const sharded = isSharded(await atlas.getCluster({ groupId, clusterName }, options));
  const snapshots = await clusterSnapshots(atlas, { groupId, clusterName, sharded }, options);
  const latest = latestSnapshot(snapshots);
  if (latest !== undefined) return latest.id;
  throw notFound(
    `Cluster ${clusterName} has no completed snapshot that can be exported (of ${snapshots.length} listed).`,
  );
}

/** A bucket's id at Atlas; its name where that was asked for. */
export async function resolveBucket(
  atlas: AtlasClient,
  { groupId, bucket }: { groupId: string; bucket: BucketChoice },
  options: CallOptions,
): Promise<Omit<ResolvedExport, 'snapshotId'>> {
  if ('exportBucketId' in bucket) return { exportBucketId: bucket.exportBucketId };
  const { exportBucketName } = bucket;
  const buckets = await atlas.listExportBuckets({ groupId }, options);
  const named = buckets.filter(({ bucketName }) => bucketName === exportBucketName);
  const [first, ...others] = named;
  if (first === undefined) throw notFound(`The project has no export bucket named ${exportBucketName}.`);
  if (others.length > 0)
    throw ambiguous(
      exportBucketName,
      named.map(({ id }) => id),
    );
  return { exportBucketId: first.id, exportBucketName };
}

function notFound(message: string): ApplicationFailure {
  return finalAnswer({ code: 'ATLAS_NOT_FOUND', message, effect: 'none' });
}

/** Two providers may each have a bucket of one name: choosing would be guessing where the data goes. */
function ambiguous(exportBucketName: string, ids: readonly string[]): ApplicationFailure {
  const message = `The project has ${ids.length} export buckets named ${exportBucketName}: give exportBucketId instead, one of ${ids.join(', ')}.`;
  return finalAnswer({ code: 'ATLAS_REJECTED', message, effect: 'none' });
}

function finalAnswer(answer: AtlasAnswer): ApplicationFailure {
  return ApplicationFailure.nonRetryable(answer.message, answer.code, answer);
}
