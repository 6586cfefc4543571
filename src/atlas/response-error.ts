import type { IncomingHttpHeaders } from 'node:http';
import type { BodyProblem, HttpAnswer } from './body.ts';
import { parseChallenges, selectDigestChallenge } from './digest-challenge.ts';
import { explainBody, explainHtml, headerText, isHtml } from './error-body.ts';
import {
  AtlasConflictError,
  AtlasForbiddenError,
  AtlasNotFoundError,
  AtlasRateLimitedError,
  AtlasRejectedError,
  AtlasResponseError,
  AtlasTimeoutError,
  AtlasUnauthorizedError,
  AtlasUnavailableError,
} from './errors.ts';
import type { AtlasEffect, AtlasError, AtlasErrorOptions } from './errors.ts';
import type { TextCleaner } from './redact.ts';
import { parseHttpDate, parseRetryAfter } from './retry-after.ts';

/** What an error says about the call it ended. */
export interface ErrorContext {
  readonly operation: string;
  /** What failed, in words, when it is not the operation itself. */
  readonly subject?: string;
  readonly effect: AtlasEffect;
  readonly clean: TextCleaner;
}

export type AtlasErrorClass = new (options: AtlasErrorOptions) => AtlasError;

/**
 * The one mapping from an answer that was no success to an error. The HTTP status decides: Atlas's error
 * codes are an open set, and one of them (`UNEXPECTED_ERROR`) comes with 401, 404 and 500 alike.
 */
export function errorFromAnswer(
  answer: HttpAnswer,
  context: ErrorContext,
  overrides: { readonly ErrorClass?: AtlasErrorClass; readonly retryAfterMs?: number | undefined } = {},
): AtlasError {
  const { kind, errorCode, detail } = explainBody(answer, context.clean);
  const said = detail ?? (kind === 'empty' ? 'an empty body' : undefined);
  const words = [String(answer.status), ...(errorCode === undefined ? [] : [errorCode])].join(' ');
  const nonceAlone = refusesOnlyNonce(answer);
  const ErrorClass =
    overrides.ErrorClass ?? (nonceAlone ? AtlasUnavailableError : classFor(answer.status, errorCode));
  const besides = nonceAlone ? ' (it refuses the nonce it has just given, not the credential)' : '';
  return new ErrorClass({
    message: `Atlas answered ${subjectOf(context)} with ${words}${said === undefined ? '' : `: ${said}`}${besides}`,
    operation: context.operation,
    effect: context.effect,
    status: answer.status,
    errorCode,
    detail,
    retryAfterMs: overrides.retryAfterMs ?? retryAfterMsOf(answer.headers),
  });
}

export function subjectOf(context: ErrorContext): string {
  return context.subject ?? context.operation;
}

function classFor(status: number, errorCode: string | undefined): AtlasErrorClass {
  if (status === 401) return AtlasUnauthorizedError;
  if (status === 403) return AtlasForbiddenError;
  if (status === 404) return AtlasNotFoundError;
  if (status === 409) return AtlasConflictError;
  if (status === 429) return AtlasRateLimitedError;
  // The one status that means too little by itself: Atlas uses 405 for a pause in writes.
  if (status === 405 && errorCode === 'WRITES_NOT_ALLOWED_DURING_APP_UPGRADES') return AtlasUnavailableError;
  if (status === 408 || status >= 500) return AtlasUnavailableError;
  if (status >= 400) return AtlasRejectedError;
  // A redirect, which is not followed: a 303 can even follow on a request that was carried out.
  return AtlasResponseError;
}

/**
 * A nonce that is stale as soon as it was given, as where two servers behind one address do not know each other's:
 * the server says by it that the credential was right (RFC 7616 §3.3), so nobody must be told that it is wrong.
 */
function refusesOnlyNonce({ status, headers }: HttpAnswer): boolean {
  return (
    status === 401 && selectDigestChallenge(parseChallenges(headers['www-authenticate']))?.stale === true
  );
}

const BODY_PROBLEMS: Readonly<Record<BodyProblem, string>> = {
  tooLarge: 'the body is larger than this client reads',
  truncated: 'the connection ended before the body did',
  timeout: 'the body did not come in time',
};

/** The error for a success whose document cannot be used. */
export function errorFromUnusableBody(
  answer: HttpAnswer,
  problem: string,
  context: ErrorContext,
): AtlasError {
  const what = isHtml(answer) ? explainHtml(answer.text, context.clean) : problem;
  const ErrorClass = answer.bodyProblem === 'timeout' ? AtlasTimeoutError : AtlasResponseError;
  return new ErrorClass({
    message: `Atlas answered ${subjectOf(context)} with ${answer.status}, but ${answer.bodyProblem === undefined ? what : BODY_PROBLEMS[answer.bodyProblem]}`,
    operation: context.operation,
    effect: context.effect,
    status: answer.status,
  });
}

/** What the answer's `Retry-After` asks for. A date is measured by the server's own clock when it tells it. */
export function retryAfterMsOf(headers: IncomingHttpHeaders): number | undefined {
  const nowMs = Date.now();
  const serverMs = parseHttpDate(headerText(headers.date) ?? '', nowMs) ?? nowMs;
  return parseRetryAfter(headerText(headers['retry-after']), serverMs);
}
