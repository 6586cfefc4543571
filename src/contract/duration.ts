import ms, { type StringValue } from 'ms';

/**
 * A span of time: a string such as `"30s"`, `"5 minutes"` or `"7 days"`, or a number of milliseconds.
 * A wrong string is a type error in TypeScript and an `InvalidInput` failure at run time.
 */
export type Duration = StringValue | number;

/** The longest duration accepted anywhere, so that no sum of durations leaves the range of safe timers. */
export const durationMsMax = 366 * 24 * 60 * 60 * 1000;

/** A number and a unit, as `ms` reads them; without a unit "30" would silently mean 30 milliseconds. */
export const durationPattern =
  /^(\d{1,15}(\.\d{1,6})?|\.\d{1,6}) ?(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)$/i;

/** Milliseconds of a duration, or undefined when it is none: not a number, under 1 ms, or over a year. */
export function durationMs(value: unknown): number | undefined {
  const parsed = typeof value === 'string' ? parseDuration(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) return undefined;
  if (parsed < 1 || parsed > durationMsMax) return undefined;
  return Math.round(parsed);
}

function parseDuration(value: string): number | undefined {
  return isDurationString(value) ? ms(value) : undefined;
}

function isDurationString(value: string): value is StringValue {
  return durationPattern.test(value);
}

/** A duration in words for people: `"7d"`, `"3h"`, `"90s"`; the largest unit that says it without a fraction. */
export function durationText(durationMsValue: number): string {
  const seconds = Math.round(durationMsValue / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 72) return `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}
