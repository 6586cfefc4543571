import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import * as v from 'valibot';
import type { AtlasAnswer } from '../contract/index.ts';
import { atlasAnswerSchema } from './answer-schemas.ts';

/**
 * What an activity's failure says about Atlas. Every failed activity has an answer, so that nothing a worker
 * or Atlas does can leave a workflow without one; a cancellation is not a failure and is thrown on.
 */
export function atlasAnswer(error: unknown): AtlasAnswer {
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return timeoutAnswer(cause);
  if (cause instanceof ApplicationFailure) return applicationAnswer(cause);
  return { code: 'UNEXPECTED', message: messageOf(cause), effect: 'unknown' };
}

/** A worker that died or froze: whether it had sent anything is not known. */
function timeoutAnswer(failure: TimeoutFailure): AtlasAnswer {
  const message = `no answer from a worker in time (${failure.timeoutType})`;
  return { code: 'TIMEOUT', message, effect: 'unknown' };
}

function applicationAnswer(failure: ApplicationFailure): AtlasAnswer {
  const [detail] = failure.details ?? [];
  if (isAtlasAnswer(detail)) return detail;
  return { code: failure.type ?? 'UNEXPECTED', message: failure.message, effect: 'unknown' };
}

/** In any other form it says nothing: least of all that a create had no effect. */
function isAtlasAnswer(detail: unknown): detail is AtlasAnswer {
  return v.is(atlasAnswerSchema, detail);
}

/** `String` itself would fail on an object whose `toString` is no function. */
function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'something that is no error was thrown';
}
