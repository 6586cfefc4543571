import type { ExportJob as AtlasExportJob } from '../atlas/index.ts';
import { exportRequestIdKey, isTerminal } from '../contract/index.ts';
import { exportJobView } from './export-job-view.ts';
import type { FindExportJobInput, FoundExportJobs } from './export-activities.ts';

const earlierDurationsMax = 20;

type Criteria = Pick<FindExportJobInput, 'snapshotId' | 'exportBucketId' | 'exportRequestId' | 'exportId'>;

/** Reads a cluster's list of export jobs for one request. Relies on no order, since Atlas promises none. */
export function searchExportJobs(listed: readonly AtlasExportJob[], criteria: Criteria): FoundExportJobs {
  const jobs = withoutComponents(listed);
  const [ours, ...besides] = jobs.filter((job) => isOurs(job, criteria)).sort(oldestFirst);
  const sameSnapshot = jobs.filter((job) => job.snapshotId === criteria.snapshotId && job.id !== ours?.id);
  const toOurBucket = (job: AtlasExportJob): boolean => job.exportBucketId === criteria.exportBucketId;
  const active = sameSnapshot.filter((job) => !isTerminal(job.state)).sort(oldestFirst);
  const exported = sameSnapshot.filter((job) => job.state === 'Successful' && toOurBucket(job));
  return {
    ours: view(ours),
    oursBesides: besides.map((job) => job.id),
    active: view(active.find(toOurBucket) ?? active[0]),
    exported: view(exported.sort(oldestFirst).at(-1)),
    earlierDurationsMs: earlierDurations(jobs),
  };
}

/** Atlas may list components beside their job, with the job's own custom data: they are not jobs. */
function withoutComponents(listed: readonly AtlasExportJob[]): AtlasExportJob[] {
  const components = new Set(listed.flatMap((job) => job.components?.map(({ exportId }) => exportId) ?? []));
  return listed.filter((job) => !components.has(job.id));
}

function isOurs(job: AtlasExportJob, { snapshotId, exportRequestId, exportId }: Criteria): boolean {
  if (job.id === exportId) return true;
  // A run that Temporal retries resolves "latest" anew: its first try's job then is of another snapshot.
  if (job.snapshotId !== undefined && job.snapshotId !== snapshotId) return false;
  return job.customData.some(({ key, value }) => key === exportRequestIdKey && value === exportRequestId);
}

function oldestFirst(a: AtlasExportJob, b: AtlasExportJob): number {
  return createdAtMs(a) - createdAtMs(b) || (a.id < b.id ? -1 : 1);
}

function createdAtMs(job: AtlasExportJob): number {
  const parsed = Date.parse(job.createdAt ?? '');
  return Number.isFinite(parsed) ? parsed : 0;
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
