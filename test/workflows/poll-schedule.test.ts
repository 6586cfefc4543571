import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { pollPresets } from '../../src/workflows/poll-presets.ts';
import { nextPollDelayMs, type PollScheduleInput } from '../../src/workflows/poll-schedule.ts';
import { rememberObservation, type ProgressObservation } from '../../src/workflows/progress-observation.ts';

/*
 * Goal: whatever Atlas and clocks say, the schedule gives a delay that can be slept, and spends looks as
 * documented. Method: properties over anything, and a few exports walked through by hand. fast-check prints
 * the seed of what fails.
 */
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const balanced = pollPresets.balanced;

/** An export about which nothing is known but that it runs. */
function unknown(elapsedMs: number, delayCostMs = balanced.delayCostMs): PollScheduleInput {
  return {
    elapsedMs,
    observations: [],
    earlierDurationsMs: [],
    delayCostMs,
    intervalMinMs: balanced.intervalMinMs,
    intervalMaxMs: balanced.intervalMaxMs,
  };
}

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -1, Number.NaN, Infinity, -Infinity),
);
const anyObservation: fc.Arbitrary<ProgressObservation> = fc.record(
  { elapsedMs: anyNumber, state: fc.string(), exportedCollections: anyNumber, totalCollections: anyNumber },
  { requiredKeys: ['elapsedMs', 'state'] },
);
const anyInput: fc.Arbitrary<PollScheduleInput> = fc.record({
  elapsedMs: anyNumber,
  observations: fc.array(anyObservation, { maxLength: 12 }),
  earlierDurationsMs: fc.array(anyNumber, { maxLength: 20 }),
  delayCostMs: anyNumber,
  intervalMinMs: anyNumber,
  intervalMaxMs: anyNumber,
});

