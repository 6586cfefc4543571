import * as v from 'valibot';
import { durationMs } from '../contract/duration.ts';
import { UsageError } from './usage-error.ts';

/**
 * The options of a verb as its schema wants them.
 *
 * @throws {UsageError} naming every option that is wrong
 */
export function readOptions<Output>(
  schema: v.GenericSchema<unknown, Output>,
  options: Readonly<Record<string, unknown>>,
): Output {
  const parsed = v.safeParse(schema, options);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${flagOf(v.getDotPath(issue) ?? '')}: ${issue.message}`);
  throw new UsageError(problems.join('\n'));
}

/** `minInterval` → `--min-interval`. */
export function flagOf(name: string): string {
  const [first = ''] = name.split('.');
  return `--${first.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const text = v.optional(v.string());
export const flag = v.optional(v.boolean(), false);

/** A whole number from 1, as text. */
export function count({ max }: { max: number }): v.GenericSchema<unknown, number | undefined> {
  return v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,9}$/, 'must be a whole number'),
      v.transform(Number),
      v.minValue(1, 'must be 1 or more'),
      v.maxValue(max, `must be ${max} or less`),
    ),
  );
}

/** A moment: a date (`2026-11-24`, `2026-11-24T03:30:00Z`), or how long ago (`7 days`). */
export const moment: v.GenericSchema<unknown, Date | undefined> = v.optional(
  v.pipe(
    v.string(),
    v.check(
      (value) => momentOf(value) !== undefined,
      'must be a date such as 2026-11-24, or how long ago, such as "7 days"',
    ),
    v.transform((value) => momentOf(value) ?? new Date()),
  ),
);

function momentOf(value: string): Date | undefined {
  const ago = durationMs(value);
  if (ago !== undefined) return new Date(Date.now() - ago);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const parsed = Date.parse(value);
  return Number.isFinite(parsed) ? new Date(parsed) : undefined;
}

/** The fields without those that are undefined. */
export function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
