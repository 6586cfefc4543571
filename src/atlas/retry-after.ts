/** Above this a value is taken for nonsense: no service asks anyone to come back in more than a year. */
const RETRY_AFTER_SECONDS_MAX = 366 * 24 * 60 * 60;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(?<month>[A-Za-z]{3})';
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

/** The three forms of RFC 9110 §5.6.7: IMF-fixdate, RFC 850 (two-digit year) and asctime. */
const HTTP_DATE_FORMS = [
  new RegExp(`^[A-Za-z]{3}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^[A-Za-z]{6,9}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  new RegExp(`^[A-Za-z]{3} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * The wait that a `Retry-After` header asks for (RFC 9110 §10.2.3).
 *
 * @param value the header as received.
 * @param nowMs the time a date is measured from, in milliseconds since 1970; best the answer's own `Date`.
 * @returns milliseconds, 0 for a moment that has passed, `undefined` for a missing, malformed or absurd value.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return withinLimit(Number(text) * 1000);
  const dateMs = parseHttpDate(text, nowMs);
  if (dateMs === undefined) return undefined;
  return withinLimit(Math.max(0, dateMs - nowMs));
}

/**
 * An HTTP date in any of its three forms.
 *
 * @param nowMs decides the century of a two-digit year: never more than 50 years ahead (RFC 9110 §5.6.7).
 * @returns milliseconds since 1970, or `undefined` when `text` is no such date.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of HTTP_DATE_FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined) return dateFrom(groups, nowMs);
  }
  return undefined;
}

function dateFrom(groups: Record<string, string>, nowMs: number): number | undefined {
  const month = MONTHS.indexOf((groups['month'] ?? '').toLowerCase());
  const day = Number(groups['day']);
  const hour = Number(groups['hour']);
  const minute = Number(groups['minute']);
  const second = Number(groups['second']);
  // A leap second (60) is allowed by the grammar; Date.UTC carries it into the next minute.
  if (month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const year = fullYear(groups['year'] ?? '', nowMs);
  // Date.UTC would read a year below 100 as 19xx, and carries an overlong day into the next month.
  if (year < 1000 || day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate()) return undefined;
  return Date.UTC(year, month, day, hour, minute, second);
}

function fullYear(digits: string, nowMs: number): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  const yearNow = new Date(nowMs).getUTCFullYear();
  const inThisCentury = yearNow - (yearNow % 100) + year;
  return inThisCentury > yearNow + 50 ? inThisCentury - 100 : inThisCentury;
}

function withinLimit(delayMs: number): number | undefined {
  return delayMs <= RETRY_AFTER_SECONDS_MAX * 1000 ? delayMs : undefined;
}
