import { condition, log, workflowInfo } from '@temporalio/workflow';
import { isTerminal, type ExportJob } from '../contract/index.ts';
import { checkedPolled, checkedFound } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { ComponentTrackers } from './component-trackers.ts';
import { nextLookSummary, stateText } from './export-details.ts';
import { deadlineExceeded, jobText, runFailure } from './export-ending.ts';
import type { ExportRun } from './export-run.ts';
import { countPoll, countStall } from './export-metrics.ts';
import { LookLog } from './look-log.ts';
import { StallWatch, type StallChange } from './stall-watch.ts';

/**
 * Follows the export job of an attempt to its end by looking at it from time to time, and its components
 * beside it.
 *
 * No failed look ends an export: Atlas away, a rate limit, a credential that is being rotated are shown and
 * the looks go on, until the deadline. Only a job that Atlas no longer knows, neither by its id nor in the
 * cluster's list, is lost.
 */
export async function followJob(run: ExportRun, first: ExportJob): Promise<ExportJob> {
  const trackers = new ComponentTrackers(run);
  try {
    const job = await lookUntilEnded(run, first, { trackers });
    if (!isTerminal(job.state)) throw runFailure(run, 'ExportLost', lostText(run, job));
    await trackers.settle();
    return job;
  } finally {
    trackers.stop();
    run.nextPollAt = undefined;
  }
}

/**
 * Lets an export job that stands in the way come to its end, or vanish: its outcome is not this request's. Where the
 * deadline comes first, the failure says `besides` too.
 */
export async function waitForJob(run: ExportRun, other: ExportJob, besides: string): Promise<void> {
  await lookUntilEnded(run, other, { besides });
  run.nextPollAt = undefined;
  run.stalls = undefined;
}

/** The job in a terminal state, or as it was last seen when Atlas no longer knows it. */
async function lookUntilEnded(
  run: ExportRun,
  first: ExportJob,
  { trackers, besides }: { readonly trackers?: ComponentTrackers; readonly besides?: string },
): Promise<ExportJob> {
  const looks = newLookLog(run, first);
  run.take(looks, newStallWatch(run, first));
  run.saw(first);
  await heedLook(run);
  trackers?.follow(first);
  let job = first;
  while (!isTerminal(job.state)) {
    if (run.remainingMs() === 0) throw deadlineExceeded(run, `following export job ${jobText(job)}`, besides);
    await waitForNextLook(run, looks, job);
    job = (await lookAtJob(run, looks, trackers, job)) ?? job;
    await heedLook(run);
    if (looks.seemsGone(Date.now())) {
      if (!(await listedStill(run, job))) return job;
      looks.foundAfterAll();
    }
  }
  return job;
}

/** What follows from a look. Whoever is to hear of a stall hears of it here, where it is known as it begins. */
async function heedLook(run: ExportRun): Promise<void> {
  await run.label();
  const change = run.takeStallChange();
  if (change === undefined) return;
  sayStall(run, change);
  if (change.what === 'began') await run.tell('export.stalled');
}

function sayStall(run: ExportRun, { what, stall }: StallChange): void {
  const { kind, since, reason } = stall;
  if (what === 'began') {
    countStall(kind);
    log.warn('export stalled', { kind, since, reason });
    return;
  }
  const until = new Date(Date.now()).toISOString();
  const now = run.job === undefined ? 'over' : stateText(run.job);
  run.note(`Stalled from ${since} to ${until}: ${reason}. Then: ${now}.`);
  log.info('export no longer stalled', { kind, since, until });
}

function lostText(run: ExportRun, job: ExportJob): string {
  const looks = run.lookLog?.absencesInARow ?? 0;
  return `Atlas no longer knows export job ${jobText(job)}: ${looks} looks in a row were answered with 404, and the cluster's list does not name it.`;
}

function newLookLog(run: ExportRun, first: ExportJob): LookLog {
  const looks = new LookLog({
    polling: run.request.polling,
    createdAt: first.createdAt,
    nowMs: Date.now(),
    earlierDurationsMs: run.earlierDurationsMs,
    trackers: (first.components?.length ?? 0) + 1,
  });
  looks.observe(Date.now(), first);
  return looks;
}

function newStallWatch({ request, earlierDurationsMs }: ExportRun, { createdAt }: ExportJob): StallWatch {
  const { stalledAfter } = request;
  return new StallWatch({ stalledAfter, earlierDurationsMs, createdAt, nowMs: Date.now() });
}

/** Sleeps until the next look is due, or somebody asks for one. The timer is the server's: no worker need live. */
async function waitForNextLook(run: ExportRun, looks: LookLog, job: ExportJob): Promise<void> {
  const nowMs = Date.now();
  const { historyLength, historySize } = workflowInfo();
  const { deadlineAtMs } = run;
  const lookByMs = run.stalls?.lookByMs(nowMs);
  const history = { historyLength, historySizeBytes: historySize };
  const delayMs = looks.nextDelayMs({ nowMs, deadlineAtMs, lookByMs, ...history });
  if (looks.stretched)
    run.note('Looks are spaced out: this run has used most of the history the server allows it.');
  const atMs = nowMs + delayMs;
  run.nextPollAt = new Date(atMs).toISOString();
  run.publish();
  const failureCode = looks.failure?.code;
  const summary = nextLookSummary({ atMs, job, failureCode, stalled: run.stalls?.stall !== undefined });
  await condition(() => run.lookRequests.pending, Math.max(1, delayMs), { summary });
}

/** One look. Undefined when it failed, which the look log remembers. */
function lookAtJob(
  run: ExportRun,
  looks: LookLog,
  trackers: ComponentTrackers | undefined,
  job: ExportJob,
): Promise<ExportJob | undefined> {
  return run.lookRequests.serve(async (askedFor) => {
    const call = (askedFor ? run.calls.freshLook : run.calls.look).pollExportJob;
    const input = {
      ...run.cluster,
      exportId: job.exportId,
      componentWorkflowIds: trackers?.workflowIds ?? [],
      componentsLookNow: askedFor,
      labelledState: run.labelToTell(Date.now()),
    };
    const summary = `look ${looks.polls + 1} at job ${job.exportId}, last seen ${stateText(job)}`;
    const askedAtMs = Date.now();
    countPoll('job');
    try {
      const polled = checkedPolled(await call.executeWithOptions({ summary }, [input]));
      run.labels.hear(polled.searchAttributesRegistered, askedAtMs);
      looks.succeeded(Date.now(), polled.job);
      trackers?.saw(polled.components);
      trackers?.follow(polled.job);
      run.saw(polled.job);
      return polled.job;
    } catch (error) {
      looks.failed(Date.now(), atlasAnswer(error));
      run.publish();
      return undefined;
    }
  });
}

/** Asks the cluster's list, before a job that answers 404 is given up. */
async function listedStill(run: ExportRun, job: ExportJob): Promise<boolean> {
  const { snapshotId, exportBucketId = '' } = run;
  // Of the attempt under way: the job of one before it, which is listed too, would pass for the one asked about.
  const exportRequestId = run.exportRequestId(run.attempt);
  const input = { ...run.cluster, snapshotId, exportBucketId, exportRequestId, exportId: job.exportId };
  try {
    const found = checkedFound(await run.calls.lists(run.remainingMs()).findExportJob(input));
    return found.ours !== undefined;
  } catch (error) {
    // The project or cluster is gone as well: nothing is left to list. Any other answer proves nothing.
    return atlasAnswer(error).code !== 'ATLAS_NOT_FOUND';
  }
}
