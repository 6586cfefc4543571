/** `trackComponent` is started by exports, and by anybody who finds it in the Web UI. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const input = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  jobExportId: '1'.repeat(24),
  // Nothing of the kind is at Atlas, so that it waits for its deadline.
  component: { exportId: '2'.repeat(24) },
  polling: { preset: 'thrifty' },
  trackers: 1,
  earlierDurationsMs: [],
  deadlineAtMs: 1e18,
};

describe('a tracker that is started with numbers no timer can hold', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  const wrong: [what: string, input: unknown][] = [
    ['nothing', undefined],
    ['a deadline that is no number', { ...input, deadlineAtMs: 'tomorrow' }],
    ['a component without an id', { ...input, component: {} }],
    ['numbers that are none', { ...input, earlierDurationsMs: [null] }],
  ];
  for (const [what, hostile] of wrong) {
    test(`${what} is InvalidInput`, async () => {
      await time.withWorker(new PretendAtlas().activities(), async (queue) => {
        const handle = await queue.startTracker(hostile);
        await assert.rejects(handle.result(), (error) => {
          assert.ok(error instanceof WorkflowFailedError);
          assert.ok(error.cause instanceof ApplicationFailure);
          assert.equal(error.cause.type, 'InvalidInput');
          return true;
        });
      });
    });
  }

  for (const [what, hostile] of [
    ['a deadline beyond every date', input],
    ['a deadline that has passed', { ...input, deadlineAtMs: -1e300 }],
    ['endless earlier durations and no trackers', { ...input, earlierDurationsMs: [-1, 1e300], trackers: 0 }],
    [
      'a creation at the end of time',
      { ...input, createdAt: '+275760-09-13T00:00:00.000Z', trackers: -1e300 },
    ],
    [
      'intervals that are none',
      { ...input, polling: { preset: 'eager', intervalMsMin: -1e300, intervalMsMax: 1e300 } },
    ],
  ] as const) {
    test(`${what} comes to its end`, async () => {
      await time.withWorker(new PretendAtlas().activities(), async (queue) => {
        const handle = await queue.startTracker(hostile);
        const status = await handle.result();
        assert.equal(status.state, 'unknown');
      });
    });
  }
});
