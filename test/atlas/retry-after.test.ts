import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parseHttpDate, parseRetryAfter } from '../../src/atlas/retry-after.ts';
import { PROPERTY_LIMITS } from './support/property-limits.ts';

const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 0);

describe('Retry-After', () => {
  it('reads whole seconds, zero included', () => {
    assert.equal(parseRetryAfter('55', NOW_MS), 55_000);
    assert.equal(parseRetryAfter('0', NOW_MS), 0);
    assert.equal(parseRetryAfter(' 7 ', NOW_MS), 7_000);
  });

  it('reads a date in each of the three forms of RFC 9110', () => {
    assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', NOW_MS), 37_000);
    assert.equal(parseRetryAfter('Sunday, 06-Nov-94 08:49:37 GMT', NOW_MS), 37_000);
    assert.equal(parseRetryAfter('Sun Nov  6 08:49:37 1994', NOW_MS), 37_000);
  });

  it('takes a date that has passed for "now"', () => {
    assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:48:00 GMT', NOW_MS), 0);
  });

  it('puts a two-digit year more than 50 years ahead into the last century', () => {
    const nowMs = Date.UTC(2026, 0, 1);
    assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', nowMs), Date.UTC(1994, 10, 6, 8, 49, 37));
    assert.equal(parseHttpDate('Friday, 06-Nov-26 08:49:37 GMT', nowMs), Date.UTC(2026, 10, 6, 8, 49, 37));
  });

  const nonsense = [
    undefined,
    '',
    '-5',
    '1.5',
    '1e3',
    'soon',
    '2026',
    '99999999999999999999999999',
    '31622401',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun, 06 Nov 9999 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
  ];
  for (const value of nonsense) {
    const expected = value === '2026' ? 2_026_000 : undefined;
    it(`reads ${JSON.stringify(value)} as ${String(expected)}`, () => {
      assert.equal(parseRetryAfter(value, NOW_MS), expected);
    });
  }

  it('reads back every whole second of 90 years in every form', () => {
    const seconds = fc.integer({ min: Date.UTC(1970, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const date = new Date(second * 1000);
        for (const text of httpDateForms(date)) {
          assert.equal(parseHttpDate(text, second * 1000), second * 1000, text);
        }
      }),
      PROPERTY_LIMITS,
    );
  });

  it('never throws and never gives a negative or endless wait', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9,: -]{0,40}$/)), (text) => {
        const delayMs = parseRetryAfter(text, NOW_MS);
        assert.ok(delayMs === undefined || (Number.isFinite(delayMs) && delayMs >= 0));
      }),
      PROPERTY_LIMITS,
    );
  });
});

function httpDateForms(date: Date): string[] {
  const fixed = date.toUTCString();
  const [, day = '', month = '', year = '', time = ''] = fixed.split(/[ ,]+/);
  return [
    fixed,
    `Weekday, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    `Day ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`,
  ];
}
