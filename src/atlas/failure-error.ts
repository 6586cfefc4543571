import { AuthorizationFailure } from './authorization.ts';
import { CallCut, networkCodeOf } from './body.ts';
import {
  AtlasAbortedError,
  AtlasConnectionError,
  AtlasError,
  AtlasNotSentError,
  AtlasTimeoutError,
  AtlasUnauthorizedError,
} from './errors.ts';
import { SendRefused } from './exchange.ts';
import { errorFromAnswer, errorFromUnusableBody, subjectOf } from './response-error.ts';
import type { ErrorContext } from './response-error.ts';

const LIMITS_BEHIND_CODES: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'connection'],
  ['ETIMEDOUT', 'connection'],
  ['UND_ERR_HEADERS_TIMEOUT', 'headers of the answer'],
  ['UND_ERR_BODY_TIMEOUT', 'body of the answer'],
]);

/** The error for a call that got no answer. Whatever the cause held, only its code is kept. */
export function errorFromFailure(error: unknown, context: ErrorContext): AtlasError {
  if (error instanceof AtlasError) return error;
  if (error instanceof AuthorizationFailure) return errorFromAuthorization(error, context);
  const { operation, effect } = context;
  const subject = subjectOf(context);
  if (error instanceof SendRefused) {
    const message = `${subject} was not sent: the caller said no at the last moment`;
    return new AtlasNotSentError({ message, operation, effect });
  }
  if (error instanceof CallCut && error.reason === 'aborted') {
    return new AtlasAbortedError({ message: `${subject} was aborted by its caller`, operation, effect });
  }
  const networkCode = networkCodeOf(error);
  const limit = error instanceof CallCut ? 'whole call' : LIMITS_BEHIND_CODES.get(networkCode ?? '');
  if (limit !== undefined) {
    const message = `${subject} timed out: no time is left for the ${limit}`;
    return new AtlasTimeoutError({ message, operation, effect, networkCode });
  }
  const what = effect === 'unknown' ? 'the connection broke before an answer came' : 'no answer came';
  const message = `${subject} failed: ${what} (${networkCode ?? nameOf(error)})`;
  return new AtlasConnectionError({ message, operation, effect, networkCode });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function errorFromAuthorization(failure: AuthorizationFailure, context: ErrorContext): AtlasError {
  const subject = `the ${failure.wanted} for ${context.operation}`;
  // The leg before the request failed, or came after a 401: either way nothing was done at Atlas.
  const legContext: ErrorContext = { ...context, subject, effect: 'none' };
  if ('error' in failure.outcome) return errorFromFailure(failure.outcome.error, legContext);
  const { answer } = failure.outcome;
  if (answer.status >= 200 && answer.status < 300) {
    return errorFromUnusableBody(answer, `it holds no usable ${failure.wanted}`, legContext);
  }
  // RFC 6749 §5.2 lets a server say "invalid client" with 400 as well as 401.
  const ErrorClass = answer.status === 400 ? { ErrorClass: AtlasUnauthorizedError } : {};
  return errorFromAnswer(answer, legContext, { ...ErrorClass, retryAfterMs: failure.retryAfterMs });
}
