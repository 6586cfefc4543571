import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { exportRequestIdKey, type ExportJob } from '../contract/index.ts';
import { CreateLease, notSent } from './create-lease.ts';
import type { CreateExportJobInput } from './export-activities.ts';
import { searchExportJobs } from './export-job-search.ts';
import { exportJobView } from './export-job-view.ts';

/** What the list has shown holds for so long. */
const lookHoldsMs = 30_000;
/** As long as the workflow's look has: a list that takes longer than a look holds would never allow a create. */
const lookTimeoutMs = 2 * 60_000;

/**
 * Sends one create request: never two, and none when this activity has been given up, the export was cancelled, or its
 * deadline has passed. The workflow allows it 145 s: 5 s for the lease, 2 min to look again where that is due and 5 s
 * for another lease then, 5 s until the request is on its way, 10 s for the answer.
 */
export async function createExportJob(
  atlas: AtlasClient,
  input: CreateExportJobInput,
  options: CallOptions,
): Promise<ExportJob> {
  const { groupId, clusterName, snapshotId, exportBucketId, customData } = input;
  const beganMs = performance.now();
  let lease = await CreateLease.take();
  const isTooLate = (): boolean => isDeadlinePast(input, lease, performance.now() - beganMs);
  if (isTooLate()) throw notSent('The deadline passed before the create was taken on');
  if (isLookOld(input, lease)) {
    await lookAgain(atlas, input, options);
    lease = await CreateLease.take();
    if (isTooLate()) throw notSent('The deadline passed while the list of export jobs was read again');
  }
  const job = await atlas.createExportJob(
    { groupId, clusterName },
    { snapshotId, exportBucketId, customData },
    { ...options, sendBefore: () => lease.stillValid() && !isTooLate() },
  );
  return exportJobView(job);
}

/**
 * Whether the list was read too long ago to allow the create. No worker may have been there for hours since, while
 * somebody else exported the snapshot; or Temporal's database was brought back from a backup, and knows nothing of a
 * create that it had handed out before. Both times are of Temporal's clock: how wrong a worker's is does not matter.
 */
function isLookOld({ allowedBy }: CreateExportJobInput, { startedAtMs }: CreateLease): boolean {
  if (allowedBy?.readAtMs === undefined || startedAtMs === undefined) return false;
  return startedAtMs - allowedBy.readAtMs > lookHoldsMs;
}

/** By Temporal's clock when it handed the attempt out, and what has gone by here since then. */
function isDeadlinePast(
  { allowedBy }: CreateExportJobInput,
  { startedAtMs }: CreateLease,
  sinceMs: number,
): boolean {
  if (allowedBy === undefined || startedAtMs === undefined) return false;
  return startedAtMs + sinceMs >= allowedBy.deadlineAtMs;
}

/** Here, and not by the workflow anew: where queues are long, its look would be as old again when the create is taken on. */
async function lookAgain(
  atlas: AtlasClient,
  { groupId, clusterName, snapshotId, exportBucketId, customData, allowedBy }: CreateExportJobInput,
  { signal }: CallOptions,
): Promise<void> {
  const timeout = AbortSignal.timeout(lookTimeoutMs);
  const listed = await atlas.listExportJobs(
    { groupId, clusterName },
    { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) },
  );
  const exportRequestId = customData.find(({ key }) => key === exportRequestIdKey)?.value ?? '';
  const found = searchExportJobs(listed, { snapshotId, exportBucketId, exportRequestId });
  const isNew = found.exported !== undefined && found.exported.exportId !== allowedBy?.exportedBefore;
  const inTheWay = found.ours ?? found.active ?? (isNew ? found.exported : undefined);
  if (inTheWay === undefined) return;
  throw notSent(`Export job ${inTheWay.exportId} of this snapshot has come up since the list was read`);
}
