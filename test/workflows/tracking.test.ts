import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CancelledFailure, Client, WorkflowFailedError } from '@temporalio/client';
import type { AtlasAnswer, ExportRequest, ExportStatus } from '../../src/contract/index.ts';
import { exportFailureOf } from './export-failure-of.ts';
import { exportsOn } from './exports-on.ts';
import { atlasFailure, PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const request: ExportRequest = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const page503: AtlasAnswer = {
  code: 'ATLAS_UNAVAILABLE',
  message: '503, an HTML page',
  status: 503,
  effect: 'none',
};
const wrongKey: AtlasAnswer = {
  code: 'ATLAS_UNAUTHORIZED',
  message: 'wrong key',
  status: 401,
  effect: 'none',
};
const gone: AtlasAnswer = { code: 'ATLAS_NOT_FOUND', message: 'no such job', status: 404, effect: 'none' };

describe('following an export job', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  const { succeed, fail } = exportsOn(() => time, request);

  /** An answer to every look between two points of the job's time. */
  function answerLooks(
    atlas: PretendAtlas,
    answer: AtlasAnswer,
    span: { fromMs: number; toMs: number },
  ): void {
    atlas.before = ({ name, atMs }) => {
      const elapsedMs = atMs - (atlas.jobs[0]?.createdAtMs ?? atMs);
      if (name === 'pollExportJob' && elapsedMs >= span.fromMs && elapsedMs < span.toMs)
        throw atlasFailure(answer);
    };
  }

  test('an empty cluster shows 0 of 0 collections to the end and is a success', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 180_000, runningMs: 12 * 60_000, collections: 0 }];
    const result = await succeed(atlas);
    assert.equal(result.outcome, 'exported');
    assert.deepEqual(result.job.exportStatus, { exportedCollections: 0, totalCollections: 0 });
  });

  for (const [what, answer] of [
    ['an HTML 503', page503],
    ['a refused credential', wrongKey],
  ] as const) {
    test(`${what} for an hour in the middle is looked past`, async () => {
      const atlas = new PretendAtlas();
      atlas.plans = [{ runningMs: 3 * hourMs }];
      answerLooks(atlas, answer, { fromMs: 600_000, toMs: 600_000 + hourMs });
      const result = await succeed(atlas);
      assert.equal(result.outcome, 'exported');
      assert.equal(atlas.count('createExportJob'), 1);
    });
  }

  test('no look comes before the time that a 429 asked for', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 3 * hourMs }];
    atlas.before = ({ name, count }) => {
      if (name !== 'pollExportJob' || count !== 5) return;
      throw atlasFailure({
        code: 'ATLAS_RATE_LIMITED',
        message: 'slow',
        retryAfterMs: 1_500_000,
        effect: 'none',
      });
    };
    await succeed(atlas);
    const looks = atlas.calls.filter(({ name }) => name === 'pollExportJob');
    assert.ok((looks[5]?.atMs ?? 0) - (looks[4]?.atMs ?? 0) >= 1_500_000);
  });

  test('a state that Atlas adds one day is taken as still running', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs }];
    const activities = atlas.activities();
    const result = await time.withWorker(
      {
        ...activities,
        pollExportJob: async (input) => {
          const polled = await activities.pollExportJob(input);
          return polled.job.state === 'InProgress'
            ? { ...polled, job: { ...polled.job, state: 'Verifying' } }
            : polled;
        },
      },
      async (queue) => (await queue.start(request)).result(),
    );
    assert.equal(result.outcome, 'exported');
  });

  test('a Failed job is followed by another attempt after a pause', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs, outcome: 'Failed' }, { runningMs: hourMs }];
    const result = await succeed(atlas);
    assert.equal(result.outcome, 'exported');
    assert.deepEqual(
      result.attempts.map(({ attempt, job }) => [attempt, job.state]),
      [
        [1, 'Failed'],
        [2, 'Successful'],
      ],
    );
    assert.ok((atlas.jobs[1]?.createdAtMs ?? 0) - (atlas.jobs[0]?.createdAtMs ?? 0) >= hourMs + 60_000);
  });

  test('Failed to the last attempt ends as ExportFailed with the reason, each attempt and what it left', async () => {
    const atlas = new PretendAtlas();
    const stateReason = { errorCode: 'BUCKET_ACCESS', message: 'Access Denied' };
    atlas.plans = [{ runningMs: hourMs, outcome: 'Failed', stateReason }];
    const failure = await fail(atlas, { ...request, maxAttempts: 2 });
    assert.equal(failure.type, 'ExportFailed');
    assert.match(failure.message, /BUCKET_ACCESS: Access Denied/);
    assert.equal(failure.details.attempts?.length, 2);
    for (const { job } of failure.details.attempts ?? [])
      assert.ok(failure.message.includes(job.prefix ?? 'none'));
    assert.match(failure.details.nextStep, /policy/);
    assert.equal(atlas.jobs.length, 2);
  });

  test('a job that somebody cancels at Atlas ends as ExportCancelled, without another attempt', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs, outcome: 'Cancelled' }];
    const failure = await fail(atlas);
    assert.equal(failure.type, 'ExportCancelled');
    assert.equal(atlas.jobs.length, 1);
  });

  test('404 for a few minutes after the create is not the end of the job', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 3 * hourMs }];
    answerLooks(atlas, gone, { fromMs: 0, toMs: 10 * 60_000 });
    assert.equal((await succeed(atlas)).outcome, 'exported');
  });

  test('404 for an hour of a job that is still listed is not the end of it', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 3 * hourMs }];
    answerLooks(atlas, gone, { fromMs: 0, toMs: hourMs });
    assert.equal((await succeed(atlas)).outcome, 'exported');
  });

  test('a job that answers 404 and is listed no more ends as ExportLost, after a quarter of an hour at least', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name }) => {
      if (name !== 'pollExportJob') return;
      const [job] = atlas.jobs.splice(0, 1);
      if (job !== undefined)
        atlas.calls.push({ name: 'createExportJob', atMs: job.createdAtMs, input: 'vanished' });
    };
    const failure = await fail(atlas);
    assert.equal(failure.type, 'ExportLost');
    const looks = atlas.calls.filter(({ name }) => name === 'pollExportJob');
    assert.ok(looks.length >= 5);
    assert.ok((looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0) >= 15 * 60_000);
  });

  test('the deadline ends the request, not the job, with a last look at the very end', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 10 * dayMs }];
    const failure = await fail(atlas, { ...request, deadline: '2 days' });
    assert.equal(failure.type, 'DeadlineExceeded');
    assert.equal(failure.details.job?.state, 'InProgress');
    const looks = atlas.calls.filter(({ name }) => name === 'pollExportJob');
    const lastMs = (looks.at(-1)?.atMs ?? 0) - (atlas.jobs[0]?.createdAtMs ?? 0);
    assert.ok(Math.abs(lastMs - 2 * dayMs) < 60_000, `the last look came ${lastMs} ms after the create`);
  });

  test('Atlas away from the start until the deadline ends as DeadlineExceeded, without a job', async () => {
    const atlas = new PretendAtlas();
    atlas.before = () => {
      throw atlasFailure(page503);
    };
    const failure = await fail(atlas, { ...request, deadline: '6 hours' });
    assert.equal(failure.type, 'DeadlineExceeded');
    assert.equal(atlas.jobs.length, 0);
  });

  test('a deadline that comes while "latest" is looked up in vain has passed when it says so', async () => {
    const atlas = new PretendAtlas();
    atlas.before = () => {
      throw atlasFailure(page503);
    };
    await time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start({ ...request, snapshotId: 'latest', deadline: '20 minutes' });
      const failure = await exportFailureOf(handle);
      assert.equal(failure.type, 'DeadlineExceeded');
      assert.match(failure.message, /503/);
      const { startTime, closeTime } = await handle.describe();
      const tookMs = (closeTime?.getTime() ?? 0) - startTime.getTime();
      assert.ok(tookMs >= hourMs / 3, `it ended after ${tookMs / 1_000} s`);
    });
  });

  test('"latest" and a bucket by name are looked up first', async () => {
    const atlas = new PretendAtlas();
    const { exportBucketId: _, ...rest } = request;
    const result = await succeed(atlas, { ...rest, snapshotId: 'latest', exportBucketName: 'archive' });
    assert.equal(atlas.calls[0]?.name, 'resolveExport');
    assert.equal(result.snapshotId, 'f'.repeat(24));
    assert.equal(atlas.jobs[0]?.snapshotId, 'f'.repeat(24));
  });

  test('an export of a week makes at most 1,100 looks by default', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 6.9 * dayMs }];
    const result = await succeed(atlas);
    assert.ok(result.polls <= 1_100, `${result.polls} looks`);
  });

  test('cancelling stops the tracking, says that Atlas goes on, and a new request picks the job up', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 5 * hourMs }];
    await time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start(request);
      await time.environment.sleep('1 hour');
      await handle.cancel();
      // A client of its own, whose result() does not let time leap: the job's clock must stand still.
      const still = new Client({ connection: time.environment.connection });
      const ended = still.workflow.getHandle(handle.workflowId).result();
      const error: unknown = await ended.catch((reason: unknown) => reason);
      assert.ok(error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure);
      const status = await handle.query<ExportStatus>('status');
      assert.ok(status.notes.some((note) => note.includes('no way to cancel')));
      assert.equal(status.outcome, 'cancelled');
      assert.equal(status.job?.exportId, atlas.jobs[0]?.exportId);
      const again = await (await queue.start(request)).result();
      assert.equal(again.exportId, atlas.jobs[0]?.exportId);
      assert.equal(again.origin, 'adopted');
    });
    assert.equal(atlas.count('createExportJob'), 1);
  });

  test('status tells the job, the looks, the next look and the failure of the last', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 5 * hourMs, collections: 100 }];
    answerLooks(atlas, page503, { fromMs: hourMs, toMs: 2 * hourMs });
    await time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start(request);
      await time.environment.sleep('90 minutes');
      const status = await handle.query<ExportStatus>('status');
      assert.equal(status.phase, 'tracking');
      assert.equal(status.outcome, undefined);
      assert.equal(status.job?.state, 'InProgress');
      assert.ok(status.polls > 5);
      assert.ok(Date.parse(status.nextPollAt ?? '') > Date.parse(status.lastPollAt ?? ''));
      assert.equal(status.pollFailure?.code, 'ATLAS_UNAVAILABLE');
      assert.ok(status.pollFailure.inARow > 1);
      await handle.result();
    });
  });

  test('pollNow looks at once and returns what it saw', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 5 * hourMs, collections: 100 }];
    await time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start(request);
      await time.environment.sleep('2 hours');
      const before = await handle.query<ExportStatus>('status');
      const fresh = await handle.executeUpdate<ExportStatus, []>('pollNow');
      assert.equal(fresh.polls, before.polls + 1);
      assert.notEqual(fresh.lastPollAt, before.lastPollAt);
      await handle.result();
    });
  });
});
