/**
 * Goal: what a request says, and what it does next, while it is not known whether its create request was carried out.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import {
  statusQuery,
  type AtlasAnswer,
  type ExportRequest,
  type ExportStatus,
} from '../../src/contract/index.ts';

import { exportFailureOf } from './export-failure-of.ts';
import { exportsOn } from './exports-on.ts';
import { atlasFailure, PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const hourMs = 3_600_000;
const request: ExportRequest = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};
const lostReply: AtlasAnswer = { code: 'ATLAS_TIMEOUT', message: 'no reply', effect: 'unknown' };
const unavailable: AtlasAnswer = { code: 'ATLAS_UNAVAILABLE', message: 'no connection', effect: 'none' };
const refused: AtlasAnswer = { code: 'ATLAS_REJECTED', message: 'cannot', status: 400, effect: 'none' };

describe('a create request without reply', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  const { succeed, fail } = exportsOn(() => time, request);

  /** The first create never arrives, and somebody else has the snapshot exported at once. */
  function exportedBySomebodyElse(): { atlas: PretendAtlas; exportIds: string[] } {
    const atlas = new PretendAtlas();
    const exportIds: string[] = [];
    atlas.before = ({ name, count, atMs }) => {
      if (name !== 'createExportJob' || count > 1) return;
      exportIds.push(atlas.foreignJob({ plan: { runningMs: 0 }, createdAtMs: atMs }));
      throw atlasFailure(lostReply);
    };
    return { atlas, exportIds };
  }

  test('is not followed by another where somebody else has exported the snapshot meanwhile', async () => {
    const { atlas, exportIds } = exportedBySomebodyElse();
    const result = await succeed(atlas);
    assert.equal(atlas.count('createExportJob'), 1, 'a second job was paid for');
    assert.deepEqual([result.outcome, result.exportId], ['alreadyExported', exportIds[0]]);
    assert.match(result.notes.join('\n'), /went unanswered and its job was not listed since/);
    const looks = atlas.calls.filter(({ name }) => name === 'findExportJob').map(({ atMs }) => atMs);
    assert.ok((looks.at(-1) ?? 0) - (looks[1] ?? 0) >= 120_000, 'its own job was given up too soon');
  });

  test('is followed by another where the request wants a new export whatever there is', async () => {
    const { atlas, exportIds } = exportedBySomebodyElse();
    const result = await succeed(atlas, { ...request, skipIfExported: false });
    assert.equal(atlas.count('createExportJob'), 2);
    assert.equal(result.outcome, 'exported');
    assert.notEqual(result.exportId, exportIds[0]);
  });

  /** The create that counts goes out 2 s before the deadline of an hour. */
  function createdAtTheLastMoment(): PretendAtlas {
    const atlas = new PretendAtlas();
    const beginsMs: number[] = [];
    atlas.before = ({ name, count, atMs }) => {
      beginsMs.push(atMs);
      if (name !== 'createExportJob' || count > 1) return;
      const retryAfterMs = hourMs - 2_000 - (atMs - (beginsMs[0] ?? atMs));
      throw atlasFailure({ code: 'ATLAS_RATE_LIMITED', message: 'slow down', retryAfterMs, effect: 'none' });
    };
    return atlas;
  }

  function callsSince(atlas: PretendAtlas, name: string): string[] {
    const names = atlas.calls.map<string>(({ name: called }) => called);
    return names.slice(names.lastIndexOf(name) + 1);
  }

  test('is looked for beyond the deadline that comes as it is in doubt, and its job is told', async () => {
    const atlas = createdAtTheLastMoment();
    atlas.afterCreate = () => {
      throw atlasFailure(lostReply);
    };
    atlas.plans = [{ runningMs: 2 * hourMs }];
    const failure = await fail(atlas, { ...request, deadline: '1 hour' });
    assert.equal(failure.type, 'DeadlineExceeded');
    assert.equal(atlas.jobs.length, 1);
    assert.equal(failure.details.job?.exportId, atlas.jobs[0]?.exportId, failure.message);
    assert.deepEqual(
      failure.details.attempts?.map(({ origin, job }) => [origin, job.exportId]),
      [['found', atlas.jobs[0]?.exportId]],
    );
    assert.match(failure.details.nextStep, /goes on\. Start the same request again, with a longer deadline/);
    assert.ok(!failure.message.includes('went unanswered'), failure.message);
  });

  test('that never arrived is said to be absent only after the looks that show it, and none is sent after the deadline', async () => {
    const atlas = createdAtTheLastMoment();
    const { before } = atlas;
    atlas.before = (call) => {
      before(call);
      if (call.name === 'createExportJob') throw atlasFailure(lostReply);
    };
    const failure = await fail(atlas, { ...request, deadline: '1 hour' });
    assert.equal(failure.type, 'DeadlineExceeded');
    assert.match(
      failure.message,
      /went unanswered and its job was not listed since.*exportRequestId [^ ]+\/1\.$/,
    );
    assert.equal(atlas.count('createExportJob'), 2);
    assert.deepEqual(callsSince(atlas, 'createExportJob'), Array(3).fill('findExportJob'));
  });

  test('is not said to be absent where the list cannot be read', async () => {
    const atlas = createdAtTheLastMoment();
    const { before } = atlas;
    atlas.before = (call) => {
      before(call);
      if (call.name === 'findExportJob' && atlas.jobs.length > 0) throw atlasFailure(unavailable);
    };
    atlas.afterCreate = () => {
      throw atlasFailure(lostReply);
    };
    const failure = await fail(atlas, { ...request, deadline: '1 hour' });
    assert.equal(failure.type, 'DeadlineExceeded');
    assert.match(failure.message, /went unanswered and the list of export jobs could not be read since/);
    assert.match(failure.message, /exportRequestId [^ ]+\/1\.$/);
    assert.ok(callsSince(atlas, 'createExportJob').length > 0, 'nobody looked');
  });

  /** Cancels the export while its create is under way, whose reply is lost then. */
  async function cancelledMeanwhile(
    atlas: PretendAtlas,
    createCount = 1,
  ): Promise<{ status: Awaited<ReturnType<typeof statusOf>>; creates: number }> {
    atlas.afterCreate = (count) => {
      if (count === createCount) throw atlasFailure(lostReply);
    };
    return await time.withWorker(atlas.activities(), async (queue) => {
      const starting = queue.start(request);
      atlas.whileCreating = async () => {
        if (atlas.count('createExportJob') === createCount) await (await starting).cancel();
      };
      const started = await starting;
      await assert.rejects(started.result());
      assert.equal((await started.describe()).status.name, 'CANCELLED');
      return { status: await statusOf(started), creates: atlas.count('createExportJob') };
    });
  }

  function statusOf(handle: WorkflowHandle): Promise<ExportStatus> {
    return handle.query(statusQuery);
  }

  test('of an export that is cancelled meanwhile is looked for, so that the job that goes on is told', async () => {
    const atlas = new PretendAtlas();
    const { status, creates } = await cancelledMeanwhile(atlas);
    assert.equal(creates, 1);
    assert.equal(status.job?.exportId, atlas.jobs[0]?.exportId);
  });

  test('of a second attempt that is cancelled meanwhile is told without what belongs to the first', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [
      { runningMs: 60_000, outcome: 'Failed', shards: ['shard-0', 'shard-1'] },
      { runningMs: hourMs },
    ];
    const { status } = await cancelledMeanwhile(atlas, 2);
    assert.equal(status.job?.exportId, atlas.jobs[1]?.exportId);
    assert.deepEqual(status.components, []);
    assert.equal(status.attempts.length, 2);
  });

  test('of an export that is cancelled meanwhile leaves its identity where the list cannot be read', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name }) => {
      if (name === 'findExportJob' && atlas.jobs.length > 0) throw atlasFailure(unavailable);
    };
    const { status } = await cancelledMeanwhile(atlas);
    const identity = atlas.jobs[0]?.customData.at(-1)?.value;
    assert.equal(status.job, undefined);
    assert.match(
      status.notes.join('\n'),
      /went unanswered and the list of export jobs could not be read since/,
    );
    assert.ok(status.notes.join('\n').includes(`exportRequestId ${identity}`), status.notes.join('\n'));
  });

  test('does not hide what waits for another export when the deadline comes', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name, count, atMs }) => {
      if (name !== 'createExportJob' || count > 1) return;
      atlas.foreignJob({ plan: { runningMs: 3 * hourMs }, createdAtMs: atMs });
      throw atlasFailure(lostReply);
    };
    const failure = await fail(atlas, { ...request, deadline: '1 hour', onActiveExport: 'wait' });
    assert.equal(failure.type, 'DeadlineExceeded');
    assert.match(failure.message, /following export job.*went unanswered and its job was not listed since/);
    assert.match(failure.details.nextStep, /may exist.*with onActiveExport "adopt" and a longer deadline/);
  });
});

