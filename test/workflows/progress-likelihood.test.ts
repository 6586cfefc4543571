import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { progressIncrements, progressLogLikelihood } from '../../src/workflows/progress-likelihood.ts';
import type { ProgressObservation } from '../../src/workflows/progress-observation.ts';

/*
 * Goal: what counters say about the end. Method: the running time, out of a grid, under which a series of counts is
 * likeliest, for counters whose end is plain to a reader.
 */
const minuteMs = 60_000;

/** Looks five minutes apart that saw these counts. */
function looks(total: number, ...counts: number[]): ProgressObservation[] {
  return counts.map((exportedCollections, index) => ({
    elapsedMs: (index + 1) * 5 * minuteMs,
    state: 'InProgress',
    exportedCollections,
    totalCollections: total,
  }));
}

/** Of running times up to a day, in minutes, the one that explains the counts best. */
function likeliestMinutes(observations: readonly ProgressObservation[]): number {
  const increments = progressIncrements(observations, 0);
  assert.ok(increments !== undefined);
  let likeliest = 0;
  let highest = -Infinity;
  const lastMinutes = (observations.at(-1)?.elapsedMs ?? 0) / minuteMs;
  for (let minutes = lastMinutes + 1; minutes <= 1440; minutes += 1) {
    const log = progressLogLikelihood(increments, minutes * minuteMs);
    if (log > highest) [likeliest, highest] = [minutes, log];
  }
  return likeliest;
}

describe('what the counter says about the end', () => {
  test('is where a steady counter is heading', () => {
    const minutes = likeliestMinutes(looks(100, 8, 18, 28, 38, 48));
    assert.ok(minutes >= 42 && minutes <= 62, `${minutes} minutes`);
  });

  test('moves with the scale of time: the same counts at half the speed end twice as late', () => {
    const observations = looks(100, 8, 18, 28, 38, 48);
    const slower = observations.map((seen) => ({ ...seen, elapsedMs: seen.elapsedMs * 2 }));
    const ratio = likeliestMinutes(slower) / likeliestMinutes(observations);
    assert.ok(Math.abs(ratio - 2) < 0.1, `${ratio}`);
  });

  test('does not take a counter that is refreshed seldom for one that has stopped', () => {
    const stale = likeliestMinutes(looks(100, 0, 20, 20, 20, 40, 40, 40, 60, 60, 60));
    assert.ok(stale >= 55 && stale <= 100, `${stale} minutes`);
  });

  test('is undecided while the counter stands at zero: an end soon is never ruled out', () => {
    const increments = progressIncrements(looks(100, 0, 0, 0, 0), 0);
    assert.ok(increments !== undefined);
    const soon = progressLogLikelihood(increments, 21 * minuteMs);
    const late = progressLogLikelihood(increments, 1000 * minuteMs);
    assert.ok(late - soon < 4, `${late - soon}`);
  });

  test('is nothing where there are no counts, or 0 of 0', () => {
    assert.equal(progressIncrements([{ elapsedMs: minuteMs, state: 'InProgress' }], 0), undefined);
    assert.equal(progressIncrements(looks(0, 0, 0), 0), undefined);
  });

  test('never takes back collections: a counter that goes backwards stands still', () => {
    const backwards = progressIncrements(looks(10, 2, 5, 1, 3, 6), 0);
    assert.deepEqual(backwards, progressIncrements(looks(10, 2, 5, 5, 5, 6), 0));
  });

  test('is a number for any counts and any running time', () => {
    const anyCount = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.double());
    const observation = fc.record({
      elapsedMs: fc.integer({ min: 0, max: 1e9 }),
      state: fc.constant('InProgress'),
      exportedCollections: anyCount,
      totalCollections: anyCount,
    });
    const observations = fc
      .array(observation, { maxLength: 12 })
      .map((list) => list.toSorted((a, b) => a.elapsedMs - b.elapsedMs));
    fc.assert(
      fc.property(observations, fc.integer({ min: -1e9, max: 1e10 }), (list, runMs) => {
        const increments = progressIncrements(list, 0);
        if (increments !== undefined) assert.ok(Number.isFinite(progressLogLikelihood(increments, runMs)));
      }),
      { numRuns: 500 },
    );
  });
});
