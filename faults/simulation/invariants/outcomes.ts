import { exportFailureTypes, exportRequestIdKey, type AttemptReport } from '../../../src/contract/index.ts';
import type { BookedJob } from '../../../simulator/index.ts';
import { exportRequestIdOf, jobsOfRun, untrueSuccesses } from '../../books-check.ts';
import type { Outcome, RequestEvidence } from '../evidence.ts';
import { deadlineAtMs } from './deadline.ts';
import type { Invariant } from './index.ts';

/** The server's clock and the books' may differ by this, as the machine is busy. */
const clockMsMax = 1_000;

/** The longest pause before another attempt. */
const attemptPauseMsMax = 30 * 60_000;

/** Every request has ended, in one of the documented ways. */
export const everyRequestEnds: Invariant = ({ requests }) =>
  requests.flatMap(({ name, outcome, runId }) => {
    if (outcome.kind === 'open') return [`${name} was not over in time after the faults had ended`];
    if (outcome.kind === 'otherwise') return [`${name} ended in no documented way: ${outcome.what}`];
    if (outcome.kind === 'failed' && !exportFailureTypes.some((type) => type === outcome.type))
      return [`${name} failed with ${outcome.type}, which is no documented type`];
    if (outcome.kind === 'failed' && outcome.details === undefined)
      return [`${name} failed with ${outcome.type} and does not say what to do next`];
    // The same request asked for twice is one run: who cancels the one cancels the other.
    const sharing = requests.filter((each) => each.runId === runId);
    if (outcome.kind === 'cancelled' && sharing.every(({ scenario }) => scenario.cancelAfterMs === undefined))
      return [`${name} was cancelled by nobody`];
    return [];
  });

/** A success means that Atlas says Successful, of the job that was asked for. */
export const successesAreTrue: Invariant = ({ requests, jobs }) =>
  untrueSuccesses(
    jobs,
    requests.flatMap(({ name, snapshotId, exportBucketId, outcome }) =>
      outcome.kind === 'succeeded'
        ? [{ name, exportId: outcome.result.exportId, snapshotId, exportBucketId }]
        : [],
    ),
  );

/** No failure is reported that Atlas's books, the faults served or the clock do not bear out. */
export const failuresAreTrue: Invariant = ({ requests, jobs, calls }) =>
  requests.flatMap((request) => {
    const { name, outcome, scenario } = request;
    if (outcome.kind !== 'failed') return [];
    const { type, details, message } = outcome;
    const last = jobs.find(({ exportId }) => exportId === details?.job?.exportId);
    const untrue = (why: string): string[] => [`${name}: ${type} ${why}: ${message}`];
    switch (type) {
      case 'ExportFailed':
        if (last?.state !== 'Failed') return untrue(`for a job that is ${last?.state}`);
        if (last.snapshotId !== request.snapshotId) return untrue('for a job of another snapshot');
        return details?.attempts?.length === scenario.settings.maxAttempts
          ? []
          : untrue(`after ${details?.attempts?.length} attempts of ${scenario.settings.maxAttempts}`);
      case 'ExportCancelled':
        if (last?.snapshotId !== request.snapshotId) return untrue('for a job of another snapshot');
        return last.state === 'Cancelled' ? [] : untrue(`for a job that is ${last.state}`);
      case 'DeadlineExceeded':
        return deadlineHasPassed(request, requests) ? [] : untrue('before its deadline');
      case 'AtlasUnauthorized':
        if (jobsOfRun(jobs, request.runId).length > 0) return untrue('although it has created a job');
        return calls.some((call) => call.faultApplied === 'unauthorized' && isWithin(request, call.at))
          ? []
          : untrue('although no credential was refused while it ran');
      case 'ExportConflict':
        if (scenario.settings.onActiveExport !== 'fail') return untrue('although it was not asked to fail');
        return jobs.some((job) => isInTheWay(request, job))
          ? []
          : untrue('although nothing stood in the way');
      default:
        return untrue('although everything it asked for exists');
    }
  });

/**
 * No job that a request created is missing from what the request says in the end. Where a create is in doubt as the
 * deadline comes or the export is cancelled, its job may not be known; then the identity that it carries is said.
 */
export const nothingLost: Invariant = ({ requests, jobs }) =>
  requests.flatMap(({ name, runId, outcome }) => {
    const told = toldBy(outcome);
    if (told === undefined) return [];
    return jobsOfRun(jobs, runId)
      .filter((job) => !told.exportIds.includes(job.exportId))
      .filter(
        (job) => !told.inDoubt.includes(`it would carry ${exportRequestIdKey} ${exportRequestIdOf(job)}.`),
      )
      .map(({ exportId }) => `${name} created ${exportId} and ended without a word of it`);
  });

/** The jobs that an end names, and the words in which it may tell of a create in doubt. */
function toldBy(outcome: Outcome): { exportIds: string[]; inDoubt: string } | undefined {
  const idsOf = (attempts: readonly AttemptReport[] = []): string[] =>
    attempts.map(({ job }) => job.exportId);
  switch (outcome.kind) {
    case 'succeeded':
      return { exportIds: idsOf(outcome.result.attempts), inDoubt: '' };
    case 'failed': {
      const inDoubt = outcome.type === 'DeadlineExceeded' ? outcome.message : '';
      return { exportIds: idsOf(outcome.details?.attempts), inDoubt };
    }
    case 'cancelled':
      return { exportIds: idsOf(outcome.status.attempts), inDoubt: outcome.status.notes.join('\n') };
    case 'otherwise':
    case 'open':
      return undefined;
  }
}

function isWithin({ startedAtMs, endedAtMs = Infinity }: RequestEvidence, atMs: number): boolean {
  return atMs >= startedAtMs - clockMsMax && atMs <= endedAtMs + clockMsMax;
}

/** A job of its snapshot that it did not create and that was active while it ran. */
function isInTheWay(request: RequestEvidence, job: BookedJob): boolean {
  if (job.snapshotId !== request.snapshotId) return false;
  if (exportRequestIdOf(job)?.startsWith(`${request.runId}/`) === true) return false;
  return (
    job.createdAt <= (request.endedAtMs ?? Infinity) && (job.finishedAt ?? Infinity) >= request.startedAtMs
  );
}

/** A failed attempt is not followed by another when the pause between them would end after the deadline. */
function deadlineHasPassed(request: RequestEvidence, requests: readonly RequestEvidence[]): boolean {
  const { endedAtMs = 0, outcome } = request;
  const before = outcome.kind === 'failed' && outcome.message.includes('waiting for attempt');
  return endedAtMs >= deadlineAtMs(request, requests) - (before ? attemptPauseMsMax : clockMsMax);
}
