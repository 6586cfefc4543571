import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LookLog } from '../../src/workflows/look-log.ts';
import type { AtlasAnswer } from '../../src/contract/index.ts';

const history = { historyLength: 100, historySizeBytes: 10_000 };
const dayMs = 24 * 3_600_000;

function lookLog(options: { createdAt?: string; trackers?: number } = {}): LookLog {
  return new LookLog({
    polling: { preset: 'balanced' },
    createdAt: options.createdAt,
    nowMs: 0,
    earlierDurationsMs: [],
    trackers: options.trackers ?? 1,
  });
}

const away: AtlasAnswer = { code: 'ATLAS_UNAVAILABLE', message: '503', effect: 'none' };

describe('when to look next', () => {
  test('after failed looks: 5 s, doubling, never over 5 min', () => {
    const looks = lookLog();
    const delays = Array.from({ length: 9 }, () => {
      looks.failed(0, away);
      return looks.nextDelayMs({ nowMs: 0, deadlineAtMs: dayMs, ...history }) / 1000;
    });
    assert.deepEqual(delays, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('after a failed look: not before the time that Atlas asked for', () => {
    const looks = lookLog();
    looks.failed(0, { ...away, retryAfterMs: 3_600_000 });
    assert.equal(looks.nextDelayMs({ nowMs: 0, deadlineAtMs: dayMs, ...history }), 3_600_000);
  });

  test('by the time that would show a stall, but not sooner than ever, nor sooner after a failed look', () => {
    const looks = lookLog();
    looks.observe(0, { state: 'Queued' });
    const use = { nowMs: 60 * 60_000, deadlineAtMs: dayMs, ...history };
    const scheduledMs = looks.nextDelayMs(use);
    assert.ok(scheduledMs > 10_000);
    assert.equal(looks.nextDelayMs({ ...use, lookByMs: use.nowMs + 10_000 }), 10_000);
    assert.equal(looks.nextDelayMs({ ...use, lookByMs: use.nowMs + 1 }), 4_000);
    assert.equal(looks.nextDelayMs({ ...use, lookByMs: use.nowMs + 2 * scheduledMs }), scheduledMs);
    looks.failed(use.nowMs, { ...away, retryAfterMs: 60_000 });
    assert.equal(looks.nextDelayMs({ ...use, lookByMs: use.nowMs + 10_000 }), 60_000);
  });

  test('one look that works ends the doubling', () => {
    const looks = lookLog();
    for (let count = 0; count < 5; count += 1) looks.failed(0, away);
    looks.succeeded(0, { state: 'InProgress' });
    assert.equal(looks.failure, undefined);
    looks.failed(0, away);
    assert.equal(looks.nextDelayMs({ nowMs: 0, deadlineAtMs: dayMs, ...history }), 5_000);
  });

  test('never after the deadline', () => {
    const looks = lookLog();
    looks.failed(0, { ...away, retryAfterMs: dayMs });
    assert.equal(looks.nextDelayMs({ nowMs: 0, deadlineAtMs: 1_000, ...history }), 1_000);
    assert.equal(looks.nextDelayMs({ nowMs: 2_000, deadlineAtMs: 1_000, ...history }), 0);
  });

  test('less often when many components are looked at side by side', () => {
    const alone = lookLog();
    const oneOfTwenty = lookLog({ trackers: 20 });
    const use = { nowMs: 3_600_000, deadlineAtMs: dayMs, ...history };
    assert.ok(oneOfTwenty.nextDelayMs(use) > 2 * alone.nextDelayMs(use));
  });

  test("a clock of Atlas's that runs ahead does not make an interval that is none", () => {
    const looks = lookLog({ createdAt: '2100-01-01T00:00:00Z' });
    const delayMs = looks.nextDelayMs({ nowMs: 60_000, deadlineAtMs: dayMs, ...history });
    assert.ok(delayMs >= 1_000 && delayMs < dayMs, `${delayMs} ms`);
  });
});

describe('when a job is taken for gone', () => {
  const gone: AtlasAnswer = { code: 'ATLAS_NOT_FOUND', message: '404', effect: 'none' };

  test('after five 404s in a row over a quarter of an hour, not earlier', () => {
    const looks = lookLog();
    for (const minutes of [0, 1, 2, 3, 4]) looks.failed(minutes * 60_000, gone);
    assert.equal(looks.seemsGone(4 * 60_000), false);
    assert.equal(looks.seemsGone(15 * 60_000), true);
  });

  test('not when any other answer came between', () => {
    const looks = lookLog();
    for (const minutes of [0, 1, 2, 3]) looks.failed(minutes * 60_000, gone);
    looks.failed(10 * 60_000, away);
    looks.failed(20 * 60_000, gone);
    assert.equal(looks.absencesInARow, 1);
    assert.equal(looks.seemsGone(40 * 60_000), false);
  });
});
