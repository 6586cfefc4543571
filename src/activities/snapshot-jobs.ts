import type { ExportJob } from '../atlas/index.ts';
import { isTerminal } from '../contract/index.ts';
import { timeMs } from './atlas-time.ts';

/** The jobs of a cluster's list. Atlas may list components beside their job, with its custom data: they are not jobs. */
export function withoutComponents(listed: readonly ExportJob[]): ExportJob[] {
  const components = new Set(listed.flatMap((job) => job.components?.map(({ exportId }) => exportId) ?? []));
  return listed.filter((job) => !components.has(job.id));
}

/**
 * Whether a job has put its snapshot into a bucket. This alone is what "already exported" means: to
 * `skipIfExported`, and to a fleet.
 */
export function isExportedTo(job: ExportJob, exportBucketId: string): boolean {
  return job.state === 'Successful' && job.exportBucketId === exportBucketId;
}

/** Whether Atlas still works on a job; it allows one such job per snapshot. */
export function isActive(job: ExportJob): boolean {
  return !isTerminal(job.state);
}

/** By creation, then by id, so that equal times do not make an order of chance. */
export function oldestFirst(a: ExportJob, b: ExportJob): number {
  return timeMs(a.createdAt, 0) - timeMs(b.createdAt, 0) || (a.id < b.id ? -1 : 1);
}