describe('a create request that Atlas refuses with a status that is not 409', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  test('leads to the active export where there is one', async () => {
    const atlas = new PretendAtlas();
    const exportIds: string[] = [];
    atlas.before = ({ name, atMs }) => {
      if (name !== 'createExportJob') return;
      exportIds.push(atlas.foreignJob({ plan: { runningMs: hourMs }, createdAtMs: atMs }));
      throw atlasFailure(refused);
    };
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(request)).result(),
    );
    assert.deepEqual([result.origin, result.exportId], ['adopted', exportIds[0]]);
    assert.equal(atlas.count('createExportJob'), 1);
  });

  for (const unread of ['ATLAS_FORBIDDEN', 'ATLAS_UNAVAILABLE']) {
    test(`ends the export with the refusal soon where the list cannot be read (${unread})`, async () => {
      const atlas = new PretendAtlas();
      let refusedAtMs = 0;
      let lastAtMs = 0;
      atlas.before = ({ name, atMs }) => {
        lastAtMs = atMs;
        if (name === 'createExportJob') {
          refusedAtMs = atMs;
          throw atlasFailure(refused);
        }
        if (refusedAtMs > 0) throw atlasFailure({ code: unread, message: 'no', effect: 'none' });
      };
      const failure = await time.withWorker(atlas.activities(), async (queue) =>
        exportFailureOf(await queue.start(request)),
      );
      assert.deepEqual([failure.type, failure.details.atlas?.message], ['AtlasRejected', 'cannot']);
      assert.ok(lastAtMs - refusedAtMs <= 60_000, `looked for ${lastAtMs - refusedAtMs} ms`);
    });
  }
});
