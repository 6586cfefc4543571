import { ApplicationFailure } from '@temporalio/common';
import { AtlasError, type AtlasErrorCode } from '../atlas/index.ts';
import type { AtlasAnswer } from '../contract/index.ts';

/**
 * An error of the Atlas client as it crosses to the workflow: its code as the failure's type, and what it
 * knows as the first of the details. Whatever else was thrown is a bug and crosses as it is.
 */
export function atlasFailure(error: unknown): unknown {
  if (!(error instanceof AtlasError)) return error;
  const answer: AtlasAnswer = {
    code: error.code,
    message: error.message,
    status: error.status,
    errorCode: error.errorCode,
    retryAfterMs: error.retryAfterMs,
    effect: error.effect,
  };
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: isFinal(error),
    details: [answer],
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: Math.max(1, error.retryAfterMs) }),
  });
}

/** Whether the same request would get the same answer, however often it is repeated. */
function isFinal(error: AtlasError): boolean {
  return finality[error.code];
}

const finality: Record<AtlasErrorCode, boolean> = {
  // A key, a role, an id or a body does not change by itself.
  ATLAS_UNAUTHORIZED: true,
  ATLAS_FORBIDDEN: true,
  ATLAS_NOT_FOUND: true,
  ATLAS_REJECTED: true,
  // What stands in the way has to be looked at first.
  ATLAS_CONFLICT: true,
  // Time helps, or may.
  ATLAS_RATE_LIMITED: false,
  ATLAS_UNAVAILABLE: false,
  ATLAS_CONNECTION: false,
  ATLAS_TIMEOUT: false,
  ATLAS_RESPONSE: false,
  ATLAS_NOT_SENT: false,
  ATLAS_ABORTED: false,
};
