import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import * as v from 'valibot';
import type {
  CheckedBucket,
  ExportActivities,
  VerifiedExport,
  VerifyExportInput,
} from '../activities/export-activities.ts';
import {
  findingText,
  verificationProgressSignal,
  type ExportJob,
  type ExportVerification,
  type JobOrigin,
  type VerificationProgress,
} from '../contract/index.ts';
import { checkedVerified, isOddAnswer, oddAnswerPauseMs } from './activity-answers.ts';
import { heartbeatTimeoutMs } from './activity-calls.ts';
import { verificationProgressSchema } from './answer-schemas.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { countVerification } from './export-metrics.ts';
import { deadlineExceeded, jobText, runFailure } from './export-ending.ts';
import type { ExportRun } from './export-run.ts';
import { spacedDelayMs } from './history-budget.ts';

const verificationProgress = defineSignal<[VerificationProgress]>(verificationProgressSignal);

/** Pauses between looks for objects that may only be late: 10 s, doubling, at most 5 minutes. */
const lateDelayMsFirst = 10_000;
const lateDelayMsMax = 5 * 60_000;

/**
 * Looks into the bucket after Atlas has said Successful. Returns when the bucket shows the export, or when nobody is
 * to look or can; the run's `verification` says which.
 *
 * A check runs as one activity, which Temporal repeats until the deadline: storage that is away or refuses the worker
 * says nothing about the export, so it ends nothing. What a check has done is in its heartbeats, from which another
 * worker goes on, and in no history.
 */
export async function verifyInBucket(run: ExportRun, job: ExportJob, origin: JobOrigin): Promise<void> {
  const level = run.request.verify;
  if (level === 'off') {
    run.verification = notChecked('the request says verify "off"');
    return;
  }
  if (!patched('verify-in-bucket')) return;
  run.verification = { ...nothingKnown, level: level ?? 'manifest' };
  run.enter('verifying');
  // Who has asked for a look at the job has had it.
  await run.lookRequests.serve(() => Promise.resolve());
  followProgress(run);
  const waitUntilMs = waitBeginsMs(job, origin) + run.request.verifyWaitMs;
  for (let look = 1; ; look += 1) {
    const seen = await lookIntoBucket(run, { level, job, origin, look });
    if (seen.outcome === 'notChecked') {
      run.verification = notChecked(seen.reason);
      return;
    }
    take(run, seen, look);
    const isOver = seen.outcome === 'proven' || !seen.mayOnlyBeLate || Date.now() >= waitUntilMs;
    if (isOver) countVerification(seen.level, seen.outcome);
    if (seen.outcome === 'proven') return;
    if (isOver) throw runFailure(run, 'VerificationFailed', failedText(job, seen));
    await waitForLateObjects(run, { look, waitUntilMs });
  }
}

const nothingKnown = { outcome: 'pending', looks: 0, findings: [], findingsCount: 0 } as const;

function notChecked(reason: string): ExportVerification {
  return { ...nothingKnown, level: 'off', outcome: 'notChecked', reason };
}

/** An export that ended long ago has nothing that is only late. */
function waitBeginsMs(job: ExportJob, origin: JobOrigin): number {
  const finishedAtMs = Date.parse(job.finishedAt ?? '');
  const isEarlier = origin === 'earlier' && Number.isFinite(finishedAtMs);
  return isEarlier ? Math.min(finishedAtMs, Date.now()) : Date.now();
}

/** What was seen to succeed in the last moment before the deadline is still looked at. */
const firstLookMsMin = 60_000;

interface Look {
  readonly level: VerifyExportInput['level'];
  readonly job: ExportJob;
  readonly origin: JobOrigin;
  /** 1, 2, … */
  readonly look: number;
}

/**
 * An answer that cannot be read says nothing about the bucket: it is asked again, as Temporal does for a failure. And
 * Temporal stops to repeat a call as soon as the next try would come after the deadline, which is before it.
 */
async function lookIntoBucket(run: ExportRun, asked: Look): Promise<VerifiedExport> {
  for (;;) {
    try {
      return checkedVerified(await callVerify(run, asked));
    } catch (error) {
      const { message } = isOddAnswer(error) ? error : atlasAnswer(error);
      const isOver = run.remainingMs() === 0 || (!isOddAnswer(error) && !patched('bucket-until-deadline'));
      if (isOver) throw deadlineExceeded(run, `looking into the bucket (${message})`);
      if (isOddAnswer(error)) run.note(`The bucket is looked into again: ${message}.`);
      await sleep(spacedDelayMs(oddAnswerPauseMs, run.historyUse(asked.look)), {
        summary: `look ${asked.look} into the bucket, again`,
      });
    }
  }
}

