import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recoveryOf, type StepEvent } from '../../faults/processes/useful-step.ts';

const dead = 'atlas-export-worker 7@host';
const alive = 'atlas-export-worker 8@host';
const kill = { atMs: 1_000, pid: 7 };

let nextId = 1;
function event(atMs: number, type: string, rest: Partial<StepEvent> = {}): StepEvent {
  nextId += 1;
  return { id: nextId, atMs, type, identity: undefined, scheduledId: undefined, ...rest };
}

describe('the wait for the next step after a kill', () => {
  test('counts from the kill where the dead worker held a task, until a living one steps', () => {
    const scheduled = event(900, 'activityTaskScheduled');
    const events = [
      scheduled,
      event(950, 'activityTaskStarted', { identity: dead, scheduledId: scheduled.id }),
      event(7_000, 'activityTaskTimedOut', { scheduledId: scheduled.id }),
      event(7_000, 'workflowTaskScheduled'),
      event(9_000, 'workflowTaskCompleted', { identity: alive }),
    ];
    assert.deepEqual(recoveryOf(events, kill), { owedAtMs: 1_000, steppedAtMs: 9_000 });
  });

  test('counts from the timer where nothing was owed before it fired', () => {
    const events = [
      event(500, 'timerStarted'),
      event(30_000, 'timerFired'),
      event(30_001, 'workflowTaskScheduled'),
      event(32_000, 'workflowTaskCompleted', { identity: alive }),
    ];
    assert.deepEqual(recoveryOf(events, kill), { owedAtMs: 30_001, steppedAtMs: 32_000 });
  });

  test('does not take what the dead worker still did for a step', () => {
    const scheduled = event(900, 'workflowTaskScheduled');
    const events = [
      scheduled,
      event(1_001, 'workflowTaskCompleted', { identity: dead, scheduledId: scheduled.id }),
    ];
    assert.deepEqual(recoveryOf(events, kill), { owedAtMs: 1_000, steppedAtMs: undefined });
  });

  test('is none where the last call of the dying worker has ended the run', () => {
    const scheduled = event(900, 'workflowTaskScheduled');
    const last = event(1_001, 'workflowTaskCompleted', { identity: dead, scheduledId: scheduled.id });
    assert.equal(recoveryOf([scheduled, last, event(1_001, 'workflowExecutionCompleted')], kill), undefined);
  });

  test('is none for a run that began later, had ended, or waits still', () => {
    assert.equal(recoveryOf([event(2_000, 'workflowExecutionStarted')], kill), undefined);
    assert.equal(
      recoveryOf([event(100, 'workflowExecutionStarted'), event(900, 'workflowExecutionCompleted')], kill),
      undefined,
    );
    assert.equal(recoveryOf([event(900, 'timerStarted')], kill), undefined);
  });
});
