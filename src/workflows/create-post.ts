import { CancellationScope, log, patched } from '@temporalio/workflow';
import type { FoundExportJobs } from '../activities/export-activities.ts';
import { exportRequestIdKey, type AtlasAnswer, type ExportJob } from '../contract/index.ts';
import { checkedJob } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { backoffMs, lookingForJobInDoubt, type CreateTries } from './create-tries.ts';
import { refusal, runFailure } from './export-ending.ts';
import type { ExportRun } from './export-run.ts';

/** A 409 although no active job is listed: the list may lag, so ask again this often before giving up. */
const conflictsMax = 8;

/** What one POST came to: a job, a refusal that a look may explain, or that it may be sent again. */
export type PostOutcome =
  | { readonly kind: 'created'; readonly job: ExportJob }
  | { readonly kind: 'refused' }
  | { readonly kind: 'again'; readonly waitMs: number; readonly why: string };

/** Sends the one POST of this round. It is not cancelled midway: what became of it must be known. */
export async function post(run: ExportRun, tries: CreateTries, found: FoundExportJobs): Promise<PostOutcome> {
  const { snapshotId, exportBucketId = '', deadlineAtMs } = run;
  const { skipIfExported } = run.request;
  const identity = { key: exportRequestIdKey, value: tries.exportRequestId };
  const customData = [...run.request.customData, identity];
  try {
    const exportedBefore = skipIfExported ? undefined : found.exported?.exportId;
    const allowedBy = { readAtMs: found.readAtMs, exportedBefore, deadlineAtMs };
    const input = { ...run.cluster, snapshotId, exportBucketId, customData, allowedBy };
    const job = checkedJob(
      await CancellationScope.nonCancellable(() => run.calls.create.createExportJob(input)),
    );
    log.info('export job created', { exportId: job.exportId });
    return { kind: 'created', job };
  } catch (error) {
    return afterFailedPost(run, atlasAnswer(error), tries);
  }
}

/** One failed POST, in the order of what it rules out. */
function afterFailedPost(run: ExportRun, answer: AtlasAnswer, tries: CreateTries): PostOutcome {
  // The request may have been carried out: from now on only looking can tell.
  if (answer.effect === 'unknown') {
    const waitMs = tries.doubt();
    run.note(
      `A create request's outcome was unknown (${answer.code}); its job is looked for before anything is sent again.`,
    );
    return { kind: 'again', waitMs, why: lookingForJobInDoubt };
  }
  // Atlas knows of an active export of this snapshot. The next look shows it, or the list lags behind.
  if (answer.code === 'ATLAS_CONFLICT') {
    tries.conflicts += 1;
    if (tries.conflicts > conflictsMax) {
      const message = `Atlas refuses to create the export job (409) although it lists no active one: ${answer.message}`;
      throw runFailure(run, 'ExportConflict', message, { atlas: answer, besides: tries.besides() });
    }
    return {
      kind: 'again',
      waitMs: backoffMs(tries.conflicts),
      why: 'looking for the export that Atlas says is active',
    };
  }
  const refused = refusal(run, answer, tries.besides());
  // What Atlas answers where another export is active is documented nowhere. A look is cheap, and knows.
  if (refused !== undefined && answer.code === 'ATLAS_REJECTED' && patched('look-after-refusal')) {
    tries.refused = refused;
    return { kind: 'refused' };
  }
  if (refused !== undefined) throw refused;
  // Not taken now (rate limit, upgrade, no connection): nothing happened, so the same again later.
  tries.failures += 1;
  const waitMs = Math.max(answer.retryAfterMs ?? 0, backoffMs(tries.failures));
  return { kind: 'again', waitMs, why: `creating the export job (last try: ${answer.code})` };
}
