import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Evidence, HistoryEvent, WorkflowHistory } from '../../faults/simulation/evidence.ts';
import { invariants, violationsOf } from '../../faults/simulation/invariants/index.ts';
import { evidenceOf, quietScenario } from './quiet-scenario.ts';

/**
 * Goal: each check sees its own kind of wrong, and no check sees it for another. Method: what a real run left
 * behind is changed as a broken product would have left it. Where the product itself can be broken from outside
 * it is, in broken-product.test.ts; here are the ways that need another workflow or another clock.
 */
describe('the checks of the fault simulation', () => {
  let evidence: Evidence;
  before(async () => {
    evidence = await evidenceOf(quietScenario('Successful'));
  });

  function history(): WorkflowHistory {
    const [found] = evidence.histories;
    assert.ok(found !== undefined);
    return found;
  }

  function redChecks(changes: Partial<Evidence>): string[] {
    return [...new Set(violationsOf({ ...evidence, ...changes }).map(({ invariant }) => invariant))].sort();
  }

  function withEvents(events: readonly HistoryEvent[]): Partial<Evidence> {
    return { histories: [{ ...history(), events }] };
  }

  test('have nothing to say of what was really left behind', () => {
    assert.deepEqual(redChecks({}), []);
    assert.ok(history().events.some(({ activityType }) => activityType === 'pollExportJob'));
  });

  test('see a request that ended in no documented way', () => {
    const requests = evidence.requests.map((request) => ({
      ...request,
      outcome: { kind: 'otherwise', what: 'terminated' } as const,
    }));
    assert.deepEqual(redChecks({ requests }), ['everyRequestEnds']);
  });

  test('see looks that come too close upon each other', () => {
    const { events } = history();
    const look = events.filter(({ activityType }) => activityType === 'pollExportJob').slice(0, 3);
    const lastEndedAtMs = look.at(-1)?.atMs ?? 0;
    const hasty = look.map((event) => ({ ...event, atMs: lastEndedAtMs + 1_000 }));
    assert.deepEqual(redChecks(withEvents([...events, ...look, ...hasty])), ['looksWithinSchedule']);
    const [asked] = hasty;
    assert.ok(asked !== undefined);
    const update = { ...asked, type: 'workflowExecutionUpdateAccepted', activityType: undefined };
    assert.deepEqual(redChecks(withEvents([...events, ...look, update, ...hasty])), []);
  });

  test('see looks that are too far apart', () => {
    const { events } = history();
    const look = events.filter(({ activityType }) => activityType === 'pollExportJob').slice(0, 3);
    const dayMs = 24 * 3_600_000;
    const late = look.map((event) => ({ ...event, atMs: event.atMs + dayMs }));
    assert.deepEqual(redChecks(withEvents([...events, ...look, ...late])), ['looksWithinSchedule']);
  });

  test('see a component whose looks stop, but for one that Atlas does not show', () => {
    const { events } = history();
    const look = events.filter(({ activityType }) => activityType === 'pollExportJob').slice(0, 3);
    const hourMs = 3_600_000;
    const failing = (cause: string): Partial<Evidence> => {
      const looks = [0, 1, 2, 10].flatMap((hours) =>
        look.map((event) => ({
          ...event,
          type: event.type === 'activityTaskCompleted' ? 'activityTaskFailed' : event.type,
          cause,
          atMs: event.atMs + (hours * hourMs) / (hours < 10 ? 60 : 1),
        })),
      );
      return { histories: [{ ...history(), workflowType: 'trackComponent', events: looks }] };
    };
    assert.deepEqual(redChecks(failing('ATLAS_UNAVAILABLE')), ['looksWithinSchedule']);
    assert.deepEqual(redChecks(failing('ATLAS_NOT_FOUND')), []);
  });

  test('see a component that looks on after its job has ended', () => {
    const { events } = history();
    const look = events.filter(({ activityType }) => activityType === 'pollExportJob').slice(0, 3);
    const [first] = look;
    assert.ok(first !== undefined);
    const told = { ...first, type: 'workflowExecutionSignaled', activityType: undefined };
    const after = (looks: number): Partial<Evidence> => ({
      histories: [
        {
          ...history(),
          workflowType: 'trackComponent',
          events: [...look, told, ...Array.from({ length: looks }, () => look).flat()],
        },
      ],
    });
    assert.deepEqual(redChecks(after(3)), []);
    assert.deepEqual(redChecks(after(4)), ['looksWithinSchedule']);
  });

  test('see a call before its Retry-After', () => {
    const [call] = evidence.calls;
    assert.ok(call !== undefined);
    const limited = { ...call, status: 429, retryAfter: '60' };
    const early = { ...call, sequence: call.sequence + 1_000, at: call.at + 30_000 };
    assert.deepEqual(redChecks({ calls: [limited, early] }), ['retryAfterRespected']);
    const patient = { ...early, at: call.at + 61_000 };
    assert.deepEqual(redChecks({ calls: [limited, patient] }), []);
    const ofTokens = { ...limited, operation: 'createToken' } as const;
    assert.deepEqual(redChecks({ calls: [ofTokens, early] }), []);
    assert.deepEqual(redChecks({ calls: [ofTokens, { ...early, operation: 'createToken' }] }), [
      'retryAfterRespected',
    ]);
  });

  test('see a workflow task that failed, but for a last word that crossed with an event', () => {
    const failed = {
      eventId: 999,
      type: 'workflowTaskFailed',
      atMs: history().events.at(-1)?.atMs ?? 0,
      activityType: undefined,
      scheduledEventId: undefined,
    };
    const { events } = history();
    assert.deepEqual(
      redChecks(withEvents([...events, { ...failed, cause: 'cause 24: Nondeterminism error' }])),
      ['noWorkflowTaskFails'],
    );
    assert.deepEqual(
      redChecks(withEvents([...events, { ...failed, cause: 'unhandledCommand: no message' }])),
      [],
    );
  });

  test('see a history that grows faster than its looks', () => {
    const { events } = history();
    const [first] = events;
    assert.ok(first !== undefined);
    const marker: HistoryEvent = { ...first, type: 'markerRecorded' };
    const grown = [...events, ...Array.from({ length: 100 }, () => marker)];
    assert.deepEqual(redChecks(withEvents(grown)), ['historyBounded']);
  });

  test('see a history that does not replay', () => {
    const histories = [{ ...history(), replayError: 'Nondeterminism error' }];
    assert.deepEqual(redChecks({ histories }), ['historiesReplay']);
  });

  test('see a run that hung', () => {
    assert.deepEqual(redChecks({ hung: 'after 60 s' }), ['endsInTime']);
  });

  test('see a workflow task that the server has lost', () => {
    assert.deepEqual(redChecks({ lostTasks: ['the workflow task of event 19 started'] }), [
      'serverKeepsTasks',
    ]);
  });

  test('see time that was skipped under an activity, or under a workflow task', () => {
    assert.deepEqual(redChecks({ leaps: ['4000 ms were skipped under pollExportJob'] }), ['timeIsHeld']);
    const hourMs = 3_600_000;
    const first = history().events.findIndex(({ type }) => type === 'workflowTaskCompleted');
    const events = history().events.map((event, index) =>
      index < first ? event : { ...event, atMs: event.atMs + hourMs },
    );
    assert.deepEqual(redChecks(withEvents(events)), ['timeIsHeld']);
  });

  test('are each seen to go red by a test', () => {
    const seenHere = [
      'everyRequestEnds',
      'looksWithinSchedule',
      'retryAfterRespected',
      'noWorkflowTaskFails',
      'historyBounded',
      'historiesReplay',
      'endsInTime',
      'serverKeepsTasks',
      'timeIsHeld',
    ];
    const seenByABrokenProduct = [
      'oneJobPerAttempt',
      'oneActiveJobPerSnapshot',
      'successesAreTrue',
      'failuresAreTrue',
      'nothingLost',
    ];
    assert.deepEqual([...seenHere, ...seenByABrokenProduct].sort(), Object.keys(invariants).sort());
  });
});
