import { isTerminal, type ComponentStatus, type ExportJob, type ExportProgress } from '../contract/index.ts';

/**
 * The collections that an export job has exported. Atlas counts them in a replica set's job and in a sharded job's
 * components; the sum is one only where every component that runs tells its count.
 */
export function jobProgress(
  job: ExportJob,
  components: readonly ComponentStatus[],
): ExportProgress | undefined {
  const counted = components.filter(counts);
  const complete = components.every((component) => counts(component) || isTerminal(component.state));
  if (counted.length === 0 || !complete) return job.exportStatus;
  const sum = { exportedCollections: 0, totalCollections: 0 };
  for (const { exportStatus } of counted) {
    sum.exportedCollections += exportStatus?.exportedCollections ?? 0;
    sum.totalCollections += exportStatus?.totalCollections ?? 0;
  }
  return sum;
}

function counts({ exportStatus }: ComponentStatus): boolean {
  return (exportStatus?.totalCollections ?? 0) > 0;
}
