/**
 * Goal: a create request is sent once, and only while Temporal says that this very attempt is wanted. Method: the
 * real activity over a simulated Atlas, whose books tell what was sent.
 */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { CreateExportJobInput } from '../../src/activities/index.ts';
import {
  failureOf,
  startActivityStage,
  stillWanted,
  wantedSince,
  type ActivityStage,
} from './support/activity-stage.ts';
import type { Answer } from './support/stand-in-temporal.ts';

const leaseMs = 5_000;
const describeCall = 'DescribeWorkflowExecution';
const customData = [{ key: 'exportRequestId', value: 'run/1' }];

function inputOf({ atlas }: ActivityStage): CreateExportJobInput {
  const { orders, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
  return { ...orders, snapshotId, exportBucketId, customData };
}

async function startCreating(
  test: TestContext,
  answer: Answer | undefined,
): Promise<{ stage: ActivityStage; ended: Promise<unknown> }> {
  const stage = await startActivityStage(test);
  if (answer !== undefined) stage.temporal.answers.set(describeCall, answer);
  return { stage, ended: stage.run(() => stage.activities.createExportJob(inputOf(stage))) };
}

/** Nothing was sent, and the workflow learns that nothing was. */
async function assertNotSent(
  { stage, ended }: Awaited<ReturnType<typeof startCreating>>,
  message: RegExp,
): Promise<void> {
  const failure = await failureOf(ended);
  assert.equal(failure.type, 'ATLAS_NOT_SENT');
  assert.equal(failure.detail.effect, 'none');
  assert.equal(failure.nonRetryable, false);
  assert.match(failure.detail.message, message);
  assert.equal(stage.requestsOf('createExportJob'), 0);
  assert.equal(stage.atlas.simulator.books.createsAccepted, 0);
}

describe('the activity that creates an export job', () => {
  test('sends one request, with all custom data, and returns the job', async (t) => {
    const { stage, ended } = await startCreating(t, stillWanted);
    const job = await ended;
    const { jobs, createsAccepted } = stage.atlas.simulator.books;
    assert.equal(createsAccepted, 1);
    assert.deepEqual(jobs[0]?.customData, customData);
    assert.ok(typeof job === 'object' && job !== null && 'exportId' in job && 'state' in job);
    assert.deepEqual([job.exportId, job.state], [jobs[0].exportId, 'Queued']);
    assert.deepEqual(stage.temporal.calls, [describeCall]);
  });

  test('sends nothing when it has been given up', async (t) => {
    await assertNotSent(await startCreating(t, () => ({ pendingActivities: [] })), /given up meanwhile/);
  });

  test('sends nothing when another attempt has taken its place', async (t) => {
    await assertNotSent(await startCreating(t, () => stillWanted(2)), /given up meanwhile/);
  });

  test('sends nothing when Temporal cannot be asked', async (t) => {
    await assertNotSent(await startCreating(t, undefined), /could not be asked/);
  });

  test('sends nothing when the answer took as long as it would have held', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const late = (): object => {
      t.mock.timers.tick(leaseMs);
      return stillWanted();
    };
    await assertNotSent(await startCreating(t, late), /createExportJob/);
  });

  test('sends nothing when the clock was set back meanwhile: how old the answer is cannot be told', async (t) => {
    const nowMs = Date.now();
    t.mock.timers.enable({ apis: ['Date'], now: nowMs });
    const setBack = (): object => {
      t.mock.timers.setTime(nowMs - leaseMs);
      return stillWanted();
    };
    await assertNotSent(await startCreating(t, setBack), /createExportJob/);
  });

  test('sends nothing when the export was cancelled while the create waited for a worker', async (t) => {
    const cancelled = (): object => ({ ...stillWanted(), workflowExtendedInfo: { cancelRequested: true } });
    await assertNotSent(await startCreating(t, cancelled), /cancelled before its job was created/);
  });

  test('tells that a second export of the snapshot is refused, as a failure that repeating does not change', async (t) => {
    const { stage, ended } = await startCreating(t, stillWanted);
    await ended;
    const failure = await failureOf(stage.run(() => stage.activities.createExportJob(inputOf(stage))));
    assert.deepEqual([failure.type, failure.nonRetryable], ['ATLAS_CONFLICT', true]);
    assert.deepEqual([failure.detail.status, failure.detail.effect], [409, 'none']);
    assert.equal(stage.atlas.simulator.books.createsAccepted, 1);
  });

  test('does not know what became of a request whose reply is lost', async (t) => {
    const stage = await startActivityStage(t);
    stage.temporal.answers.set(describeCall, stillWanted);
    stage.atlas.simulator.faults.script({ operation: 'createExportJob' }, { kind: 'replyLost' });
    const failure = await failureOf(stage.run(() => stage.activities.createExportJob(inputOf(stage))));
    assert.deepEqual([failure.type, failure.detail.effect], ['ATLAS_CONNECTION', 'unknown']);
    assert.equal(stage.atlas.simulator.books.createsAccepted, 1);
  });
});

