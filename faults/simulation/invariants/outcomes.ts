import { exportFailureTypes } from '../../../src/contract/index.ts';
import { jobsOfRun, untrueSuccesses } from '../../books-check.ts';
import type { RequestEvidence } from '../evidence.ts';
import type { Invariant } from './index.ts';

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
    const { name, outcome } = request;
    if (outcome.kind !== 'failed') return [];
    const last = jobs.find(({ exportId }) => exportId === outcome.details?.job?.exportId);
    switch (outcome.type) {
      case 'ExportFailed':
        return last?.state === 'Failed' ? [] : [`${name}: ExportFailed for a job that is ${last?.state}`];
      case 'ExportCancelled':
        return last?.state === 'Cancelled'
          ? []
          : [`${name}: ExportCancelled for a job that is ${last?.state}`];
      case 'DeadlineExceeded':
        return deadlineHasPassed(request) ? [] : [`${name}: DeadlineExceeded before its deadline`];
      case 'AtlasUnauthorized':
        return calls.some(({ faultApplied }) => faultApplied === 'unauthorized')
          ? []
          : [`${name}: AtlasUnauthorized although no credential was refused`];
      case 'ExportConflict':
        return request.scenario.settings.onActiveExport === 'fail' && jobs.length > 0
          ? []
          : [`${name}: ExportConflict although nothing stood in the way: ${outcome.message}`];
      default:
        return [`${name}: ${outcome.type} although everything it asked for exists: ${outcome.message}`];
    }
  });

/** No job that a request created is missing from what the request says in the end. */
export const nothingLost: Invariant = ({ requests, jobs }) =>
  requests.flatMap(({ name, runId, outcome }) => {
    if (outcome.kind !== 'failed' && outcome.kind !== 'succeeded') return [];
    const { attempts = [] } = outcome.kind === 'failed' ? (outcome.details ?? {}) : outcome.result;
    const told = new Set(attempts.map(({ job }) => job.exportId));
    // While a create is in doubt its job may not be known yet; then the deadline's failure says so.
    if (outcome.kind === 'failed' && outcome.type === 'DeadlineExceeded') return [];
    return jobsOfRun(jobs, runId)
      .filter(({ exportId }) => !told.has(exportId))
      .map(({ exportId }) => `${name} created ${exportId} and ended without a word of it`);
  });

function deadlineHasPassed({ endedAtMs, startedAtMs, scenario }: RequestEvidence): boolean {
  const deadlines: Readonly<Record<string, number>> = {
    '20 minutes': 20 * 60_000,
    '2 hours': 2 * 3_600_000,
    '2 days': 48 * 3_600_000,
  };
  const deadlineMs = deadlines[String(scenario.settings.deadline)] ?? 7 * 24 * 3_600_000;
  // A failed attempt is not followed by another when the pause would end after the deadline: 30 minutes at most.
  return (endedAtMs ?? 0) - startedAtMs >= deadlineMs - 30 * 60_000;
}
