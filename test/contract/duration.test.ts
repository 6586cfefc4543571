import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { durationMs, durationMsMax } from '../../src/contract/duration.ts';

describe('a duration', () => {
  for (const [written, expected] of [
    ['30s', 30_000],
    ['5 minutes', 300_000],
    ['7 days', 604_800_000],
    ['1.5h', 5_400_000],
    ['250 ms', 250],
    [1_000, 1_000],
  ] as const) {
    test(`${JSON.stringify(written)} is ${expected} ms`, () => {
      assert.equal(durationMs(written), expected);
    });
  }

  for (const written of [
    '',
    '30',
    'soon',
    '-5s',
    '5 parsecs',
    '1h 30m',
    '2 years',
    0,
    -1,
    Number.NaN,
    Infinity,
    null,
    {},
    [],
  ]) {
    test(`${JSON.stringify(written) ?? 'NaN'} is none`, () => {
      assert.equal(durationMs(written), undefined);
    });
  }

  test('whatever comes in, the result is a whole number of milliseconds up to a year, or none', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const result = durationMs(value);
        assert.ok(
          result === undefined || (Number.isInteger(result) && result >= 1 && result <= durationMsMax),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