describe('a create that no worker took on for an hour', () => {
  const readAtMs = Date.UTC(2026, 0, 1);
  const hourMs = 3_600_000;
  const allowedBy = { readAtMs, deadlineAtMs: readAtMs + 10 * hourMs };

  async function startLate(
    test: TestContext,
    arrange: (stage: ActivityStage) => Partial<CreateExportJobInput>,
  ): Promise<{ stage: ActivityStage; ended: Promise<unknown> }> {
    const stage = await startActivityStage(test);
    stage.temporal.answers.set(describeCall, () => wantedSince(readAtMs + hourMs));
    const input = { ...inputOf(stage), allowedBy, ...arrange(stage) };
    return { stage, ended: stage.run(() => stage.activities.createExportJob(input)) };
  }

  /** As somebody else has it made meanwhile. */
  function exportedMeanwhile(
    { atlas }: ActivityStage,
    job: { plan?: { queuedMs: number; runningMs: number }; customData?: typeof customData } = {},
  ): string {
    const { orders, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
    return atlas.simulator.createForeignJob({ ...orders, snapshotId, exportBucketId, ...job }).exportId;
  }

  const ended = { queuedMs: 0, runningMs: 0 };

  test('looks again, and is sent when there is still nothing in its way', async (t) => {
    const { stage, ended: creating } = await startLate(t, () => ({}));
    await creating;
    assert.deepEqual([stage.requestsOf('listExportJobs'), stage.requestsOf('createExportJob')], [1, 1]);
    assert.deepEqual(stage.temporal.calls, [describeCall, describeCall], 'the look used up the lease');
  });

  test('is not sent when somebody else has exported the snapshot meanwhile', async (t) => {
    let exportId = '';
    const late = await startLate(t, (stage) => {
      exportId = exportedMeanwhile(stage, { plan: ended });
      return {};
    });
    await assertNotSent(late, new RegExp(`${exportId} of this snapshot has come up since`));
  });

  test('is not sent when somebody else’s export of the snapshot is active', async (t) => {
    const late = await startLate(t, (stage) => {
      exportedMeanwhile(stage);
      return {};
    });
    await assertNotSent(late, /has come up since/);
  });

  test('is not sent when its own job is there, as after a backup of Temporal’s database was brought back', async (t) => {
    const late = await startLate(t, (stage) => {
      exportedMeanwhile(stage, { plan: ended, customData });
      return {};
    });
    await assertNotSent(late, /has come up since/);
  });

  test('is sent although the snapshot was exported before, where the request goes past that export', async (t) => {
    const { stage, ended: creating } = await startLate(t, (at) => ({
      allowedBy: { ...allowedBy, exportedBefore: exportedMeanwhile(at, { plan: ended }) },
    }));
    await creating;
    assert.equal(stage.requestsOf('createExportJob'), 1);
  });

  test('is not sent when the list cannot be read, and the workflow learns that nothing was', async (t) => {
    const stage = await startActivityStage(t);
    stage.temporal.answers.set(describeCall, () => wantedSince(readAtMs + hourMs));
    stage.atlas.simulator.faults.script({ operation: 'listExportJobs' }, { kind: 'htmlUnavailable' });
    const input = { ...inputOf(stage), allowedBy };
    const failure = await failureOf(stage.run(() => stage.activities.createExportJob(input)));
    assert.deepEqual([failure.type, failure.detail.effect], ['ATLAS_UNAVAILABLE', 'none']);
    assert.equal(stage.requestsOf('createExportJob'), 0);
  });

  test('is not sent once the deadline of the export has passed', async (t) => {
    const late = await startLate(t, () => ({ allowedBy: { ...allowedBy, deadlineAtMs: readAtMs + hourMs } }));
    await assertNotSent(late, /The deadline passed/);
    assert.equal(late.stage.requestsOf('listExportJobs'), 0);
  });

  test('is not sent where the deadline passes while it looks again', async (t) => {
    const late = await startLate(t, ({ atlas }) => {
      atlas.simulator.faults.script({ operation: 'listExportJobs' }, { kind: 'slowHeaders', delayMs: 2_500 });
      return { allowedBy: { ...allowedBy, deadlineAtMs: readAtMs + hourMs + 2_000 } };
    });
    await assertNotSent(late, /The deadline passed while the list of export jobs was read again/);
    assert.equal(late.stage.requestsOf('listExportJobs'), 1);
  });

  test('looks again for as long as a list of several pages takes', async (t) => {
    const { stage, ended: creating } = await startLate(t, ({ atlas }) => {
      const { orders, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
      const failed = { ...ended, outcome: 'Failed' } as const;
      for (let jobs = 0; jobs < 501; jobs += 1)
        atlas.simulator.createForeignJob({ ...orders, snapshotId, exportBucketId, plan: failed });
      for (let pages = 0; pages < 2; pages += 1) {
        const slow = { kind: 'slowHeaders', delayMs: 6_000 } as const;
        atlas.simulator.faults.script({ operation: 'listExportJobs' }, slow);
      }
      return {};
    });
    await creating;
    assert.deepEqual([stage.requestsOf('listExportJobs'), stage.requestsOf('createExportJob')], [2, 1]);
  });

  test('does not look again after half a minute: so long the look of the workflow holds', async (t) => {
    const stage = await startActivityStage(t);
    stage.temporal.answers.set(describeCall, () => wantedSince(readAtMs + 30_000));
    await stage.run(() => stage.activities.createExportJob({ ...inputOf(stage), allowedBy }));
    assert.deepEqual([stage.requestsOf('listExportJobs'), stage.requestsOf('createExportJob')], [0, 1]);
  });
});
