/**
 * A value as canonical JSON, by RFC 8785 (JCS): keys sorted by UTF-16 code units, no white space, numbers and strings
 * as ECMAScript writes them. Two documents with the same content have the same bytes, whoever wrote them.
 * @throws TypeError for what JSON cannot say: NaN, infinities, undefined in a list, lone surrogates, functions.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${typeof value} is no JSON value`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function canonicalString(text: string): string {
  // JSON.stringify would hide a lone surrogate behind an escape that other implementations write otherwise.
  if (/[\uD800-\uDFFF]/u.test(text))
    throw new TypeError('a string with a lone surrogate has no canonical form');
  return JSON.stringify(text);
}
