import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { durationBelief } from '../../src/workflows/duration-belief.ts';

/*
 * Goal: what earlier exports say about the next one. Method: the belief's probability of a range of durations, summed
 * over a fine grid, for histories whose meaning is plain.
 */
const minuteMs = 60_000;
const monthMs = 30 * 24 * 60 * minuteMs;

function minutes(...durations: number[]): number[] {
  return durations.map((duration) => duration * minuteMs);
}

/** How likely the next export takes between these, in minutes. */
function chance(earlierDurationsMs: readonly number[], [from, to]: [number, number]): number {
  const { logDensity } = durationBelief(earlierDurationsMs, 'counted');
  let within = 0;
  let whole = 0;
  for (let durationMs = 1000; durationMs < 12 * monthMs; durationMs *= 1.005) {
    const mass = Math.exp(logDensity(durationMs)) * durationMs;
    whole += mass;
    if (durationMs >= from * minuteMs && durationMs <= to * minuteMs) within += mass;
  }
  return within / whole;
}

describe('how long an export is believed to take', () => {
  test('is near the earlier ones where they were alike', () => {
    const likely = chance(minutes(61, 60, 59, 60, 62), [50, 72]);
    assert.ok(likely > 0.8, `${likely}`);
  });

  test('is wide open where there were none', () => {
    assert.ok(chance([], [10, 100]) < 0.8);
    assert.ok(chance([], [240, Infinity]) > 0.01);
  });

  test('follows a cluster that grows: the newest weigh more than the same durations the other way round', () => {
    const growing = minutes(100, 91, 83, 75, 68, 62, 56, 51);
    const wanted: [number, number] = [95, 125];
    const grown = chance(growing, wanted);
    const shrunk = chance(growing.toReversed(), wanted);
    assert.ok(grown > 2 * shrunk, `${grown} when growing, ${shrunk} when shrinking`);
  });

  test('keeps the usual and the slow exports of a cluster apart', () => {
    const earlier = minutes(30, 31, 122, 29, 30, 119, 31, 30);
    const between = chance(earlier, [50, 90]);
    assert.ok(chance(earlier, [24, 40]) > 0.5);
    assert.ok(chance(earlier, [95, 160]) > 0.1);
    assert.ok(between < 0.1, `${between} in the gap between both`);
  });

  test('allows a slow export where none was slow so far', () => {
    const steady = minutes(30, 31, 29, 30, 30, 31);
    const slow = chance(steady, [60, 300]);
    assert.ok(slow > 0.003 && slow < 0.15, `${slow}`);
  });

  test('takes 0 of 0 collections for a sign of an empty cluster, where nothing else is known', () => {
    const aQuarter = 14.5 * minuteMs;
    const anHour = 60 * minuteMs;
    const oddsOf = (silence: 'silent' | 'counted'): number => {
      const { logDensity } = durationBelief([], silence);
      return logDensity(aQuarter) - logDensity(anHour);
    };
    assert.ok(oddsOf('silent') > oddsOf('counted') + 1);
  });

  test('is not led astray by durations that cannot be', () => {
    const sound = minutes(60, 61);
    const { logDensity } = durationBelief([Number.NaN, -1, 0, Infinity, ...sound], 'unknown');
    assert.equal(logDensity(60 * minuteMs), durationBelief(sound, 'unknown').logDensity(60 * minuteMs));
  });

  test('is a number everywhere, whatever came before', () => {
    const anyDuration = fc.oneof(fc.double(), fc.integer({ min: 1000, max: monthMs }));
    const silence = fc.constantFrom('unknown' as const, 'silent' as const, 'counted' as const);
    fc.assert(
      fc.property(
        fc.array(anyDuration, { maxLength: 120 }),
        silence,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (earlier, kind, at) => {
          const { typicalMs, logDensity } = durationBelief(earlier, kind);
          assert.ok(typicalMs > 0, `${typicalMs}`);
          assert.ok(Number.isFinite(logDensity(at)), `${logDensity(at)} at ${at}`);
        },
      ),
      { numRuns: 500 },
    );
  });
});
