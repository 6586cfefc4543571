/** Goal: stuck exports are said to be stalled, slow ones are not. Method: looks given by hand and by fast-check. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { ExportProgress, StallSettings } from '../../src/contract/index.ts';
import { StallWatch, type StallChange, type StallLook } from '../../src/workflows/stall-watch.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Known {
  readonly stalledAfter?: StallSettings;
  readonly earlierDurationsMs?: readonly number[];
  readonly createdAtMs?: number;
  readonly nowMs?: number;
}

function watch(known: Known = {}): StallWatch {
  const { stalledAfter = {}, earlierDurationsMs = [], createdAtMs = 0, nowMs = 0 } = known;
  const createdAt = new Date(createdAtMs).toISOString();
  return new StallWatch({ stalledAfter, earlierDurationsMs, createdAt, nowMs });
}

const queued: StallLook = { state: 'Queued', progress: { exportedCollections: 0, totalCollections: 0 } };

function running(exportedCollections: number, totalCollections = 90): StallLook {
  return { state: 'InProgress', progress: { exportedCollections, totalCollections } };
}

/** Looks every `everyMs` from `fromMs` up to `toMs`, and returns what they changed. */
function look(
  stalls: StallWatch,
  span: { fromMs: number; toMs: number; everyMs?: number },
  seen: (atMs: number) => StallLook,
): (StallChange & { atMs: number })[] {
  const changes: (StallChange & { atMs: number })[] = [];
  for (let atMs = span.fromMs; atMs <= span.toMs; atMs += span.everyMs ?? 5 * minuteMs) {
    const change = stalls.observe(atMs, seen(atMs));
    if (change !== undefined) changes.push({ ...change, atMs });
  }
  return changes;
}

describe('an export job that waits in the queue', () => {
  test('is stalled once it has waited for longer than an earlier export took, and no longer when it leaves', () => {
    const stalls = watch({ earlierDurationsMs: [2 * hourMs, hourMs] });
    const [began, ...others] = look(stalls, { fromMs: 0, toMs: 5 * hourMs }, () => queued);
    assert.deepEqual(others, []);
    assert.equal(began?.atMs, 2 * hourMs);
    assert.deepEqual(stalls.stall, {
      kind: 'queued',
      since: '1970-01-01T00:00:00.000Z',
      noticedAt: '1970-01-01T02:00:00.000Z',
      reason: "in Atlas's queue for more than 2 h (the longest of 2 earlier exports took 2 h in all)",
    });
    assert.equal(stalls.observe(5 * hourMs + 1, running(0))?.what, 'ended');
    assert.equal(stalls.stall, undefined);
  });

  test('is stalled at the first look where it was created long before, as an adopted one may be', () => {
    const stalls = watch({ nowMs: 7 * hourMs });
    assert.equal(stalls.observe(7 * hourMs, queued)?.stall.kind, 'queued');
  });

  test('is not moved by what is counted meanwhile', () => {
    const stalls = watch({ stalledAfter: { queuedMs: hourMs } });
    look(stalls, { fromMs: 0, toMs: 2 * hourMs }, (atMs) => ({ ...running(atMs), state: 'Queued' }));
    assert.equal(stalls.stall?.kind, 'queued');
  });
});

