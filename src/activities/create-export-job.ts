import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import type { ExportJob } from '../contract/index.ts';
import { CreateLease } from './create-lease.ts';
import type { CreateExportJobInput } from './export-activities.ts';
import { exportJobView } from './export-job-view.ts';

/**
 * Sends one create request: never two, and none when this activity has been given up. The workflow allows it
 * 20 s: 5 s for the lease, 5 s until the request is on its way, 10 s for the answer.
 */
export async function createExportJob(
  atlas: AtlasClient,
  input: CreateExportJobInput,
  options: CallOptions,
): Promise<ExportJob> {
  const { groupId, clusterName, snapshotId, exportBucketId, customData } = input;
  const lease = await CreateLease.take();
  const job = await atlas.createExportJob(
    { groupId, clusterName },
    { snapshotId, exportBucketId, customData },
    { ...options, sendBefore: lease.stillValid },
  );
  return exportJobView(job);
}
