import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spacedDelayMs } from '../../src/workflows/history-budget.ts';
import { LookLog } from '../../src/workflows/look-log.ts';

const dayMs = 24 * 3_600_000;
const eventsOfServer = 51_200;
const bytesOfServer = 50_000_000;

/** A run that looks as the log says until its deadline, and what its history came to. */
function runToDeadline(options: { intervalMs: number; deadlineMs: number; bytesPerLook: number }): {
  historyLength: number;
  historySizeBytes: number;
  polls: number;
} {
  const looks = new LookLog({
    polling: { preset: 'eager', intervalMsMin: options.intervalMs, intervalMsMax: options.intervalMs },
    createdAt: undefined,
    nowMs: 0,
    earlierDurationsMs: [],
    trackers: 1,
  });
  let nowMs = 0;
  let historyLength = 50;
  let historySizeBytes = 20_000;
  while (nowMs < options.deadlineMs) {
    nowMs += looks.nextDelayMs({ nowMs, deadlineAtMs: options.deadlineMs, historyLength, historySizeBytes });
    looks.succeeded(nowMs, { state: 'InProgress' });
    historyLength += 11;
    historySizeBytes += options.bytesPerLook;
  }
  return { historyLength, historySizeBytes, polls: looks.polls };
}

/** A run that asks for something else than a look, in vain, until its deadline: each round is more than a look. */
function triesToDeadline(options: { wantedMs: number; deadlineMs: number }): {
  historyLength: number;
  historySizeBytes: number;
} {
  let nowMs = 0;
  let historyLength = 50;
  let historySizeBytes = 20_000;
  for (let polls = 1; nowMs < options.deadlineMs; polls += 1) {
    const remainingMs = options.deadlineMs - nowMs;
    nowMs += spacedDelayMs(options.wantedMs, { historyLength, historySizeBytes, polls, remainingMs });
    historyLength += 20;
    historySizeBytes += 6_000;
  }
  return { historyLength, historySizeBytes };
}

describe("a run's history", () => {
  test('stays under the server’s limits when a create is refused every 5 min for a year', () => {
    const run = triesToDeadline({ wantedMs: 5 * 60_000, deadlineMs: 366 * dayMs });
    assert.ok(run.historyLength < eventsOfServer, `${run.historyLength} events`);
    assert.ok(run.historySizeBytes < bytesOfServer, `${run.historySizeBytes} bytes`);
  });

  for (const days of [1, 7, 90, 366]) {
    test(`stays under the server's limits when it is told to look every 5 s for ${days} days`, () => {
      const run = runToDeadline({ intervalMs: 5_000, deadlineMs: days * dayMs, bytesPerLook: 3_000 });
      assert.ok(run.historyLength < eventsOfServer, `${run.historyLength} events`);
      assert.ok(run.historySizeBytes < bytesOfServer, `${run.historySizeBytes} bytes`);
    });
  }

  test("stays under the server's limits when every look brings 100 kB", () => {
    const run = runToDeadline({ intervalMs: 5_000, deadlineMs: 30 * dayMs, bytesPerLook: 100_000 });
    assert.ok(run.historySizeBytes < bytesOfServer, `${run.historySizeBytes} bytes`);
  });

  test('is spent as asked while there is plenty', () => {
    const run = runToDeadline({ intervalMs: 60_000, deadlineMs: dayMs, bytesPerLook: 3_000 });
    assert.equal(run.polls, 24 * 60);
  });
});
