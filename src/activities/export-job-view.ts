import type { ExportJob as AtlasExportJob } from '../atlas/index.ts';
import type { ExportJob } from '../contract/index.ts';

/** An export job as workflows and callers see it: Atlas's document under the contract's names, nothing added. */
export function exportJobView(job: AtlasExportJob): ExportJob {
  return {
    exportId: job.id,
    state: job.state,
    stateReason: job.stateReason,
    exportStatus: job.exportStatus,
    components: job.components?.map(({ exportId, replicaSetName }) => ({
      exportId,
      replicaSetName: replicaSetName === '' ? undefined : replicaSetName,
    })),
    snapshotId: job.snapshotId,
    exportBucketId: job.exportBucketId,
    prefix: job.prefix,
    createdAt: job.createdAt,
    finishedAt: job.finishedAt,
  };
}
