import { componentPrefixes } from '../../activities/component-prefixes.ts';
import { withoutComponents } from '../../activities/snapshot-jobs.ts';
import type { AtlasClient, ExportJob } from '../../atlas/index.ts';
import type { Bucket } from '../../bucket/index.ts';
import { completeKey, normalizedPrefix } from '../../proof/index.ts';
import type { OrphanPrefix } from './audit.ts';

export interface OrphanOptions {
  readonly atlas: AtlasClient;
  readonly bucket: Bucket;
  readonly groupId: string;
  readonly clusterName: string;
  readonly exportBucketId: string;
  readonly signal: AbortSignal;
}

/**
 * What attempts that failed or were cancelled have left under their prefixes. Somebody may delete by this list, so a
 * prefix that touches one of any other job, which may be whole or still be written, is never among them.
 */
export async function orphanPrefixes(
  listed: readonly ExportJob[],
  options: OrphanOptions,
): Promise<OrphanPrefix[]> {
  const { exportBucketId, clusterName } = options;
  const jobs = withoutComponents(listed).filter((job) => job.exportBucketId === exportBucketId);
  const ended = jobs.filter(isWithoutResult);
  const snapshotIds = new Set(ended.map(({ snapshotId }) => snapshotId));
  const others: string[] = [];
  for (const job of jobs.filter((each) => !isWithoutResult(each))) {
    others.push(...(await prefixesOf(job, options, snapshotIds.has(job.snapshotId))));
  }
  const orphans = new Map<string, OrphanPrefix>();
  for (const job of ended) {
    for (const prefix of await prefixesOf(job, options, true)) {
      if (orphans.has(prefix) || others.some((other) => touch(prefix, other))) continue;
      const { id: exportId, snapshotId = null, state } = job;
      const size = await sizeOf(prefix, options);
      if (size.objects > 0)
        orphans.set(prefix, { clusterName, exportId, snapshotId, state, prefix, ...size });
    }
  }
  return [...orphans.values()];
}

function isWithoutResult({ state }: ExportJob): boolean {
  return state === 'Failed' || state === 'Cancelled';
}

/** Components' own prefixes are asked for only where they matter: one call each. */
async function prefixesOf(
  job: ExportJob,
  { atlas, groupId, clusterName, signal }: OrphanOptions,
  withComponents: boolean,
): Promise<string[]> {
  const own = job.prefix === undefined ? [] : [job.prefix];
  const components = withComponents
    ? await componentPrefixes(atlas, { groupId, clusterName, job }, { signal })
    : [];
  return [...new Set([...own, ...components].map(normalizedPrefix))];
}

function touch(prefix: string, other: string): boolean {
  return prefix.startsWith(other) || other.startsWith(prefix);
}

async function sizeOf(
  prefix: string,
  { bucket, signal }: OrphanOptions,
): Promise<Pick<OrphanPrefix, 'objects' | 'bytes' | 'hasComplete'>> {
  const size = { objects: 0, bytes: 0, hasComplete: false };
  let continuation: string | undefined;
  do {
    const page = await bucket.list({ prefix, continuation, signal });
    size.objects += page.objects.length;
    size.bytes += page.objects.reduce((sum, { bytes }) => sum + bytes, 0);
    size.hasComplete ||= page.objects.some(({ key }) => key === completeKey(prefix));
    ({ continuation } = page);
  } while (continuation !== undefined);
  return size;
}
