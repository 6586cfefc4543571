import type { InputProblem } from './schema-problems.ts';
import type { ExportJob } from './export-job.ts';
import type { AttemptReport } from './export-status.ts';
import type { ExportVerification } from './export-verification.ts';

/**
 * The ways an export can fail: `type` of the `ApplicationFailure` that ends the workflow. This list is what
 * callers match on; a name is never changed or given another meaning.
 */
export const exportFailureTypes = [
  /** The request itself is wrong; the details name every problem. */
  'InvalidInput',
  /** The worker has no credentials of the name that the request gives; the message names those it has. Only before a job exists. */
  'UnknownCredentials',
  /** The worker has no webhook of the name that the request gives; the message names those it has. Only before a job exists. */
  'UnknownWebhook',
  /** Atlas refused the credential, or the credential may not do this (401, 403). Only before a job exists. */
  'AtlasUnauthorized',
  /** The project, cluster, snapshot or bucket does not exist at Atlas. */
  'AtlasNotFound',
  /** Atlas refused the request for another reason (400, 402, …); its own words are in the details. */
  'AtlasRejected',
  /** Another export of this snapshot is active and `onActiveExport` is `fail`, or Atlas insists on a conflict. */
  'ExportConflict',
  /** Every attempt ended Failed at Atlas. */
  'ExportFailed',
  /** Somebody cancelled the export job at Atlas. */
  'ExportCancelled',
  /** Atlas no longer knows the export job. */
  'ExportLost',
  /** Atlas says the job was Successful, and the bucket does not show what it should; the details name what. */
  'VerificationFailed',
  /** The request's deadline passed; the job at Atlas, if there is one, goes on. */
  'DeadlineExceeded',
] as const;

export type ExportFailureType = (typeof exportFailureTypes)[number];

/** First of the failure's `details`. */
export interface ExportFailureDetails {
  /** What to do about it, in words. */
  readonly nextStep: string;
  /** The last known job. */
  readonly job?: ExportJob | undefined;
  readonly attempts?: readonly AttemptReport[] | undefined;
  /** The identity a job created for this request carries in its custom data. */
  readonly exportRequestId?: string | undefined;
  /** What Atlas answered, where an answer of Atlas is the reason. */
  readonly atlas?: AtlasAnswer | undefined;
  /** What the bucket shows, where it was looked into. */
  readonly verification?: ExportVerification | undefined;
  /** With `InvalidInput`: everything that is wrong. */
  readonly problems?: readonly InputProblem[] | undefined;
}

/** An error answer of Atlas, or the lack of one, as it crosses from an activity to the workflow. */
export interface AtlasAnswer {
  /** Stable code of this product, such as `ATLAS_NOT_FOUND`. */
  readonly code: string;
  readonly message: string;
  readonly status?: number | undefined;
  /** Atlas's own code, an open set. */
  readonly errorCode?: string | undefined;
  /** How long Atlas asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the request may have taken effect although it failed. */
  readonly effect: 'none' | 'unknown';
}

/** {@link AtlasAnswer.code} of a call that was not made, since the worker has no credentials of that name. */
export const credentialsUnknownCode = 'CREDENTIALS_UNKNOWN';

/** Whether the first of a failure's details is what this product puts there. */
export function isExportFailureDetails(detail: unknown): detail is ExportFailureDetails {
  return typeof detail === 'object' && detail !== null && 'nextStep' in detail;
}
