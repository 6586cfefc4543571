import { CancellationScope, log, sleep } from '@temporalio/workflow';
import type { FoundExportJobs } from '../activities/export-activities.ts';
import {
  durationText,
  exportRequestIdKey,
  type AtlasAnswer,
  type ExportJob,
  type JobOrigin,
} from '../contract/index.ts';
import { checkedFound, checkedJob } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { deadlineExceeded, jobText, refusal, runFailure } from './export-ending.ts';
import type { ExportRun } from './export-run.ts';
import { waitForJob } from './follow-job.ts';
import { spacedDelayMs } from './history-budget.ts';

/** The job that serves an attempt, and how it came to. */
export interface ClaimedJob {
  readonly job: ExportJob;
  readonly origin: JobOrigin;
}

/**
 * After a POST whose outcome is not known: when to look for its job, and for how long to believe that a job
 * which is not listed may still appear. The first look finds nearly every lost reply; Atlas's list may lag
 * behind a create, and a request may sit in a network for a while, so absence is believed only after the last.
 */
const settleMs = [5_000, 30_000, 90_000] as const;

/** Pauses between tries while Atlas answers that it cannot take the request now. */
const pauseMsFirst = 5_000;
const pauseMsMax = 5 * 60_000;

/** A 409 although no active job is listed: the list may lag, so ask again this often before giving up. */
const conflictsMax = 8;

/** What the tries for one attempt have come to so far. */
interface Tries {
  /** Looks since a POST of unknown outcome; undefined while every POST's outcome is known. */
  looksInDoubt: number | undefined;
  /** A POST went unanswered and its job was never seen. It is said wherever this attempt ends without a job. */
  doubted: boolean;
  conflicts: number;
  failures: number;
  pauses: number;
}

type PostOutcome =
  | { readonly kind: 'created'; readonly job: ExportJob }
  | { readonly kind: 'again'; readonly waitMs: number; readonly why: string };

/**
 * Makes sure that one export job serves this attempt, and never more than one.
 *
 * The identity exists before the first POST and travels in the job's custom data. Each round looks before it
 * acts: a job with our identity is ours, however it came about; an active job of the same snapshot is adopted,
 * waited for or refused; only when there is neither is a POST sent. A POST is never repeated on the strength
 * of a missing reply: the next round looks first, several times and well apart.
 */
export async function claimJob(run: ExportRun, attempt: number): Promise<ClaimedJob> {
  const exportRequestId = run.exportRequestId(attempt);
  const tries: Tries = { looksInDoubt: undefined, doubted: false, conflicts: 0, failures: 0, pauses: 0 };
  for (;;) {
    run.enter('creating');
    const found = await find(run, exportRequestId, tries);
    if (found !== undefined) {
      const claimed = await claimFound(run, found, tries);
      if (claimed === 'look again') continue;
      if (claimed !== undefined) return claimed;
    }
    const lookAgainMs = found === undefined ? backoffMs(tries.failures) : settleWaitMs(tries);
    if (lookAgainMs !== undefined) {
      await pause(run, tries, { waitMs: lookAgainMs, why: 'looking for the export job' });
      continue;
    }
    const outcome = await post(run, { exportRequestId, tries, found });
    if (outcome.kind === 'created') return { job: outcome.job, origin: 'created' };
    await pause(run, tries, outcome);
  }
}

/** What the list says; undefined when it could not be read but a job of ours may exist, so nothing may be given up. */
async function find(
  run: ExportRun,
  exportRequestId: string,
  tries: Tries,
): Promise<FoundExportJobs | undefined> {
  const { snapshotId, exportBucketId = '' } = run;
  const input = { ...run.cluster, snapshotId, exportBucketId, exportRequestId };
  try {
    const found = checkedFound(await run.calls.lists(run.remainingMs()).findExportJob(input));
    run.earlierDurationsMs = found.earlierDurationsMs;
    return found;
  } catch (error) {
    const answer = atlasAnswer(error);
    if (run.remainingMs() === 0)
      throw deadlineExceeded(run, `looking for the export job (${answer.message})`, besides(run, tries));
    const refused = refusal(run, answer);
    if (refused !== undefined && !tries.doubted) throw refused;
    tries.failures += 1;
    const doubt = tries.doubted ? "A create request's outcome is not known yet, and the" : 'The';
    run.note(`${doubt} list of export jobs cannot be read: ${answer.message}`);
    return undefined;
  }
}

/** A job that settles the attempt, `look again` after another active one has ended, or undefined for none. */
async function claimFound(
  run: ExportRun,
  found: FoundExportJobs,
  tries: Tries,
): Promise<ClaimedJob | 'look again' | undefined> {
  if (found.oursBesides.length > 0) {
    run.note(
      `More than one export job carries this request's id; besides ${found.ours?.exportId}: ${found.oursBesides.join(', ')}.`,
    );
  }
  if (found.ours !== undefined) return { job: found.ours, origin: 'found' };
  if (found.active !== undefined) return claimActive(run, found.active, tries);
  const settled = run.request.skipIfExported && tries.looksInDoubt === undefined;
  if (settled && found.exported !== undefined) return { job: found.exported, origin: 'earlier' };
  return undefined;
}

