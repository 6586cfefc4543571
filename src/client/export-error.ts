import { ApplicationFailure, CancelledFailure, type WorkflowFailedError } from '@temporalio/client';
import {
  atlasGoesOn,
  exportFailureTypes,
  invalidRequestText,
  isExportFailureDetails,
  type ExportFailureDetails,
  type ExportFailureType,
  type InputProblem,
} from '../contract/index.ts';

/** An export that ended otherwise than exported. Match on `code`. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  /** The documented failure type; `TrackingCancelled` when the workflow, not the job, was cancelled. */
  readonly code: ExportFailureType | 'TrackingCancelled';
  /** What is known of the job, and what to do next. Absent when tracking was cancelled. */
  readonly details: ExportFailureDetails | undefined;

  constructor(options: {
    code: ExportError['code'];
    message: string;
    details: ExportFailureDetails | undefined;
    cause: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.code = options.code;
    this.details = options.details;
  }
}

/** A request that would be refused; thrown before anything is sent. */
export class InvalidExportRequestError extends Error {
  override readonly name = 'InvalidExportRequestError';
  readonly code = 'InvalidInput';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], what?: string) {
    super(invalidRequestText(problems, what));
    this.problems = problems;
  }
}

/** The export's own failure inside Temporal's; one that is not an export's (terminated, timed out) stays as it is. */
export function exportErrorOf(error: WorkflowFailedError): Error {
  const { cause } = error;
  if (cause instanceof CancelledFailure) {
    const message = `Tracking was cancelled. ${atlasGoesOn}`;
    return new ExportError({ code: 'TrackingCancelled', message, details: undefined, cause: error });
  }
  if (!(cause instanceof ApplicationFailure)) return error;
  const code = exportFailureTypes.find((type) => type === cause.type);
  if (code === undefined) return error;
  const [detail] = cause.details ?? [];
  const details = isExportFailureDetails(detail) ? detail : undefined;
  return new ExportError({ code, message: cause.message, details, cause: error });
}
