import type { ExportJob as AtlasExportJob } from '../atlas/index.ts';
import { exportRequestIdKey } from '../contract/index.ts';
import { exportJobView } from './export-job-view.ts';
import type { FindExportJobInput, FoundExportJobs } from './export-activities.ts';
import { isActive, isExportedTo, oldestFirst, withoutComponents } from './snapshot-jobs.ts';

const earlierDurationsMax = 20;

type Criteria = Pick<FindExportJobInput, 'snapshotId' | 'exportBucketId' | 'exportRequestId' | 'exportId'>;

/** Reads a cluster's list of export jobs for one request. Relies on no order, since Atlas promises none. */
export function searchExportJobs(listed: readonly AtlasExportJob[], criteria: Criteria): FoundExportJobs {
  const jobs = withoutComponents(listed);
  const [ours, ...besides] = jobs.filter((job) => isOurs(job, criteria)).sort(oldestFirst);
  const sameSnapshot = jobs.filter((job) => job.snapshotId === criteria.snapshotId && job.id !== ours?.id);
  const toOurBucket = (job: AtlasExportJob): boolean => job.exportBucketId === criteria.exportBucketId;
  const active = sameSnapshot.filter(isActive).sort(oldestFirst);
  const exported = sameSnapshot.filter((job) => isExportedTo(job, criteria.exportBucketId));
  return {
    ours: view(ours),
    oursBesides: besides.map((job) => job.id),
    active: view(active.find(toOurBucket) ?? active[0]),
    exported: view(exported.sort(oldestFirst).at(-1)),
    earlierDurationsMs: earlierDurations(jobs),
  };
}

function isOurs(job: AtlasExportJob, { snapshotId, exportRequestId, exportId }: Criteria): boolean {
  if (job.id === exportId) return true;
  // A run that Temporal retries resolves "latest" anew: its first try's job then is of another snapshot.
  if (job.snapshotId !== undefined && job.snapshotId !== snapshotId) return false;
  return job.customData.some(({ key, value }) => key === exportRequestIdKey && value === exportRequestId);
}

function earlierDurations(jobs: readonly AtlasExportJob[]): number[] {
  return jobs
    .filter((job) => job.state === 'Successful')
    .sort(oldestFirst)
    .toReversed()
    .map((job) => Date.parse(job.finishedAt ?? '') - Date.parse(job.createdAt ?? ''))
    .filter((durationMs) => Number.isFinite(durationMs) && durationMs > 0)
    .slice(0, earlierDurationsMax);
}

function view(job: AtlasExportJob | undefined): FoundExportJobs['ours'] {
  return job === undefined ? undefined : exportJobView(job);
}
