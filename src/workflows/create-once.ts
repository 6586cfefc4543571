import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import type { FoundExportJobs } from '../activities/export-activities.ts';
import { durationText, type ExportJob, type JobOrigin } from '../contract/index.ts';
import { checkedFound } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { post } from './create-post.ts';
import { backoffMs, CreateTries, lookingForJobInDoubt } from './create-tries.ts';
import { deadlineExceeded, jobText, refusal, runFailure } from './export-ending.ts';
import type { ExportRun } from './export-run.ts';
import { waitForJob } from './follow-job.ts';
import { spacedDelayMs } from './history-budget.ts';

/** The job that serves an attempt, and how it came to. */
export interface ClaimedJob {
  readonly job: ExportJob;
  readonly origin: JobOrigin;
}

/** What a look has for a create in doubt, even where the deadline is nearer; and where its answer only explains. */
const lookMsEnough = 60_000;
/** The longest wait for such a look that the deadline does not cut short. */
const waitInDoubtMsMax = 90_000;

const lookingForJob = 'looking for the export job';

/**
 * Makes sure that one export job serves this attempt, and never more than one.
 *
 * The identity exists before the first POST and travels in the job's custom data. Each round looks before it
 * acts: a job with our identity is ours, however it came about; an active job of the same snapshot is adopted,
 * waited for or refused; only when there is neither is a POST sent. A POST is never repeated on the strength
 * of a missing reply: the next round looks first, several times and well apart.
 */
export async function claimJob(run: ExportRun, attempt: number): Promise<ClaimedJob> {
  const tries = new CreateTries(run.exportRequestId(attempt));
  try {
    return await claimWith(run, tries);
  } catch (error) {
    if (isCancellation(error) && tries.doubted) await leaveInDoubt(run, tries);
    throw error;
  }
}

async function claimWith(run: ExportRun, tries: CreateTries): Promise<ClaimedJob> {
  for (;;) {
    run.enter('creating');
    const found = await find(run, tries);
    if (found === undefined) {
      await pause(run, tries, { waitMs: backoffMs(tries.failures), why: lookingForJob });
      continue;
    }
    const claimed = await claimFound(run, found, tries);
    if (claimed === 'look again') continue;
    if (claimed !== undefined) return claimed;
    const wasInDoubt = tries.inDoubt;
    const lookAgainMs = tries.sawNone();
    if (lookAgainMs !== undefined) {
      await pause(run, tries, { waitMs: lookAgainMs, why: lookingForJob });
      continue;
    }
    if (wasInDoubt) refuseAfterDeadline(run, tries);
    const exported = exportedEarlier(run, tries, { found, wasInDoubt });
    if (exported !== undefined) return { job: exported, origin: 'earlier' };
    if (tries.refused !== undefined) throw tries.refused;
    const outcome = await post(run, tries, found);
    if (outcome.kind === 'created') return { job: outcome.job, origin: 'created' };
    if (outcome.kind === 'again') await pause(run, tries, outcome);
  }
}

/**
 * What the list says; undefined when it could not be read but a job of ours may exist, so nothing may be given up.
 * While a create is in doubt, a look gets its time even as the deadline passes: a job may be there to be told of.
 */
async function find(run: ExportRun, tries: CreateTries): Promise<FoundExportJobs | undefined> {
  try {
    const found = await readList(run, tries, lookMs(run, tries));
    run.earlierDurationsMs = found.earlierDurationsMs;
    return found;
  } catch (error) {
    const answer = atlasAnswer(error);
    tries.failedToLook();
    // A look that fails explains nothing better.
    if (tries.refused !== undefined) throw tries.refused;
    if (run.remainingMs() === 0)
      throw deadlineExceeded(run, `looking for the export job (${answer.message})`, tries.besides());
    const refused = refusal(run, answer);
    if (refused !== undefined && !tries.doubted) throw refused;
    const doubt = tries.doubted ? "A create request's outcome is not known yet, and the" : 'The';
    run.note(`${doubt} list of export jobs cannot be read: ${answer.message}`);
    return undefined;
  }
}

function lookMs(run: ExportRun, tries: CreateTries): number {
  const remainingMs = run.remainingMs();
  if (tries.inDoubt) return Math.max(remainingMs, lookMsEnough);
  return tries.refused === undefined ? remainingMs : Math.min(remainingMs, lookMsEnough);
}

async function readList(
  run: ExportRun,
  { exportRequestId }: CreateTries,
  forMs: number,
): Promise<FoundExportJobs> {
  const { snapshotId, exportBucketId = '' } = run;
  const input = { ...run.cluster, snapshotId, exportBucketId, exportRequestId };
  return checkedFound(await run.calls.lists(forMs).findExportJob(input));
}

