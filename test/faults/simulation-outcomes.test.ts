import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Evidence, Outcome, RequestEvidence } from '../../faults/simulation/evidence.ts';
import { violationsOf } from '../../faults/simulation/invariants/index.ts';
import type { ExportFailureDetails, ExportStatus } from '../../src/contract/index.ts';
import { exportRequestIdOf } from '../../faults/books-check.ts';
import { evidenceOf, quietScenario } from './quiet-scenario.ts';

/**
 * Goal: a failure that is told wrongly is seen, whichever type it has. Method: a run whose job failed is told
 * in other words than it was.
 */
describe('the check of what a failure says', () => {
  let evidence: Evidence;
  before(async () => {
    evidence = await evidenceOf(quietScenario('Failed'));
  });

  function request(): RequestEvidence & { outcome: { kind: 'failed' } } {
    const [found] = evidence.requests;
    assert.ok(found?.outcome.kind === 'failed');
    return { ...found, outcome: found.outcome };
  }

  function redChecks(
    changed: { type?: string; message?: string; details?: Partial<ExportFailureDetails> },
    besides: Partial<Evidence> = {},
    settings: Partial<RequestEvidence['scenario']['settings']> = {},
  ): string[] {
    const { outcome, scenario, ...rest } = request();
    const { details } = outcome;
    assert.ok(details !== undefined);
    const told = { ...outcome, ...changed, details: { ...details, ...changed.details } };
    const requests = [
      { ...rest, scenario: { ...scenario, settings: { ...scenario.settings, ...settings } }, outcome: told },
    ];
    const violations = violationsOf({ ...evidence, requests, ...besides });
    return [...new Set(violations.map(({ invariant }) => invariant))];
  }

  test('has nothing to say of what was really told', () => {
    assert.equal(request().outcome.type, 'ExportFailed');
    assert.deepEqual(redChecks({}), []);
  });

  test('sees one that gives up before its attempts are used up', () => {
    assert.deepEqual(redChecks({}, {}, { maxAttempts: 2 }), ['failuresAreTrue']);
  });

  test('sees one that is about a job of another snapshot', () => {
    const jobs = evidence.jobs.map((job) => ({ ...job, snapshotId: 'f'.repeat(24) }));
    assert.deepEqual(redChecks({}, { jobs }), ['failuresAreTrue']);
  });

  test('sees a credential that is said to be refused, although a job was created or none was refused', () => {
    const [call] = evidence.calls;
    const { startedAtMs } = request();
    assert.ok(call !== undefined);
    const refused = { ...call, faultApplied: 'unauthorized', at: startedAtMs } as const;
    const type = 'AtlasUnauthorized';
    assert.deepEqual(redChecks({ type }, { calls: [refused] }), ['failuresAreTrue']);
    assert.deepEqual(redChecks({ type }, { jobs: [], calls: [refused] }), []);
    const longBefore = { ...refused, at: startedAtMs - 3_600_000 };
    assert.deepEqual(redChecks({ type }, { jobs: [], calls: [longBefore] }), ['failuresAreTrue']);
  });

  test('sees a conflict with the request’s own job, and none with another', () => {
    const type = 'ExportConflict';
    const settings = { onActiveExport: 'fail' } as const;
    assert.deepEqual(redChecks({ type }, {}, settings), ['failuresAreTrue']);
    const jobs = evidence.jobs.map((job) => ({ ...job, origin: 'foreign' as const }));
    assert.deepEqual(redChecks({ type }, { jobs }, settings), []);
    assert.deepEqual(redChecks({ type }, { jobs }, { onActiveExport: 'wait' }), ['failuresAreTrue']);
  });

  test('sees a deadline that had not passed', () => {
    const message = 'The deadline passed while following export job 1.';
    const settings = { deadline: '2 hours' } as const;
    assert.deepEqual(redChecks({ type: 'DeadlineExceeded', message }, {}, settings), ['failuresAreTrue']);
  });

  test('believes in the deadline of the export that a request has joined', () => {
    const message = 'The deadline passed while following export job 1.';
    const first = { ...request(), endedAtMs: request().startedAtMs + 7 * 24 * 3_600_000 };
    const { outcome } = first;
    const joined = { ...first, startedAtMs: first.startedAtMs + 3_600_000 };
    const requests = [joined, first].map((each) => ({
      ...each,
      outcome: { ...outcome, type: 'DeadlineExceeded', message },
    }));
    assert.deepEqual(violationsOf({ ...evidence, requests }), []);
  });

  test('sees a job that goes unnamed as the deadline passes, but for the one whose create is in doubt', () => {
    const [job] = evidence.jobs;
    assert.ok(job !== undefined);
    const late = { ...request(), endedAtMs: request().startedAtMs + 7 * 24 * 3_600_000 };
    const { outcome } = late;
    assert.ok(outcome.details !== undefined);
    const redAt = (ended: Outcome): string[] =>
      violationsOf({ ...evidence, requests: [{ ...late, outcome: ended }] }).map(
        ({ invariant }) => invariant,
      );
    const said = (id: string): string =>
      `An earlier create request went unanswered; it would carry exportRequestId ${id}.`;
    const details = { ...outcome.details, attempts: [] };
    const failed = (words: string): Outcome => ({
      ...outcome,
      type: 'DeadlineExceeded',
      message: `The deadline passed while looking for the export job. ${words}`,
      details,
    });
    const own = exportRequestIdOf(job) ?? '';
    assert.deepEqual(redAt(failed(said(own))), []);
    assert.deepEqual(redAt(failed(said(`${late.runId}/2`))), ['nothingLost']);
    assert.deepEqual(redAt(failed('')), ['nothingLost'], 'the identity in the details says nothing of a job');
  });

  test('sees a job that goes unnamed as its export is cancelled', () => {
    const [job] = evidence.jobs;
    assert.ok(job !== undefined);
    const own = exportRequestIdOf(job) ?? '';
    const attempts = request().outcome.details?.attempts ?? [];
    const redAt = (told: Pick<ExportStatus, 'attempts' | 'notes'>): string[] => {
      const scenario = { ...request().scenario, cancelAfterMs: 1 };
      const requests = [{ ...request(), scenario, outcome: { kind: 'cancelled', status: told } as const }];
      return violationsOf({ ...evidence, requests }).map(({ invariant }) => invariant);
    };
    assert.deepEqual(redAt({ attempts, notes: [] }), []);
    assert.deepEqual(redAt({ attempts: [], notes: [] }), ['nothingLost']);
    const said = `An earlier create request went unanswered; it would carry exportRequestId ${own}.`;
    assert.deepEqual(redAt({ attempts: [], notes: [said] }), []);
  });
});
