import { durationMs } from './duration.ts';

/** A date, or a time with its zone. */
export const datePattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A moment: a date or time in ISO 8601 (a date alone begins in UTC), or how long before `nowMs`; else undefined. */
export function sinceMs(since: string, nowMs: number): number | undefined {
  if (datePattern.test(since)) {
    const parsed = Date.parse(since);
    return Number.isFinite(parsed) && isDay(since.slice(0, 10)) ? parsed : undefined;
  }
  const agoMs = durationMs(since);
  return agoMs === undefined ? undefined : nowMs - agoMs;
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return Number.isFinite(midnight.getTime()) && midnight.toISOString().startsWith(date);
}