function noteBesides(run: ExportRun, { ours, oursBesides }: FoundExportJobs): void {
  if (oursBesides.length === 0) return;
  const others = oursBesides.join(', ');
  run.note(`More than one export job carries this request's id; besides ${ours?.exportId}: ${others}.`);
}

/** A job that settles the attempt, `look again` after another active one has ended, or undefined for none. */
async function claimFound(
  run: ExportRun,
  found: FoundExportJobs,
  tries: CreateTries,
): Promise<ClaimedJob | 'look again' | undefined> {
  noteBesides(run, found);
  if (found.ours !== undefined) return { job: found.ours, origin: 'found' };
  tries.sawList();
  return found.active === undefined ? undefined : claimActive(run, found.active, tries);
}

/**
 * An export that makes another needless. Somebody else may have finished one while a create was in doubt, which the
 * look that settles the doubt is the first to be allowed to heed.
 */
function exportedEarlier(
  run: ExportRun,
  tries: CreateTries,
  { found, wasInDoubt }: { readonly found: FoundExportJobs; readonly wasInDoubt: boolean },
): ExportJob | undefined {
  const { exported } = found;
  if (!run.request.skipIfExported || exported === undefined) return undefined;
  if (wasInDoubt && !patched('exported-while-in-doubt')) return undefined;
  if (tries.doubted) run.note(tries.besides().trim());
  return exported;
}

/** Atlas allows one active export per snapshot, so there is no way past this one. */
async function claimActive(
  run: ExportRun,
  active: ExportJob,
  tries: CreateTries,
): Promise<ClaimedJob | 'look again'> {
  const { onActiveExport } = run.request;
  if (onActiveExport === 'fail') {
    run.job = active;
    const message = `Another export of this snapshot is active: ${jobText(active)}.`;
    throw runFailure(run, 'ExportConflict', message, { besides: tries.besides() });
  }
  const sameBucket = active.exportBucketId === run.exportBucketId;
  if (onActiveExport === 'adopt' && sameBucket) {
    if (tries.doubted) run.note(tries.besides().trim());
    return { job: active, origin: 'adopted' };
  }
  const why = sameBucket ? 'as asked' : 'it goes to another bucket';
  run.note(`Waiting for export job ${active.exportId}, ${why}: Atlas allows one active export per snapshot.`);
  // Of an attempt before this one, whose job this is not.
  run.origin = undefined;
  run.enter('waiting');
  await waitForJob(run, active, tries.besides());
  run.job = undefined;
  tries.conflicts = 0;
  tries.refused = undefined;
  return 'look again';
}

/** No create is sent after the deadline; the looks for one in doubt may have gone beyond it. */
function refuseAfterDeadline(run: ExportRun, tries: CreateTries): void {
  if (run.remainingMs() > 0 || !looksPastDeadline()) return;
  throw deadlineExceeded(run, lookingForJobInDoubt, tries.besides());
}

/**
 * Whoever cancels while a create is in doubt is told of its job, or of its identity: one look, without Temporal's
 * repeating it for long. Cancelling waits for it, as it has waited for the create's reply.
 */
async function leaveInDoubt(run: ExportRun, tries: CreateTries): Promise<void> {
  if (tries.inDoubt && patched('look-before-leaving')) {
    const found = await CancellationScope.nonCancellable(() => foundInDoubt(run, tries));
    if (found?.ours !== undefined) {
      noteBesides(run, found);
      run.attempts.push({
        attempt: run.attempt,
        origin: 'found',
        exportRequestId: tries.exportRequestId,
        job: found.ours,
      });
      run.endWith(found.ours, 'found');
      return;
    }
    if (found !== undefined) tries.sawList();
  }
  run.note(tries.besides().trim());
}

async function foundInDoubt(run: ExportRun, tries: CreateTries): Promise<FoundExportJobs | undefined> {
  try {
    return await readList(run, tries, lookMsEnough);
  } catch {
    tries.failedToLook();
    return undefined;
  }
}

/** In doubt, the wait is not cut short by the deadline, nor ended by it: the job may be listed by the next look. */
async function pause(
  run: ExportRun,
  tries: CreateTries,
  { waitMs, why }: { readonly waitMs: number; readonly why: string },
): Promise<void> {
  const isOver = run.remainingMs() === 0 && !(tries.inDoubt && looksPastDeadline());
  if (isOver) throw deadlineExceeded(run, why, tries.besides());
  run.publish();
  tries.pauses += 1;
  const spacedMs = spacedDelayMs(waitMs, run.historyUse(tries.pauses));
  const delayMs = tries.inDoubt ? Math.max(spacedMs, Math.min(waitMs, waitInDoubtMsMax)) : spacedMs;
  await sleep(delayMs, { summary: `${why}: next in ${durationText(delayMs)}` });
}

function looksPastDeadline(): boolean {
  return patched('looks-past-deadline');
}