/** Atlas allows one active export per snapshot, so there is no way past this one. */
async function claimActive(
  run: ExportRun,
  active: ExportJob,
  tries: Tries,
): Promise<ClaimedJob | 'look again'> {
  const { onActiveExport } = run.request;
  if (onActiveExport === 'fail') {
    run.job = active;
    const message = `Another export of this snapshot is active: ${jobText(active)}.`;
    throw runFailure(run, 'ExportConflict', `${message}${besides(run, tries)}`);
  }
  const sameBucket = active.exportBucketId === run.exportBucketId;
  if (onActiveExport === 'adopt' && sameBucket) return { job: active, origin: 'adopted' };
  const why = sameBucket ? 'as asked' : 'it goes to another bucket';
  run.note(`Waiting for export job ${active.exportId}, ${why}: Atlas allows one active export per snapshot.`);
  // Of an attempt before this one, whose job this is not.
  run.origin = undefined;
  run.enter('waiting');
  await waitForJob(run, active);
  run.job = undefined;
  tries.conflicts = 0;
  return 'look again';
}

/** Sends the one POST of this round. It is not cancelled midway: what became of it must be known. */
async function post(
  run: ExportRun,
  round: {
    readonly exportRequestId: string;
    readonly tries: Tries;
    readonly found: FoundExportJobs | undefined;
  },
): Promise<PostOutcome> {
  const { exportRequestId, tries, found } = round;
  const { snapshotId, exportBucketId = '', deadlineAtMs } = run;
  const customData = [...run.request.customData, { key: exportRequestIdKey, value: exportRequestId }];
  try {
    const allowedBy = { readAtMs: found?.readAtMs, exportedBefore: found?.exported?.exportId, deadlineAtMs };
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
function afterFailedPost(run: ExportRun, answer: AtlasAnswer, tries: Tries): PostOutcome {
  // The request may have been carried out: from now on only looking can tell.
  if (answer.effect === 'unknown') {
    tries.looksInDoubt = 0;
    tries.doubted = true;
    run.note(
      `A create request's outcome was unknown (${answer.code}); its job is looked for before anything is sent again.`,
    );
    return {
      kind: 'again',
      waitMs: settleMs[0],
      why: 'looking for the export job of a create request without reply',
    };
  }
  // Atlas knows of an active export of this snapshot. The next look shows it, or the list lags behind.
  if (answer.code === 'ATLAS_CONFLICT') {
    tries.conflicts += 1;
    if (tries.conflicts > conflictsMax) {
      const message = `Atlas refuses to create the export job (409) although it lists no active one: ${answer.message}`;
      throw runFailure(run, 'ExportConflict', `${message}${besides(run, tries)}`, answer);
    }
    return {
      kind: 'again',
      waitMs: backoffMs(tries.conflicts),
      why: 'looking for the export that Atlas says is active',
    };
  }
  const refused = refusal(
    run,
    tries.doubted ? { ...answer, message: `${answer.message}${besides(run, tries)}` } : answer,
  );
  if (refused !== undefined) throw refused;
  // Not taken now (rate limit, upgrade, no connection): nothing happened, so the same again later.
  tries.failures += 1;
  const waitMs = Math.max(answer.retryAfterMs ?? 0, backoffMs(tries.failures));
  return { kind: 'again', waitMs, why: `creating the export job (last try: ${answer.code})` };
}

/** What an ending without a job has to say besides, with a space before it: nothing while there is no doubt. */
function besides(run: ExportRun, { doubted }: Tries): string {
  if (!doubted) return '';
  const id = run.exportRequestId(run.attempt);
  return ` An earlier create request went unanswered and its job was not listed since; it would carry ${exportRequestIdKey} ${id}.`;
}

/**
 * How long to wait before the next look for the job of a POST without reply; undefined when there is no such
 * POST, or its job was absent often enough. Counts the look that has just found none.
 */
function settleWaitMs(tries: Tries): number | undefined {
  if (tries.looksInDoubt === undefined) return undefined;
  tries.looksInDoubt += 1;
  const waitMs = settleMs[tries.looksInDoubt];
  if (waitMs === undefined) tries.looksInDoubt = undefined;
  return waitMs;
}

function backoffMs(count: number): number {
  return Math.min(pauseMsFirst * 2 ** Math.min(count - 1, 10), pauseMsMax);
}

async function pause(
  run: ExportRun,
  tries: Tries,
  { waitMs, why }: { readonly waitMs: number; readonly why: string },
): Promise<void> {
  if (run.remainingMs() === 0) throw deadlineExceeded(run, why, besides(run, tries));
  run.publish();
  tries.pauses += 1;
  const delayMs = spacedDelayMs(waitMs, run.historyUse(tries.pauses));
  await sleep(delayMs, { summary: `${why}: next in ${durationText(delayMs)}` });
}
