import type { BookedJob } from '../simulator/index.ts';
import { exportRequestIdKey } from '../src/contract/index.ts';

/** The identity of the attempt that created a job; undefined for a job that is not of this product. */
export function exportRequestIdOf(job: BookedJob): string | undefined {
  if (job.origin !== 'api') return undefined;
  return job.customData.find(({ key }) => key === exportRequestIdKey)?.value;
}

/** The jobs that a run of `exportSnapshot` created, by its first run id. */
export function jobsOfRun(jobs: readonly BookedJob[], runId: string): BookedJob[] {
  return jobs.filter((job) => exportRequestIdOf(job)?.startsWith(`${runId}/`) === true);
}

/** Attempts for which there is more than one job: each of the others is paid for and wanted by nobody. */
export function doubledAttempts(jobs: readonly BookedJob[]): string[] {
  const byAttempt = new Map<string, string[]>();
  for (const job of jobs) {
    const attempt = exportRequestIdOf(job);
    if (attempt !== undefined) byAttempt.set(attempt, [...(byAttempt.get(attempt) ?? []), job.exportId]);
  }
  return [...byAttempt].flatMap(([attempt, exportIds]) =>
    exportIds.length > 1 ? [`attempt ${attempt} has the jobs ${exportIds.join(', ')}`] : [],
  );
}

/** Pairs of jobs of one snapshot that were active at the same time. */
export function overlappingJobs(jobs: readonly BookedJob[]): string[] {
  const sorted = [...jobs].sort((left, right) => left.createdAt - right.createdAt);
  return sorted.flatMap((later, index) =>
    sorted
      .slice(0, index)
      .filter((earlier) => earlier.snapshotId === later.snapshotId)
      .filter((earlier) => later.createdAt < (earlier.finishedAt ?? Infinity))
      .map((earlier) => `${later.exportId} was created while ${earlier.exportId} was active`),
  );
}

/** One request that was answered with a finished export, by the ids it was given. */
export interface ClaimedExport {
  readonly name: string;
  readonly exportId: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
}

/** Finished exports that Atlas's books do not have as such. */
export function untrueSuccesses(jobs: readonly BookedJob[], claims: readonly ClaimedExport[]): string[] {
  return claims.flatMap(({ name, exportId, snapshotId, exportBucketId }) => {
    const job = jobs.find((each) => each.exportId === exportId);
    if (job === undefined) return [`${name} names ${exportId}, which Atlas does not know`];
    if (job.state !== 'Successful') return [`${name} names ${exportId}, which is ${job.state} at Atlas`];
    if (job.snapshotId !== snapshotId || job.exportBucketId !== exportBucketId)
      return [`${name} names ${exportId}, which exports another snapshot or to another bucket`];
    return [];
  });
}
