import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { pollPresets } from '../../src/workflows/poll-presets.ts';
import type { PollPreset } from '../../src/workflows/poll-presets.ts';
import { nextPollDelayMs } from '../../src/workflows/poll-schedule.ts';
import { rememberObservation, type ProgressObservation } from '../../src/workflows/progress-observation.ts';

/*
 * Goal: a forecast that is wrong costs a bounded factor, in looks and in delay, of what the guard alone would cost,
 * which forecasts nothing and trusts nobody. Method: exports followed to their end with earlier durations that mislead
 * and counters that lie, stall or go backwards, drawn by fast-check, which prints the seed of what fails.
 */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Where the guard counts an export to have lasted from; see `poll-schedule.ts`. */
const guardStartMs = minuteMs;
/** The root of one by the guard's weight of 0.01: how much less densely it looks where the forecast sees no end. */
const guardThinning = 10;
const guardedFromMs = hourMs;

/** The wait of the guard alone with its full weight. */
function guardAloneMs(elapsedMs: number, { delayCostMs }: PollPreset): number {
  return Math.sqrt(2 * delayCostMs * (guardStartMs + elapsedMs)) + delayCostMs / 2;
}

/**
 * The longest wait where the forecast sees no end at all. The guard's share of the belief shrinks as it waits, since
 * the guard alone expects an end: its thinned density, summed, reaches one after this.
 */
function misledWaitMsMax(elapsedMs: number, { delayCostMs }: PollPreset): number {
  const agedMs = guardStartMs + elapsedMs;
  return agedMs * (Math.exp(guardThinning * Math.sqrt((2 * delayCostMs) / agedMs)) - 1);
}

type Counts = Pick<ProgressObservation, 'exportedCollections' | 'totalCollections'>;

interface MisledExport {
  durationMs: number;
  earlierDurationsMs: readonly number[];
  counts: (elapsedMs: number) => Counts;
}

interface Walk {
  looks: number;
  delayMs: number;
  waits: readonly { elapsedMs: number; delayMs: number }[];
}

/** Follows an export to its end. */
function follow({ durationMs, earlierDurationsMs, counts }: MisledExport, preset: PollPreset): Walk {
  let observations: readonly ProgressObservation[] = [{ elapsedMs: 0, state: 'Queued' }];
  const waits: { elapsedMs: number; delayMs: number }[] = [];
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    const delayMs = nextPollDelayMs({ elapsedMs, observations, earlierDurationsMs, ...preset });
    waits.push({ elapsedMs, delayMs });
    elapsedMs += delayMs;
    observations = rememberObservation(observations, {
      elapsedMs,
      state: 'InProgress',
      ...counts(elapsedMs),
    });
  }
  return { looks: waits.length, delayMs: elapsedMs - durationMs, waits };
}

/** Counters, each by what is wrong with it. */
const lies: Readonly<Record<string, (elapsedMs: number) => Counts>> = {
  'says nothing': () => ({}),
  'counts nothing': () => ({ exportedCollections: 0, totalCollections: 0 }),
  'stands at zero': () => ({ exportedCollections: 0, totalCollections: 100 }),
  'says that all is done': () => ({ exportedCollections: 100, totalCollections: 100 }),
  'stands at the last but one': () => ({ exportedCollections: 99, totalCollections: 100 }),
  'stalls after half an hour': (at) => ({
    exportedCollections: Math.min(60, Math.floor(at / 30_000)),
    totalCollections: 100,
  }),
  'always has one left': (at) => ({
    exportedCollections: Math.floor(at / minuteMs),
    totalCollections: Math.floor(at / minuteMs) + 1,
  }),
  'creeps towards its end': (at) => ({
    exportedCollections: Math.floor(1000 * (1 - 1 / (1 + at / (10 * minuteMs)))),
    totalCollections: 1000,
  }),
  'goes up and down': (at) => ({
    exportedCollections: Math.floor(50 + 50 * Math.sin(at / (5 * minuteMs))),
    totalCollections: 100,
  }),
  'says that nearly everything is left': () => ({ exportedCollections: 1, totalCollections: 5000 }),
};

const anyLie = fc
  .constantFrom(...Object.keys(lies))
  .map((name) => ({ name, counts: lies[name] ?? (() => ({})) }));
const misleading = fc
  .tuple(
    fc.double({ min: Math.log(1000), max: Math.log(240 * hourMs), noNaN: true }),
    fc.integer({ min: 0, max: 20 }),
  )
  .chain(([logMs, length]) =>
    fc
      .array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: length, maxLength: length })
      .map((factors) => factors.map((factor) => Math.round(factor * Math.exp(logMs)))),
  );
const misled = fc
  .record({
    durationMs: fc.integer({ min: guardedFromMs, max: 6 * hourMs }),
    earlierDurationsMs: misleading,
    lie: anyLie,
    preset: fc.constantFrom(...Object.keys(pollPresets)),
  })
  .map(({ lie, ...rest }) => ({ ...rest, ...lie }));

function presetNamed(name: string): PollPreset {
  return Object.entries(pollPresets).find(([key]) => key === name)?.[1] ?? pollPresets.balanced;
}

describe('a schedule that is misled', () => {
  test('never waits longer than the guard allows, however late the forecast sees the end', () => {
    fc.assert(
      fc.property(misled, ({ preset, ...simulated }) => {
        const chosen = presetNamed(preset);
        for (const { elapsedMs, delayMs } of follow(simulated, chosen).waits) {
          const allowedMs = Math.max(chosen.intervalMinMs, misledWaitMsMax(elapsedMs, chosen) + 1000);
          assert.ok(delayMs <= allowedMs, `${delayMs} ms after ${elapsedMs} ms, ${allowedMs} ms allowed`);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('notices the end of an hour or more at most 15 times as late as the guard alone would', () => {
    fc.assert(
      fc.property(misled, ({ preset, ...simulated }) => {
        const chosen = presetNamed(preset);
        const { delayMs } = follow(simulated, chosen);
        const aloneMs = guardAloneMs(simulated.durationMs, chosen);
        assert.ok(delayMs <= 15 * aloneMs, `${delayMs} ms late, the guard alone at most ${aloneMs} ms`);
      }),
      { numRuns: 40 },
    );
  });

  test('makes at most 8 times as many looks as the guard alone would', () => {
    fc.assert(
      fc.property(misled, ({ preset, ...simulated }) => {
        const chosen = presetNamed(preset);
        const { looks } = follow(simulated, chosen);
        const alone = Math.sqrt((2 * simulated.durationMs) / chosen.delayCostMs);
        assert.ok(looks <= 8 * alone, `${looks} looks, the guard alone ${alone}`);
      }),
      { numRuns: 40 },
    );
  });

  for (const [name, counts] of Object.entries(lies)) {
    test(`follows an export of half a day whose counter ${name} with bounded looks, as its history misleads`, () => {
      for (const earlierMs of [1000, hourMs, 72 * hourMs]) {
        const durationMs = 12 * hourMs;
        const earlierDurationsMs = Array.from({ length: 20 }, () => earlierMs);
        const { looks, delayMs } = follow({ durationMs, earlierDurationsMs, counts }, pollPresets.balanced);
        const alone = Math.sqrt((2 * durationMs) / pollPresets.balanced.delayCostMs);
        assert.ok(looks <= 6 * alone, `${looks} looks with earlier exports of ${earlierMs} ms`);
        const aloneMs = guardAloneMs(durationMs, pollPresets.balanced);
        assert.ok(delayMs <= 12 * aloneMs, `${delayMs} ms late with earlier exports of ${earlierMs} ms`);
      }
    });
  }
});
