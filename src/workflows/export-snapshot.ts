import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineUpdate,
  isCancellation,
  log,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { ResolvedExport, ResolveExportInput } from '../activities/export-activities.ts';
import {
  atlasGoesOn,
  checkExportRequest,
  exportFailureTypes,
  isExportFailureDetails,
  knownNamesText,
  pollNowUpdate,
  statusQuery,
  type ExportJob,
  type ExportResult,
  type ExportStatus,
} from '../contract/index.ts';
import { checkedResolved, isOddAnswer, oddAnswerPauseMs } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { claimJob, type ClaimedJob } from './create-once.ts';
import { countAttempt, countEnding, recordNoticed } from './export-metrics.ts';
import { nextAttemptSummary } from './export-details.ts';
import {
  deadlineExceeded,
  endingFailure,
  invalidInput,
  jobText,
  refusal,
  runFailure,
} from './export-ending.ts';
import { ExportRun } from './export-run.ts';
import { followJob } from './follow-job.ts';
import { historyAllowsPollNow, spacedDelayMs } from './history-budget.ts';
import { failureNotes, refusedStatus } from './refused-status.ts';
import { verifyInBucket } from './verify-phase.ts';

const exportStatus = defineQuery<ExportStatus>(statusQuery);
const pollNow = defineUpdate<ExportStatus>(pollNowUpdate);

/** Pause before the attempt after a Failed one: 1 minute, doubling, at most 30 minutes. */
const attemptPauseMsFirst = 60_000;
const attemptPauseMsMax = 30 * 60_000;

/**
 * Exports one snapshot, from request to result. Takes an `ExportRequest`; it is checked here, since anybody
 * can start a workflow with anything. Fails with an `ApplicationFailure` of one of `exportFailureTypes`.
 */