async function callVerify(run: ExportRun, asked: Look): Promise<VerifiedExport> {
  const { job, look } = asked;
  const remainingMs = Math.max(look === 1 ? firstLookMsMin : 1, run.remainingMs());
  const { verifyExport } = proxyActivities<Pick<ExportActivities, 'verifyExport'>>({
    priority: { fairnessKey: run.request.groupId },
    // A check of many terabytes may take days. That its worker lives is told by heartbeats alone.
    startToCloseTimeout: remainingMs,
    scheduleToCloseTimeout: remainingMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    cancellationType: 'TRY_CANCEL',
    retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '5 minutes' },
  });
  const summary = `look ${look} into the bucket, under ${job.prefix ?? 'an unknown prefix'}`;
  return await verifyExport.executeWithOptions({ summary }, [verifyInput(run, asked)]);
}

function verifyInput(run: ExportRun, { level, job, origin, look }: Look): VerifyExportInput {
  const isOurs = origin === 'created' || origin === 'found';
  return {
    ...run.cluster,
    snapshotId: job.snapshotId ?? run.snapshotId,
    exportId: job.exportId,
    exportBucketId: job.exportBucketId ?? run.exportBucketId ?? '',
    level,
    job,
    componentPrefixes: [...run.components.values()].flatMap(({ prefix }) => prefix ?? []),
    attempts: run.attempts,
    exportRequestId: isOurs ? run.exportRequestId(run.attempt) : undefined,
    look,
  };
}

/** What a check says while it runs. It cannot say more than a look in the Web UI's pending activities would. */
function followProgress(run: ExportRun): void {
  setHandler(verificationProgress, (progress) => {
    // What a handler throws would block the workflow's task, and anybody can send a signal.
    if (!v.is(verificationProgressSchema, progress)) return;
    const { look, found, failure } = progress;
    const { verification } = run;
    if (verification?.outcome !== 'pending' || look !== verification.looks + 1) return;
    run.verification = { ...verification, failure, ...(found === undefined ? {} : { found }) };
    run.publish();
  });
}

function take(run: ExportRun, seen: CheckedBucket, look: number): void {
  const { level, outcome, checkedAt, found, findings, findingsCount, manifest } = seen;
  run.verification = { level, outcome, looks: look, checkedAt, found, findings, findingsCount, manifest };
  for (const [exportId, component] of run.components) {
    const counted = seen.replicaSets.find(
      ({ replicaSetName }) => replicaSetName === component.replicaSetName,
    );
    if (counted === undefined) continue;
    const { files, bytes, collections, incrementsMissing, documents } = counted;
    const inBucket = { evidence: 'bucket', files, bytes, collections, incrementsMissing, documents } as const;
    run.components.set(exportId, { ...component, inBucket });
  }
  run.publish();
}

function failedText(job: ExportJob, { findings, failuresCount, manifest }: CheckedBucket): string {
  const failures = findings.filter(({ severity }) => severity === 'failure');
  const more = failuresCount - failures.length;
  const lines = [...failures.map(findingText), ...(more > 0 ? [`and ${more} more`] : [])];
  const count = failuresCount === 1 ? '1 thing is' : `${failuresCount} things are`;
  return `The bucket does not show export job ${jobText(job)}; ${count} wrong:\n- ${lines.join('\n- ')}\nManifest: ${manifest.address}`;
}

async function waitForLateObjects(
  run: ExportRun,
  { look, waitUntilMs }: { look: number; waitUntilMs: number },
): Promise<void> {
  const { verification } = run;
  if (verification === undefined) return;
  const wantedMs = Math.min(lateDelayMsFirst * 2 ** Math.min(look - 1, 10), lateDelayMsMax);
  const spacedMs = spacedDelayMs(wantedMs, run.historyUse(look));
  const delayMs = Math.max(1, Math.min(spacedMs, waitUntilMs - Date.now()));
  const nextLookAt = new Date(Date.now() + delayMs).toISOString();
  run.verification = { ...verification, outcome: 'pending', nextLookAt };
  run.publish();
  const summary = `next look at ${nextLookAt.slice(11, 16)} UTC for what may only be late: ${verification.findings[0]?.where ?? ''}`;
  await condition(() => run.lookRequests.pending, delayMs, { summary });
  run.verification = { ...verification, outcome: 'pending' };
  // A check may take hours: who asked for one is told when it has begun.
  await run.lookRequests.serve(() => Promise.resolve());
  run.publish();
}
