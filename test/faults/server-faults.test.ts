import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HistoryEvent } from '../../faults/simulation/evidence.ts';
import { excuseFor } from '../../faults/simulation/excuses.ts';
import { isUnderWay } from '../../faults/simulation/idle.ts';
import { isLost, openWorkflowTask } from '../../faults/simulation/workflow-tasks.ts';

function event(type: string, atMs: number): HistoryEvent {
  return { eventId: 1, type, atMs, activityType: undefined, scheduledEventId: undefined, cause: undefined };
}

function violations(...names: string[]): { invariant: string; what: string }[] {
  return names.map((invariant) => ({ invariant, what: `what ${invariant} saw` }));
}

describe('a run that may be made again', () => {
  test('is one in which the server lost a task and nothing else is wrong than that it did not end', () => {
    const excuse = excuseFor(violations('everyRequestEnds', 'serverKeepsTasks'));
    assert.equal(excuse, 'serverKeepsTasks: what serverKeepsTasks saw');
  });

  test('is one in which time leapt and looks came too far apart', () => {
    assert.ok(excuseFor(violations('looksWithinSchedule', 'timeIsHeld')) !== undefined);
  });

  test('is not one that hangs without the server being at fault', () => {
    assert.equal(excuseFor(violations('everyRequestEnds', 'endsInTime')), undefined);
    assert.equal(excuseFor([]), undefined);
  });

  test('is not one with a job too many, a lost job, an untrue word or a failed task, whatever the server did', () => {
    for (const invariant of [
      'oneJobPerAttempt',
      'oneActiveJobPerSnapshot',
      'nothingLost',
      'successesAreTrue',
      'failuresAreTrue',
      'noWorkflowTaskFails',
      'historiesReplay',
    ]) {
      assert.equal(excuseFor(violations('serverKeepsTasks', invariant)), undefined, invariant);
      assert.equal(excuseFor(violations('timeIsHeld', invariant)), undefined, invariant);
    }
  });
});

describe('a workflow task', () => {
  const timeoutMs = 10_000;

  test('is lost where it started and was not timed out when its time was up', () => {
    const open = openWorkflowTask([event('workflowTaskScheduled', 0), event('workflowTaskStarted', 5)]);
    assert.ok(open !== undefined);
    assert.equal(isLost(open, 2 * timeoutMs), true);
    assert.equal(isLost(open, timeoutMs), false);
  });

  test('is not lost while no worker takes it, nor after the server has timed it out: the product may hang so', () => {
    const scheduled = openWorkflowTask([event('workflowTaskScheduled', 0)]);
    assert.ok(scheduled !== undefined);
    assert.equal(isLost(scheduled, 100 * timeoutMs), false);
    const begun = [event('workflowTaskScheduled', 0), event('workflowTaskStarted', 5)];
    for (const end of ['workflowTaskTimedOut', 'workflowTaskFailed', 'workflowTaskCompleted'])
      assert.equal(openWorkflowTask([...begun, event(end, timeoutMs)]), undefined, end);
  });
});

describe('an activity', () => {
  const started = 2;

  test('that waits for its next attempt is not under way, though the server still calls it started', () => {
    const times = { lastStartedTime: { nanos: 48_000_000 }, lastAttemptCompleteTime: { nanos: 59_000_000 } };
    assert.equal(isUnderWay({ state: started, ...times }), false);
  });

  test('is under way in its first attempt, and in one that began after the last had ended', () => {
    assert.equal(isUnderWay({ state: started, lastStartedTime: { nanos: 48_000_000 } }), true);
    const times = { lastStartedTime: { nanos: 59_000_000 }, lastAttemptCompleteTime: { nanos: 48_000_000 } };
    assert.equal(isUnderWay({ state: started, ...times }), true);
  });
});
