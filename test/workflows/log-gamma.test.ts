import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { logGamma } from '../../src/workflows/log-gamma.ts';

/*
 * Goal: the schedule's likelihoods rest on a log Γ that is right. Method: values known in closed form, and the
 * recurrence Γ(x + 1) = x Γ(x) over the arguments that occur.
 */
function assertNear(actual: number, wanted: number): void {
  const allowed = 1e-8 * Math.max(1, Math.abs(wanted));
  assert.ok(Math.abs(actual - wanted) <= allowed, `${actual} instead of ${wanted}`);
}

describe('log Γ', () => {
  test('is the log of a factorial at whole numbers', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n += 1) {
      assertNear(logGamma(n), Math.log(factorial));
      factorial *= n;
    }
  });

  test('is half of log π at one half', () => {
    assertNear(logGamma(0.5), Math.log(Math.PI) / 2);
  });

  test('keeps to its recurrence from a millionth to a thousand', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1000, noNaN: true }), (x) => {
        assertNear(logGamma(x + 1), logGamma(x) + Math.log(x));
      }),
    );
  });
});
