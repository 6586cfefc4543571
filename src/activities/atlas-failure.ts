import { ApplicationFailure } from '@temporalio/common';
import { AtlasError } from '../atlas/index.ts';
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
  switch (error.code) {
    // A key, a role, an id or a body does not change by itself.
    case 'ATLAS_UNAUTHORIZED':
    case 'ATLAS_FORBIDDEN':
    case 'ATLAS_NOT_FOUND':
    case 'ATLAS_REJECTED':
    // What stands in the way has to be looked at first.
    case 'ATLAS_CONFLICT':
      return true;
    // Time helps, or may.
    case 'ATLAS_RATE_LIMITED':
    case 'ATLAS_UNAVAILABLE':
    case 'ATLAS_CONNECTION':
    case 'ATLAS_TIMEOUT':
    case 'ATLAS_RESPONSE':
    case 'ATLAS_NOT_SENT':
    case 'ATLAS_ABORTED':
      return false;
  }
}
