/** Goal: a stall is told from slowness by figures that can be explained. Method: cases, and properties over any knowledge. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { stallKinds } from '../../src/contract/index.ts';
import { stallLimit, type StallKnowledge } from '../../src/workflows/stall-limits.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const nothing: StallKnowledge = {
  stalledAfter: {},
  earlierDurationsMs: [],
  pace: { pauseMsMax: 0, wholeMs: undefined },
};

function hours(kind: (typeof stallKinds)[number], known: Partial<StallKnowledge>): number | undefined {
  const limit = stallLimit(kind, { ...nothing, ...known });
  return limit === undefined ? undefined : limit.ms / hourMs;
}

describe('how long it takes to be a stall', () => {
  test('is what the request says, however short, whatever is known', () => {
    const earlierDurationsMs = [5 * hourMs];
    for (const kind of stallKinds) {
      const stalledAfter = { [`${kind}Ms`]: 1 };
      const limit = stallLimit(kind, { ...nothing, earlierDurationsMs, stalledAfter });
      assert.deepEqual(limit, { ms: 1, why: 'as the request asks', asked: true });
    }
  });

  test('is 6 hours of queue or pause on a cluster without earlier exports, and of neither count nor past nobody can say', () => {
    assert.deepEqual(
      stallKinds.map((kind) => hours(kind, {})),
      [6, 6, undefined],
    );
  });

  test('is what the longest earlier export took for the queue and a pause, and a multiple of it for the whole', () => {
    const few = { earlierDurationsMs: [2 * hourMs, 3 * hourMs] };
    assert.deepEqual(
      stallKinds.map((kind) => hours(kind, few)),
      [3, 3, 12],
    );
    const many = { earlierDurationsMs: [1, 2, 3, 2, 1].map((each) => each * hourMs) };
    assert.equal(hours('total', many), 6);
    const { why } = stallLimit('queued', { ...nothing, ...many }) ?? {};
    assert.equal(why, 'the longest of 5 earlier exports took 3 h in all');
  });

  test('is never learned to be under an hour', () => {
    const earlierDurationsMs = [2 * minuteMs];
    assert.deepEqual(
      stallKinds.map((kind) => hours(kind, { earlierDurationsMs })),
      [1, 1, 1],
    );
  });

  test('is longer without progress for an export that is slow as a whole, up to what it may take in all, or that pauses by nature', () => {
    const earlierDurationsMs = [2 * hourMs];
    const slow = { pauseMsMax: 5 * minuteMs, wholeMs: 10 * hourMs };
    assert.equal(hours('noProgress', { earlierDurationsMs: [9 * hourMs], pace: slow }), 10);
    const slowest = { ...slow, wholeMs: 900 * hourMs };
    assert.equal(hours('noProgress', { earlierDurationsMs, pace: slowest }), 8);
    assert.equal(hours('noProgress', { pace: slowest }), 24);
    assert.equal(hours('noProgress', { earlierDurationsMs, pace: { ...slow, pauseMsMax: 9 * hourMs } }), 36);
    assert.equal(hours('queued', { earlierDurationsMs, pace: slow }), 2);
  });

  test('is a positive time with its reason, or undefined, whatever is known', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -1, Number.NaN, Infinity));
    const durationMs = fc.double({ min: 0, max: 1e12, noNaN: true });
    const knowledge: fc.Arbitrary<StallKnowledge> = fc.record({
      stalledAfter: fc.constant({}),
      earlierDurationsMs: fc.array(number, { maxLength: 20 }),
      pace: fc.record({ pauseMsMax: durationMs, wholeMs: fc.option(durationMs, { nil: undefined }) }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...stallKinds), knowledge, (kind, known) => {
        const limit = stallLimit(kind, known);
        if (limit === undefined) {
          assert.equal(kind, 'total');
          return;
        }
        assert.ok(Number.isFinite(limit.ms) && limit.ms >= hourMs, `${limit.ms}`);
        assert.ok(limit.why !== '' && !limit.why.includes('NaN') && !limit.asked, limit.why);
      }),
      { numRuns: 1_000 },
    );
  });
});