describe('an export job whose collections are counted', () => {
  test('is stalled at 12 of 90 once the count stands still for as long as a whole export took, and goes on with the next', () => {
    const stalls = watch({ earlierDurationsMs: [3 * hourMs] });
    const changes = look(stalls, { fromMs: 0, toMs: 9 * hourMs, everyMs: minuteMs }, (atMs) =>
      running(atMs < 9 * hourMs ? Math.min(12, atMs / minuteMs) : 13),
    );
    assert.deepEqual(
      changes.map(({ what, atMs }) => [what, atMs / minuteMs]),
      [
        ['began', 12 + 180],
        ['ended', 9 * 60],
      ],
    );
    const { since, reason } = changes[0]?.stall ?? {};
    assert.equal(since, '1970-01-01T00:12:00.000Z');
    assert.equal(
      reason,
      "still at 12 of 90 collections for more than 3 h (the cluster's earlier export took 3 h in all)",
    );
  });

  test('has to pause four times as long after a stall that has passed as it has before', () => {
    const stalls = watch();
    look(stalls, { fromMs: 0, toMs: 7 * hourMs }, () => running(80));
    assert.equal(stalls.observe(8 * hourMs, running(81))?.what, 'ended');
    const [began] = look(stalls, { fromMs: 9 * hourMs, toMs: 90 * hourMs, everyMs: hourMs }, () =>
      running(81),
    );
    assert.equal(began?.atMs, (8 + 4 * 8) * hourMs);
    assert.match(began.stall.reason, /\(the longest pause before took 8 h\)$/);
  });

  test('is never stalled while it is slow but steady, once it has shown its pace', () => {
    const drawn = fc.record({
      stepMs: fc.integer({ min: minuteMs, max: 20 * hourMs }),
      everyMs: fc.integer({ min: 10_000, max: hourMs }),
      total: fc.integer({ min: 4, max: 60 }),
      earlierDurationsMs: fc.array(fc.integer({ min: minuteMs, max: hourMs }), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(drawn, ({ stepMs, everyMs, total, earlierDurationsMs }) => {
        const stalls = watch({ earlierDurationsMs });
        const span = {
          fromMs: 2 * stepMs + everyMs,
          toMs: 8 * stepMs,
          everyMs: Math.max(everyMs, stepMs / 50),
        };
        const first = look(stalls, { fromMs: 0, toMs: 2 * stepMs, everyMs: stepMs }, (atMs) =>
          running(atMs / stepMs, total),
        );
        const later = look(stalls, span, (atMs) =>
          running(Math.min(total - 1, Math.floor(atMs / stepMs)), total),
        );
        assert.deepEqual(first, []);
        const until = (total - 1) * stepMs;
        assert.deepEqual(
          later.filter(({ atMs }) => atMs < until),
          [],
        );
      }),
      { numRuns: 200 },
    );
  });

  test('is judged by what looks have seen: without looks that work, nothing is known to stand still', () => {
    const stalls = watch({ stalledAfter: { noProgressMs: hourMs } });
    stalls.observe(0, running(12));
    assert.equal(stalls.observe(9 * hourMs, running(13)), undefined);
  });

  test('is not judged by looks without the counts that it had: neither stuck nor moved', () => {
    const stalls = watch({ stalledAfter: { noProgressMs: hourMs, totalMs: hourMs } });
    stalls.observe(0, running(12));
    const without = (): StallLook => ({ state: 'InProgress', progress: undefined });
    assert.deepEqual(look(stalls, { fromMs: 1, toMs: 3 * hourMs }, without), []);
    assert.equal(stalls.observe(3 * hourMs, running(12))?.what, 'began');
    assert.deepEqual(look(stalls, { fromMs: 3 * hourMs, toMs: 4 * hourMs }, without), []);
    assert.equal(stalls.stall?.kind, 'noProgress');
  });

  test('goes on when Atlas counts anew, also backwards', () => {
    for (const anew of [running(3), running(12, 100), { ...running(12), state: 'Verifying' }]) {
      const stalls = watch({ stalledAfter: { noProgressMs: hourMs } });
      look(stalls, { fromMs: 0, toMs: 2 * hourMs }, () => running(12));
      assert.equal(stalls.observe(3 * hourMs, anew)?.what, 'ended');
    }
  });
});

describe('an export job of which Atlas counts nothing', () => {
  const zeros: ExportProgress = { exportedCollections: 0, totalCollections: 0 };

  test('is never stalled by 0 of 0 collections, whatever time without progress is asked for', () => {
    const stalls = watch({ stalledAfter: { noProgressMs: 1 } });
    for (const progress of [zeros, undefined, {}, { totalCollections: 0 }]) {
      const changes = look(stalls, { fromMs: 0, toMs: 100 * hourMs, everyMs: hourMs }, () => ({
        state: 'InProgress',
        progress,
      }));
      assert.deepEqual(changes, []);
    }
  });

  test("is stalled by its time in all where the cluster's earlier exports took much less, without the queue", () => {
    const stalls = watch({ earlierDurationsMs: [hourMs, hourMs, 2 * hourMs, hourMs, hourMs] });
    look(stalls, { fromMs: 0, toMs: hourMs }, () => queued);
    const changes = look(stalls, { fromMs: 2 * hourMs, toMs: 9 * hourMs }, () => ({
      state: 'InProgress',
      progress: zeros,
    }));
    assert.deepEqual(
      changes.map(({ what, stall, atMs }) => [what, stall.kind, atMs / hourMs]),
      [['began', 'total', 6]],
    );
  });

  test('is no longer stalled when its collections are counted, or when it has ended', () => {
    for (const then of [running(1), { state: 'Successful', progress: zeros }]) {
      const stalls = watch({ stalledAfter: { totalMs: hourMs } });
      look(stalls, { fromMs: 0, toMs: 2 * hourMs }, () => ({ state: 'InProgress', progress: zeros }));
      assert.equal(stalls.stall?.kind, 'total');
      assert.equal(stalls.observe(3 * hourMs, then)?.what, 'ended');
      assert.equal(stalls.stall, undefined);
    }
  });
});

describe('a look that would show a stall', () => {
  test('is asked for only where the request names the time, until the stall is there', () => {
    const learned = watch({ earlierDurationsMs: [2 * hourMs] });
    learned.observe(0, queued);
    assert.equal(learned.lookByMs(0), undefined);
    const asked = watch({ stalledAfter: { queuedMs: hourMs } });
    asked.observe(0, queued);
    assert.equal(asked.lookByMs(0), hourMs);
    asked.observe(hourMs, queued);
    assert.equal(asked.lookByMs(hourMs), undefined);
  });

  test('is not asked for while each look sees progress, however short the time is', () => {
    const stalls = watch({ stalledAfter: { noProgressMs: hourMs } });
    stalls.observe(0, running(1));
    assert.equal(stalls.lookByMs(0), undefined);
    stalls.observe(minuteMs, running(2));
    assert.equal(stalls.lookByMs(minuteMs), undefined);
    stalls.observe(2 * minuteMs, running(2));
    assert.equal(stalls.lookByMs(2 * minuteMs), minuteMs + hourMs);
  });
});

test('whatever looks show, changes begin and end by turns, each with its times in order, and the end of the job ends all', () => {
  const anyLook = fc.record({
    gapMs: fc.integer({ min: 0, max: 5 * hourMs }),
    state: fc.constantFrom('Queued', 'InProgress', 'Verifying'),
    progress: fc.option(
      fc.record({
        exportedCollections: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.constant(Number.NaN)),
        totalCollections: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.constant(Number.NaN)),
      }),
      { nil: undefined },
    ),
  });
  const times = fc.option(fc.integer({ min: 1, max: 3 * hourMs }), { nil: undefined });
  const stalledAfter = fc.record({ queuedMs: times, noProgressMs: times, totalMs: times });
  let seen = 0;
  fc.assert(
    fc.property(fc.array(anyLook, { maxLength: 40 }), stalledAfter, (looks, settings) => {
      const stalls = watch({ stalledAfter: settings });
      let nowMs = 0;
      let open = false;
      for (const { gapMs, ...shown } of looks) {
        nowMs += gapMs;
        const change = stalls.observe(nowMs, shown);
        if (change !== undefined) {
          assert.equal(change.what, open ? 'ended' : 'began');
          open = !open;
          seen += 1;
          const { since, noticedAt, reason } = change.stall;
          assert.ok(Date.parse(since) <= Date.parse(noticedAt) && Date.parse(noticedAt) <= nowMs);
          assert.ok(!/NaN|undefined/.test(reason), reason);
        }
        assert.equal(stalls.stall !== undefined, open);
        assert.ok((stalls.lookByMs(nowMs) ?? Infinity) > nowMs);
      }
      assert.equal(
        stalls.observe(nowMs, { state: 'Failed', progress: undefined })?.what,
        open ? 'ended' : undefined,
      );
      assert.equal(stalls.stall, undefined);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(seen > 100, 'hardly any stall was drawn');
});
