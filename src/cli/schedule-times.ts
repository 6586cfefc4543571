import * as v from 'valibot';
import type { ScheduleTimes } from '../client.ts';
import { durationMs } from '../contract/index.ts';
import { flag, readOptions, text } from './read-options.ts';
import { UsageError } from './usage-error.ts';

type Calendar = NonNullable<ScheduleTimes['calendars']>[number];

const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
const months = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY'] as const),
  ...(['AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];

const duration = v.optional(
  v.pipe(
    v.string(),
    v.check((value) => durationMs(value) !== undefined, 'must be a duration such as "20 minutes"'),
    v.transform((value: string) => durationMs(value) ?? 0),
  ),
);

const schema = v.object({
  cron: v.optional(v.array(v.string()), []),
  at: v.optional(v.pipe(v.string(), v.regex(/^([01]?\d|2[0-3]):[0-5]\d$/, 'must be a time such as 03:30'))),
  on: namesOf(days),
  dayOfMonth: numbersOf({ max: 31 }),
  month: namesOf(months),
  timezone: v.optional(v.pipe(v.string(), v.check(isTimezone, 'must be a time zone such as Europe/Berlin'))),
  jitter: duration,
  catchupWindow: duration,
  note: text,
  paused: flag,
});

/**
 * When a schedule is to start something, from the options of `schedule create` and `keep schedule`.
 *
 * @throws {UsageError} naming every option that is wrong
 */
export function readScheduleTimes(options: Readonly<Record<string, unknown>>): ScheduleTimes {
  const given = readOptions(schema, options);
  const calendar = calendarOf(given);
  if (given.cron.length === 0 && calendar === undefined)
    throw new UsageError('--cron or --at: one is required');
  const { jitter, catchupWindow, timezone, note, paused } = given;
  return {
    cronExpressions: given.cron,
    calendars: calendar === undefined ? [] : [calendar],
    timezone,
    jitter,
    catchupWindow,
    note,
    paused,
  };
}

/** Makes a schedule; what the server or the SDK finds wrong with its times is wrong usage. */
export async function creating(create: () => Promise<void>): Promise<void> {
  try {
    await create();
  } catch (error) {
    // The SDK counts a cron expression's fields itself; the server reads what is in them.
    throw error instanceof TypeError ? new UsageError(`--cron: ${error.message}`) : error;
  }
}

function calendarOf({ at, on, dayOfMonth, month }: v.InferOutput<typeof schema>): Calendar | undefined {
  if (at === undefined) {
    if (on ?? dayOfMonth ?? month) throw new UsageError('--on, --day-of-month and --month need --at');
    return undefined;
  }
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return {
    hour,
    minute,
    ...(on === undefined ? {} : { dayOfWeek: on }),
    ...(dayOfMonth === undefined ? {} : { dayOfMonth }),
    ...(month === undefined ? {} : { month }),
  };
}

/** A list such as `monday,friday`. */
function namesOf<const Name extends string>(
  names: readonly Name[],
): v.GenericSchema<string | undefined, Name[] | undefined> {
  const found = (value: string): Name[] =>
    value.split(',').flatMap((part) => names.find((name) => name === part.trim().toUpperCase()) ?? []);
  return v.optional(
    v.pipe(
      v.string(),
      v.check(
        (value) => found(value).length === value.split(',').length,
        `must be a list of ${names.map((name) => name.toLowerCase()).join(', ')}`,
      ),
      v.transform(found),
    ),
  );
}

function numbersOf({ max }: { max: number }): v.GenericSchema<string | undefined, number[] | undefined> {
  return v.optional(
    v.pipe(
      v.string(),
      v.check(
        (value) =>
          value
            .split(',')
            .every((part) => /^\d{1,2}$/.test(part) && Number(part) >= 1 && Number(part) <= max),
        `must be numbers from 1 to ${max}`,
      ),
      v.transform((value) => value.split(',').map(Number)),
    ),
  );
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
