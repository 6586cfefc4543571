/** What somebody hostile, or merely broken, may send: values for property tests of whatever reads from outside. */
import * as fc from 'fast-check';

/** Strings that have broken parsers before. */
export const hostileText = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.string({ maxLength: 40 }) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 4, arbitrary: fc.constantFrom(...hostileTexts) },
  );

const hostileTexts: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '\0',
  '\u{feff}',
  '\ud800',
  'a\udfff',
  '\u202e',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '1e400',
  '0x10',
  '99999999999999999999',
  '2026-99-99T99:99:99Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  'http://[::1',
  '//other.example/x',
  '\r\nset-cookie: a=b',
  'x'.repeat(20_000),
  '"'.repeat(2_000),
  '\\'.repeat(2_001),
];

const hostileNumber = fc.constantFrom(
  0,
  -0,
  -1,
  0.5,
  1e-320,
  1e21,
  1e308,
  Infinity,
  -Infinity,
  Number.MAX_SAFE_INTEGER + 1,
  8.64e15,
  8.64e15 + 1,
);

/** Any value that JSON can say: wrong types, absurd numbers, names of `Object.prototype`, lone surrogates. */
export const hostileJson = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 5, arbitrary: hostileText() },
    { weight: 3, arbitrary: hostileNumber },
    {
      weight: 3,
      arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { length: 1e9 }),
    },
    {
      weight: 2,
      arbitrary: fc.jsonValue({ maxDepth: 3 }),
    },
    { weight: 1, arbitrary: fc.constantFrom(10, 1_000).map((depth) => nested(depth)) },
  );

/** A list in a list in a list. */
export function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

/**
 * A document with some of its fields gone, of another type or absurd, and some that nobody knows, written as JSON
 * text in which a field may stand twice. `undefined` as a drawn value means that the field is missing.
 */
export function hostileDocument(document: Readonly<Record<string, unknown>>): fc.Arbitrary<string> {
  const names = Object.keys(document);
  const change = fc.record({
    name: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'unknown') },
    ),
    value: fc.oneof(
      { weight: 4, arbitrary: hostileJson() },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    twice: fc.boolean(),
  });
  return fc.array(change, { maxLength: 4 }).map((changes) => {
    const fields = new Map<string, string[]>(
      Object.entries(document).map(([name, value]) => [name, [jsonText(value)]]),
    );
    for (const { name, value, twice } of changes) {
      if (value === undefined) fields.delete(name);
      else fields.set(name, [...(twice ? (fields.get(name) ?? []) : []), jsonText(value)]);
    }
    const written = [...fields].flatMap(([name, values]) =>
      values.map((each) => `${JSON.stringify(name)}:${each}`),
    );
    return `{${written.join(',')}}`;
  });
}

/** JSON with what `JSON.stringify` cannot say: a number beyond every double, which parses as infinite. */
export function jsonText(value: unknown): string {
  if (value === Infinity) return '1e400';
  if (value === -Infinity) return '-1e400';
  return JSON.stringify(value);
}

/** Bodies that are no document at all, or one in the wrong wrapping. */
export const hostileBody = (): fc.Arbitrary<string> =>
  fc.oneof(
    hostileText(),
    hostileJson().map(jsonText),
    hostileText().map((title) => `<!doctype html><title>${title}</title>`),
    fc.constantFrom('\u{feff}{}', '{"a":', '\u001f\u{fffd}\b\0\0', '[]', '{}', 'null', '[[[['),
    fc.constantFrom(1_000, 20_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  );

/** Text of about `length` characters on which a careless pattern takes far longer than its length. */
export const growingTexts: readonly { readonly name: string; readonly of: (length: number) => string }[] = [
  { name: 'spaces', of: (length) => ' '.repeat(length) },
  { name: 'a word and spaces', of: (length) => `a${' '.repeat(length)}` },
  { name: 'words and spaces', of: (length) => 'a '.repeat(length / 2) },
  { name: 'commas', of: (length) => ','.repeat(length) },
  { name: 'equals signs', of: (length) => '='.repeat(length) },
  { name: 'quotes', of: (length) => '"'.repeat(length) },
  { name: 'an open quote', of: (length) => `Digest nonce="${'a'.repeat(length)}` },
  { name: 'an open quote of escapes', of: (length) => `Digest nonce="${'\\'.repeat(length)}` },
  { name: 'digits', of: (length) => '9'.repeat(length) },
  { name: 'letters and equals signs', of: (length) => `${'a'.repeat(length / 2)}${'='.repeat(length / 2)}!` },
  { name: 'titles', of: (length) => '<title>'.repeat(length / 7) },
  { name: 'schemes', of: (length) => 'Digest '.repeat(length / 7) },
  { name: 'sensitive names', of: (length) => 'nonce= '.repeat(length / 7) },
  { name: 'open objects', of: (length) => '{"a":'.repeat(length / 5) },
  { name: 'open lists', of: (length) => '['.repeat(length) },
  { name: 'nested lists', of: (length) => '['.repeat(length / 2) + ']'.repeat(length / 2) },
];
