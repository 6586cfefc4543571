import type { RecordedRequest } from '../../../simulator/index.ts';
import type { Invariant } from './index.ts';

/** What was on its way when the 429 came, or is the second half of an answered challenge. */
const onItsWayMs = 1_500;

/**
 * After a 429 a worker does not call the project again before the `Retry-After` has passed. Each worker is told
 * for itself: what one was told the other cannot know. Tokens have a limit of their own: one that is renewed early
 * serves on until it expires.
 */
export const retryAfterRespected: Invariant = ({ calls }) =>
  calls.flatMap((limited) => {
    const waitMs = retryAfterMs(limited);
    if (limited.status !== 429 || waitMs === undefined) return [];
    const early = calls.filter(
      (call) =>
        call.sequence > limited.sequence &&
        call.headers['user-agent'] === limited.headers['user-agent'] &&
        isOfTokens(call) === isOfTokens(limited) &&
        call.at > limited.at + onItsWayMs &&
        call.at < limited.at + waitMs - onItsWayMs,
    );
    return early.map(
      (call) =>
        `${call.operation} was called ${Math.round((call.at - limited.at) / 1000)} s after a 429 that asked for ${Math.round(waitMs / 1000)} s`,
    );
  });

function isOfTokens({ operation }: RecordedRequest): boolean {
  return operation === 'createToken';
}

function retryAfterMs({ retryAfter, at }: RecordedRequest): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const dateMs = Date.parse(retryAfter);
  return Number.isFinite(dateMs) ? dateMs - at : undefined;
}
