import type { ExportJob } from '../atlas/index.ts';
import type { OccupyingExport } from './fleet-activities.ts';
import { isActive, withoutComponents } from './snapshot-jobs.ts';

/** No limit is larger, so what stands behind these changes nothing. */
const occupyingMax = 300;

/** The exports of a cluster that Atlas has not ended, whoever asked for them and into whichever bucket. */
export function occupyingExports(
  listed: readonly ExportJob[],
  { shardCount }: { readonly shardCount: number },
): OccupyingExport[] {
  return withoutComponents(listed)
    .filter(isActive)
    .slice(0, occupyingMax)
    .map((job) => ({
      snapshotId: job.snapshotId ?? job.id,
      // Atlas may name the components only once the job runs.
      replicaSets: Math.max(1, job.components?.length ?? shardCount),
    }));
}