export async function exportSnapshot(input: unknown): Promise<ExportResult> {
  const checked = checkExportRequest(input);
  if (checked.request === undefined) {
    countEnding('InvalidInput');
    const refused = invalidInput(checked.problems);
    const status = refusedStatus(input, refused, workflowInfo().startTime.toISOString());
    setHandler(exportStatus, () => status);
    throw refused;
  }
  const run = new ExportRun(checked.request, workflowInfo().startTime.getTime());
  setHandlers(run);
  try {
    const result = await exportToTheEnd(run);
    await run.tell('export.completed', { result });
    return result;
  } catch (error) {
    const ending = endedOtherwise(run, error);
    await tellEnding(run, ending);
    throw ending;
  } finally {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

function setHandlers(run: ExportRun): void {
  setHandler(exportStatus, () => run.status(), { description: 'What is known of this export now.' });
  setHandler(
    pollNow,
    async () => {
      await run.askForLook();
      return run.status();
    },
    { description: 'Look at Atlas now; returns the fresh status.', validator: refuseWhenHistoryIsFull },
  );
}

function refuseWhenHistoryIsFull(): void {
  if (historyAllowsPollNow(workflowInfo().historyLength)) return;
  throw ApplicationFailure.nonRetryable(
    'This run has used up the history it may spend on extra looks; it goes on by itself.',
  );
}

async function exportToTheEnd(run: ExportRun): Promise<ExportResult> {
  await run.label();
  await checkWebhook(run);
  await resolve(run);
  for (let attempt = 1; ; attempt += 1) {
    run.attempt = attempt;
    const claimed = await claimJob(run, attempt);
    const job = await followAttempt(run, claimed, attempt);
    if (job.state === 'Successful') {
      await verifyInBucket(run, job, claimed.origin);
      return conclude(run, job, claimed);
    }
    if (job.state === 'Cancelled') {
      throw runFailure(run, 'ExportCancelled', `Export job ${jobText(job)} was cancelled at Atlas.`);
    }
    if (attempt >= run.request.attemptsMax) throw exportFailed(run, job, attempt);
    await pauseBeforeAttempt(run, attempt + 1);
  }
}

/** Before anything is asked of Atlas: an export that tells nobody, where it should, is not what was asked for. */
async function checkWebhook(run: ExportRun): Promise<void> {
  const known = await run.webhooksInstead();
  if (known === undefined) return;
  const message = `The worker has no webhook "${run.request.webhook ?? ''}"; it has: ${knownNamesText(known)}.`;
  throw runFailure(run, 'UnknownWebhook', message);
}

/** Names are looked up; ids are taken as they are. */
async function resolve(run: ExportRun): Promise<void> {
  run.enter('resolving');
  const { request } = run;
  if (request.snapshotId !== 'latest' && 'exportBucketId' in request.bucket) return;
  const { snapshotId, bucket } = request;
  const input = { ...run.cluster, snapshotId, bucket };
  const resolved = await resolvedInTime(run, input);
  run.snapshotId = resolved.snapshotId;
  run.exportBucketId = resolved.exportBucketId;
  run.exportBucketName = resolved.exportBucketName;
}

async function resolvedInTime(run: ExportRun, input: ResolveExportInput): Promise<ResolvedExport> {
  for (let tries = 1; ; tries += 1) {
    try {
      return checkedResolved(await run.calls.lists(run.remainingMs()).resolveExport(input));
    } catch (error) {
      const answer = atlasAnswer(error);
      const isOdd = isOddAnswer(error);
      const refused = isOdd ? undefined : refusal(run, answer);
      if (refused !== undefined) throw refused;
      if (isOdd) run.note(`The snapshot and the bucket are looked up again: ${answer.message}.`);
      // Temporal stops to repeat a call as soon as the next try would come after the deadline, which is before it.
      if (run.remainingMs() > 0) {
        const delayMs = spacedDelayMs(oddAnswerPauseMs, run.historyUse(tries));
        await sleep(delayMs, { summary: 'looking up the snapshot again' });
      }
      if (run.remainingMs() > 0) continue;
      throw deadlineExceeded(run, `looking up the snapshot and the bucket (${answer.message})`);
    }
  }
}

async function followAttempt(run: ExportRun, claimed: ClaimedJob, attempt: number): Promise<ExportJob> {
  const { job, origin } = claimed;
  const exportRequestId = run.exportRequestId(attempt);
  run.origin = origin;
  run.components.clear();
  run.attempts.push({ attempt, origin, exportRequestId, job });
  if (origin === 'adopted') run.note(`Adopted export job ${job.exportId}, which somebody else had started.`);
  countAttempt(origin);
  run.enter('tracking');
  return followJob(run, job);
}

function exportFailed(run: ExportRun, job: ExportJob, attempts: number): ApplicationFailure {
  const prefixes = run.attempts.flatMap((report) => report.job.prefix ?? []);
  const left = prefixes.length === 0 ? '' : ` Partial data stays in the bucket under ${prefixes.join(', ')}.`;
  const count = `${attempts} of ${run.request.attemptsMax} attempts`;
  return runFailure(run, 'ExportFailed', `Atlas ended export job ${jobText(job)} after ${count}.${left}`);
}

async function pauseBeforeAttempt(run: ExportRun, attempt: number): Promise<void> {
  const delayMs = Math.min(attemptPauseMsFirst * 2 ** (attempt - 2), attemptPauseMsMax);
  if (run.remainingMs() <= delayMs) throw deadlineExceeded(run, `waiting for attempt ${attempt}`);
  run.enter('retrying');
  const { attemptsMax } = run.request;
  await sleep(delayMs, { summary: nextAttemptSummary({ attempt, attemptsMax, delayMs }) });
}

function conclude(run: ExportRun, job: ExportJob, { origin }: ClaimedJob): ExportResult {
  const outcome = origin === 'earlier' ? 'alreadyExported' : 'exported';
  run.end(outcome);
  countEnding(outcome);
  if (outcome === 'exported') recordNoticed(job.finishedAt, Date.now());
  log.info('export ended', { outcome, exportId: job.exportId, polls: run.polls });
  const { components, attempts, polls, verification, notes } = run.status();
  return {
    outcome,
    ...run.place,
    snapshotId: run.snapshotId,
    exportBucketId: job.exportBucketId ?? run.exportBucketId ?? 'unknown',
    exportBucketName: run.exportBucketName,
    exportId: job.exportId,
    state: job.state,
    prefix: job.prefix,
    createdAt: job.createdAt,
    finishedAt: job.finishedAt,
    job,
    origin,
    adopted: origin === 'adopted',
    components,
    attempts,
    polls,
    verification,
    notes,
  };
}

/** Every ending but success: marks the run as ended and says so where people look. */
function endedOtherwise(run: ExportRun, error: unknown): unknown {
  if (isCancellation(error)) {
    run.note(atlasGoesOn);
    run.end('cancelled');
    countEnding('cancelled');
    log.info('tracking cancelled; the export job at Atlas goes on', { exportId: run.job?.exportId });
    return error;
  }
  if (error instanceof ApplicationFailure) {
    for (const note of failureNotes(error)) run.note(note);
    run.end('failed', endingFailure(error));
    countEnding(exportFailureTypes.find((type) => type === error.type) ?? 'unknown');
    log.warn('export failed', { type: error.type, message: error.message, exportId: run.job?.exportId });
  }
  return error;
}

/** A webhook that the worker does not have cannot be told even that. */
async function tellEnding(run: ExportRun, ending: unknown): Promise<void> {
  if (isCancellation(ending)) {
    await run.tell('export.cancelled');
    return;
  }
  if (!(ending instanceof ApplicationFailure)) return;
  const type = exportFailureTypes.find((known) => known === ending.type);
  const [details] = ending.details ?? [];
  if (type === undefined || type === 'UnknownWebhook' || !isExportFailureDetails(details)) return;
  const failure = { type, message: ending.message, details };
  await run.tell('export.failed', { status: run.status(), failure });
}