/** What exports can look like: progress that grows, durations of minutes to days. */
const plausibleInput: fc.Arbitrary<PollScheduleInput> = fc
  .record({
    elapsedMs: fc.integer({ min: 0, max: 7 * dayMs }),
    total: fc.integer({ min: 0, max: 500 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    earlierDurationsMs: fc.array(fc.integer({ min: 60_000, max: 2 * dayMs }), { maxLength: 20 }),
    delayCostMs: fc.integer({ min: 100, max: 100_000 }),
  })
  .map(({ elapsedMs, total, share, earlierDurationsMs, delayCostMs }) => ({
    ...unknown(elapsedMs, delayCostMs),
    earlierDurationsMs,
    observations: [
      { elapsedMs: 0, state: 'Queued' },
      {
        elapsedMs: Math.round(elapsedMs / 2),
        state: 'InProgress',
        exportedCollections: Math.floor((total * share) / 2),
        totalCollections: total,
      },
      {
        elapsedMs,
        state: 'InProgress',
        exportedCollections: Math.floor(total * share),
        totalCollections: total,
      },
    ],
  }));

describe('the time until the next look', () => {
  test('is a whole number of milliseconds that can be slept, whatever comes in', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const delayMs = nextPollDelayMs(input);
        assert.ok(Number.isSafeInteger(delayMs) && delayMs >= 1, `${delayMs}`);
      }),
      { numRuns: 1_000 },
    );
  });

  test('lies between the two limits', () => {
    fc.assert(
      fc.property(plausibleInput, (input) => {
        const delayMs = nextPollDelayMs(input);
        assert.ok(delayMs >= input.intervalMinMs && delayMs <= input.intervalMaxMs, `${delayMs}`);
      }),
      { numRuns: 500 },
    );
  });

  test('is the minimum where the limits contradict each other', () => {
    assert.equal(
      nextPollDelayMs({ ...unknown(hourMs), intervalMinMs: 60_000, intervalMaxMs: 1_000 }),
      60_000,
    );
  });

  test('is never shorter when a look is worth more', () => {
    fc.assert(
      fc.property(plausibleInput, fc.integer({ min: 1, max: 50 }), (input, factor) => {
        const dearer = { ...input, delayCostMs: input.delayCostMs * factor };
        assert.ok(nextPollDelayMs(dearer) >= nextPollDelayMs(input));
      }),
      { numRuns: 500 },
    );
  });

  test('is the same for the same input', () => {
    fc.assert(
      fc.property(plausibleInput, (input) => {
        assert.equal(nextPollDelayMs(input), nextPollDelayMs(structuredClone(input)));
      }),
      { numRuns: 100 },
    );
  });

  test('takes 0 of 0 collections for a sign of an empty cluster, and for no sign of progress', () => {
    const lookedAt = (elapsedMs: number, counts: Partial<ProgressObservation>): PollScheduleInput => ({
      ...unknown(elapsedMs),
      observations: [{ elapsedMs, state: 'InProgress', ...counts }],
    });
    const zeros = { exportedCollections: 0, totalCollections: 0 };
    const nearAQuarterMs = 840_000;
    const silent = nextPollDelayMs(lookedAt(nearAQuarterMs, zeros));
    const unsaid = nextPollDelayMs(lookedAt(nearAQuarterMs, {}));
    assert.ok(silent < unsaid, `${silent} ms, ${unsaid} ms without any count`);
    // No empty cluster runs for hours: by then nothing is left of the sign.
    const silentLate = nextPollDelayMs(lookedAt(5 * hourMs, zeros));
    const unsaidLate = nextPollDelayMs(lookedAt(5 * hourMs, {}));
    assert.ok(Math.abs(silentLate / unsaidLate - 1) < 0.1, `${silentLate} ms, ${unsaidLate} ms`);
  });

  test('makes at most 1,100 looks in a week about which nothing is known', () => {
    let looks = 0;
    for (let elapsedMs = 0; elapsedMs < 7 * dayMs; looks += 1)
      elapsedMs += nextPollDelayMs(unknown(elapsedMs));
    assert.ok(looks <= 1_100, `${looks} looks`);
    assert.ok(looks >= 300, `only ${looks} looks: the end would be noticed late`);
  });

  test('is short about when earlier exports of the cluster ended, and long well before', () => {
    const earlierDurationsMs = [58, 59, 60, 61, 62].map((minutes) => minutes * 60_000);
    const early = nextPollDelayMs({ ...unknown(10 * 60_000), earlierDurationsMs });
    const due = nextPollDelayMs({ ...unknown(60 * 60_000), earlierDurationsMs });
    assert.ok(early >= 3 * due, `${early} ms early, ${due} ms when due`);
  });
});

describe('what is remembered of earlier looks', () => {
  test('stays bounded, in order, and ends with the newest', () => {
    const looks = fc.array(fc.integer({ min: 0, max: dayMs }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(looks, (elapsed) => {
        const sorted = elapsed.toSorted((a, b) => a - b);
        let kept: readonly ProgressObservation[] = [];
        for (const elapsedMs of sorted) kept = rememberObservation(kept, { elapsedMs, state: 'InProgress' });
        assert.ok(kept.length <= 12);
        assert.equal(kept.at(-1)?.elapsedMs, sorted.at(-1));
        assert.deepEqual(
          kept,
          kept.toSorted((a, b) => a.elapsedMs - b.elapsedMs),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('keeps when the state changed, which dates the end of the queue', () => {
    let kept: readonly ProgressObservation[] = [];
    for (let minute = 0; minute < 300; minute += 1) {
      kept = rememberObservation(kept, {
        elapsedMs: minute * 60_000,
        state: minute < 7 ? 'Queued' : 'InProgress',
      });
    }
    assert.ok(kept.some(({ elapsedMs, state }) => state === 'Queued' && elapsedMs === 6 * 60_000));
    assert.ok(kept.some(({ elapsedMs, state }) => state === 'InProgress' && elapsedMs === 7 * 60_000));
  });
});
