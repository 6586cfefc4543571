import { ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import {
  credentialsUnknownCode,
  invalidRequestText,
  stateReasonText,
  type AtlasAnswer,
  type EndingFailure,
  type ExportFailureDetails,
  type ExportFailureType,
  type ExportJob,
  type InputProblem,
} from '../contract/index.ts';
import { invalidInputDetails } from './export-details.ts';
import type { ExportRun } from './export-run.ts';
import { nextStep } from './next-step.ts';

/** The failure that ends a workflow whose input is wrong. A plain Error would leave its task retrying for ever. */
export function invalidInput(problems: readonly InputProblem[], what?: string): ApplicationFailure {
  const details: ExportFailureDetails = { nextStep: nextStep('InvalidInput'), problems };
  setCurrentDetails(invalidInputDetails(details));
  return exportFailure('InvalidInput', invalidRequestText(problems, what), details);
}

/**
 * An ending of `run` other than success: says what happened, what is known of the job, and what to do next. `besides`
 * tells of a create in doubt, whose job may exist.
 */
export function runFailure(
  run: ExportRun,
  type: ExportFailureType,
  message: string,
  { atlas, besides = '' }: { readonly atlas?: AtlasAnswer; readonly besides?: string } = {},
): ApplicationFailure {
  const { job, request } = run;
  return exportFailure(type, `${message}${besides}`, {
    nextStep: nextStep(type, {
      job,
      isInTheWay: run.origin === undefined,
      mayExist: besides !== '',
      request,
    }),
    job: run.job,
    attempts: run.attempts,
    exportRequestId: run.exportRequestId(run.attempt),
    atlas,
    verification: run.verification,
  });
}

export function deadlineExceeded(run: ExportRun, doing: string, besides = ''): ApplicationFailure {
  const deadline = new Date(run.deadlineAtMs).toISOString();
  return runFailure(run, 'DeadlineExceeded', `The deadline (${deadline}) passed while ${doing}.`, {
    besides,
  });
}

/**
 * The failure for an answer of Atlas that no waiting can change; undefined for one that may pass. Where the export has
 * had a job, its credential has been a good one, so one that is refused is taken for one that is being rotated.
 */
export function refusal(run: ExportRun, answer: AtlasAnswer, besides = ''): ApplicationFailure | undefined {
  const type = refusalTypes.get(answer.code);
  if (type === undefined) return undefined;
  if (onlyBeforeAnyJob.has(type) && run.attempts.length > 0) return undefined;
  return runFailure(run, type, answer.message, { atlas: answer, besides });
}

/** Whether an answer of Atlas is one that no waiting can change. */
export function isRefusal({ code }: AtlasAnswer): boolean {
  return refusalTypes.has(code);
}

const refusalTypes: ReadonlyMap<string, ExportFailureType> = new Map([
  [credentialsUnknownCode, 'UnknownCredentials'],
  ['ATLAS_UNAUTHORIZED', 'AtlasUnauthorized'],
  ['ATLAS_FORBIDDEN', 'AtlasUnauthorized'],
  ['ATLAS_NOT_FOUND', 'AtlasNotFound'],
  ['ATLAS_REJECTED', 'AtlasRejected'],
]);

const onlyBeforeAnyJob: ReadonlySet<ExportFailureType> = new Set(['UnknownCredentials', 'AtlasUnauthorized']);

/** What a status says of the failure that a run has ended with. */
export function endingFailure({ type, message }: ApplicationFailure): EndingFailure {
  return { type: type ?? 'unknown', message };
}

/** `"6067…: InProgress"` with the reason where Atlas gave one. */
export function jobText(job: ExportJob): string {
  const reason = stateReasonText(job.stateReason);
  return reason === undefined
    ? `${job.exportId} (${job.state})`
    : `${job.exportId} (${job.state}: ${reason})`;
}

function exportFailure(
  type: ExportFailureType,
  message: string,
  details: ExportFailureDetails,
): ApplicationFailure {
  const failure = ApplicationFailure.create({ type, message, nonRetryable: true, details: [details] });
  // An ending that is documented is no accident: where it was thrown tells nobody anything, and hides the message.
  failure.stack = '';
  return failure;
}
