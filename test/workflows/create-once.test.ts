import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as v from 'valibot';
import type { ExportActivities, FoundExportJobs } from '../../src/activities/index.ts';
import type { AtlasAnswer, ExportJob, ExportRequest, ExportResult } from '../../src/contract/index.ts';
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
const lostReply: AtlasAnswer = { code: 'ATLAS_TIMEOUT', message: 'no reply', effect: 'unknown' };
const notTaken: AtlasAnswer = { code: 'ATLAS_UNAVAILABLE', message: 'no connection', effect: 'none' };
const conflict: AtlasAnswer = {
  code: 'ATLAS_CONFLICT',
  message: 'an export is active',
  status: 409,
  effect: 'none',
};
const wrongKey: AtlasAnswer = {
  code: 'ATLAS_UNAUTHORIZED',
  message: 'wrong key',
  status: 401,
  effect: 'none',
};

const allowedBySchema = v.object({
  readAtMs: v.number(),
  exportedBefore: v.string(),
  deadlineAtMs: v.number(),
});

describe('creating the export job, once', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  const { succeed, fail } = exportsOn(() => time, request);

  test('the job carries the run id and the attempt, beside what the caller gave', async () => {
    const atlas = new PretendAtlas();
    const customData = [{ key: 'exported by', value: 'myName' }];
    const result = await succeed(atlas, { ...request, customData });
    const [job] = atlas.jobs;
    assert.deepEqual(job?.customData.slice(0, 1), customData);
    assert.equal(job?.customData[1]?.key, 'exportRequestId');
    assert.match(job?.customData[1]?.value ?? '', /^[0-9a-f-]{36}\/1$/);
    assert.equal(result.attempts[0]?.exportRequestId, job?.customData[1]?.value);
  });

  test('the list is read before the first create', async () => {
    const atlas = new PretendAtlas();
    await succeed(atlas);
    assert.deepEqual(
      atlas.calls.slice(0, 2).map(({ name }) => name),
      ['findExportJob', 'createExportJob'],
    );
  });

  test('a reply that is lost after Atlas committed leads to its job, not to a second create', async () => {
    const atlas = new PretendAtlas();
    atlas.afterCreate = () => {
      throw atlasFailure(lostReply);
    };
    const result = await succeed(atlas);
    assert.equal(atlas.count('createExportJob'), 1);
    assert.equal(result.origin, 'found');
    assert.equal(result.exportId, atlas.jobs[0]?.exportId);
  });

  test('a lost reply and a list that lags a minute behind still make one job', async () => {
    const atlas = new PretendAtlas();
    atlas.afterCreate = () => {
      throw atlasFailure(lostReply);
    };
    const activities = atlas.activities();
    const lagging = {
      ...activities,
      findExportJob: async (input: Parameters<typeof activities.findExportJob>[0]) => {
        const found = await activities.findExportJob(input);
        const createdAtMs = atlas.jobs[0]?.createdAtMs ?? Infinity;
        const nowMs = atlas.calls.at(-1)?.atMs ?? 0;
        return nowMs - createdAtMs < 60_000 ? { ...found, ours: undefined, active: undefined } : found;
      },
    };
    const result = await time.withWorker(lagging, async (queue) => (await queue.start(request)).result());
    assert.equal(atlas.count('createExportJob'), 1);
    assert.equal(result.origin, 'found');
  });

  test('a create that never arrived is sent again only after its job was absent for two minutes', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name, count }) => {
      if (name === 'createExportJob' && count === 1) throw atlasFailure(lostReply);
    };
    const result = await succeed(atlas);
    const creates = atlas.calls.filter(({ name }) => name === 'createExportJob');
    assert.equal(creates.length, 2);
    assert.ok(
      (creates[1]?.atMs ?? 0) - (creates[0]?.atMs ?? 0) >= 120_000,
      'the second create came too soon',
    );
    const [first, second] = creates.map(({ input }) =>
      v.parse(v.looseObject({ customData: v.unknown() }), input),
    );
    assert.deepEqual(first?.customData, second?.customData, 'both creates carry the same identity');
    assert.equal(atlas.jobs.length, 1);
    assert.equal(result.origin, 'created');
  });

  test('a list that a worker of another release answers in a form of its own ends at the deadline, not in a task that is tried for ever', async () => {
    const malformed: readonly FoundExportJobs[] = [
      JSON.parse('null'),
      JSON.parse('{}'),
      JSON.parse('{"oursBesides":[],"earlierDurationsMs":[],"active":{}}'),
      JSON.parse(
        '{"oursBesides":[],"earlierDurationsMs":[],"ours":{"exportId":"1","state":"x","components":5}}',
      ),
    ];
    for (const answer of malformed) {
      const atlas = new PretendAtlas();
      const activities = { ...atlas.activities(), findExportJob: () => Promise.resolve(answer) };
      const failure = await time.withWorker(activities, async (queue) =>
        exportFailureOf(await queue.start({ ...request, deadline: '1 hour' })),
      );
      assert.equal(failure.type, 'DeadlineExceeded', JSON.stringify(answer));
      assert.equal(atlas.count('createExportJob'), 0);
    }
  });

  test('a create that is answered in a form of its own is one of unknown outcome: its job is looked for', async () => {
    const atlas = new PretendAtlas();
    const activities = atlas.activities();
    const malformed: ExportJob = JSON.parse('{"id":"1"}');
    const changed: ExportActivities = {
      ...activities,
      createExportJob: (input) => activities.createExportJob(input).then(() => malformed),
    };
    const result = await time.withWorker(changed, async (queue) => (await queue.start(request)).result());
    assert.equal(result.origin, 'found');
    assert.equal(atlas.count('createExportJob'), 1);
  });

  test('a deadline that comes while the create of a second attempt is in doubt names that create, and not the first job’s', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 60_000, outcome: 'Failed' }, { runningMs: hourMs }];
    atlas.afterCreate = (count) => {
      if (count === 2) throw atlasFailure(lostReply);
    };
    atlas.before = ({ name }) => {
      if (name === 'findExportJob' && atlas.jobs.length === 2) throw atlasFailure(wrongKey);
    };
    const failure = await fail(atlas, { ...request, deadline: '1 hour' });
    assert.equal(failure.type, 'DeadlineExceeded');
    const [, doubted] = atlas.jobs;
    assert.equal(failure.details.exportRequestId, doubted?.customData.at(-1)?.value);
    assert.match(failure.message, /went unanswered.*exportRequestId [^ ]+\/2\.$/);
    assert.match(
      failure.details.nextStep,
      /may exist.*To pick it up where it does, start the same request again/,
    );
  });

  test('while a create is in doubt, a credential that is refused for an hour ends nothing', async () => {
    const atlas = new PretendAtlas();
    atlas.afterCreate = () => {
      throw atlasFailure(lostReply);
    };
    atlas.before = ({ name, atMs }) => {
      const createdAtMs = atlas.jobs[0]?.createdAtMs;
      if (name === 'findExportJob' && createdAtMs !== undefined && atMs - createdAtMs < hourMs) {
        throw atlasFailure(wrongKey);
      }
    };
    atlas.plans = [{ runningMs: 3 * hourMs }];
    const result = await succeed(atlas);
    assert.equal(atlas.count('createExportJob'), 1);
    assert.equal(result.origin, 'found');
  });

  test('between two attempts, a credential that is refused for an hour ends nothing', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs, outcome: 'Failed' }, { runningMs: hourMs }];
    let refusals = 0;
    atlas.before = ({ name, atMs }) => {
      const failedAtMs = (atlas.jobs[0]?.createdAtMs ?? Infinity) + hourMs;
      // By turns, so that both the look and the create meet it.
      const refuses = name === 'createExportJob' || (name === 'findExportJob' && refusals % 2 === 0);
      if (!refuses || atMs < failedAtMs || atMs > failedAtMs + hourMs) return;
      refusals += 1;
      throw atlasFailure(wrongKey);
    };
    const result = await succeed(atlas);
    assert.ok(refusals >= 2, `${refusals} refusals`);
    assert.deepEqual(
      result.attempts.map(({ job }) => job.state),
      ['Failed', 'Successful'],
    );
    assert.equal(atlas.jobs.length, 2);
  });

  test('a request that was certainly not taken is sent again after a pause', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name, count }) => {
      if (name === 'createExportJob' && count <= 3) throw atlasFailure(notTaken);
    };
    const result = await succeed(atlas);
    assert.equal(atlas.count('createExportJob'), 4);
    assert.equal(atlas.jobs.length, 1);
    assert.equal(result.outcome, 'exported');
  });

  test('a rate limit is waited out for as long as Atlas asked', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name, count }) => {
      if (name !== 'createExportJob' || count > 1) return;
      throw atlasFailure({
        code: 'ATLAS_RATE_LIMITED',
        message: 'slow down',
        retryAfterMs: 600_000,
        effect: 'none',
      });
    };
    await succeed(atlas);
    const creates = atlas.calls.filter(({ name }) => name === 'createExportJob');
    assert.equal(creates.length, 2);
    assert.ok((creates[1]?.atMs ?? 0) - (creates[0]?.atMs ?? 0) >= 600_000);
  });

  for (const [code, type] of [
    ['ATLAS_UNAUTHORIZED', 'AtlasUnauthorized'],
    ['ATLAS_FORBIDDEN', 'AtlasUnauthorized'],
    ['ATLAS_NOT_FOUND', 'AtlasNotFound'],
    ['ATLAS_REJECTED', 'AtlasRejected'],
  ] as const) {
    test(`a create that Atlas refuses with ${code} fails the export at once with ${type}`, async () => {
      const atlas = new PretendAtlas();
      atlas.before = ({ name }) => {
        if (name === 'createExportJob') {
          throw atlasFailure({ code, message: 'not you', errorCode: 'SOME_CODE', effect: 'none' });
        }
      };
      const failure = await fail(atlas);
      assert.equal(failure.type, type);
      assert.equal(failure.details.atlas?.errorCode, 'SOME_CODE');
      assert.equal(atlas.count('createExportJob'), 1);
    });
  }

  test('a conflict leads to the active export, which is adopted', async () => {
    const atlas = new PretendAtlas();
    let other = '';
    atlas.before = ({ name, atMs }) => {
      if (name !== 'createExportJob') return;
      other = atlas.foreignJob({ plan: { runningMs: hourMs }, createdAtMs: atMs });
      throw atlasFailure(conflict);
    };
    const result = await succeed(atlas);
    assert.equal(result.adopted, true);
    assert.equal(result.exportId, other);
    assert.equal(atlas.count('createExportJob'), 1);
  });

  test('a conflict with nothing to be seen for it ends as ExportConflict', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name }) => {
      if (name === 'createExportJob') throw atlasFailure(conflict);
    };
    const failure = await fail(atlas);
    assert.equal(failure.type, 'ExportConflict');
    assert.equal(atlas.jobs.length, 0);
  });

  test('a conflict that ends an export whose create went unanswered says so', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name, count }) => {
      if (name === 'createExportJob') throw atlasFailure(count === 1 ? lostReply : conflict);
    };
    const failure = await fail(atlas);
    assert.equal(failure.type, 'ExportConflict');
    assert.match(failure.message, /lists no active one.*went unanswered.*exportRequestId [^ ]+\/1\.$/);
  });

  test('an active export that ends one whose create went unanswered does not hide that', async () => {
    const atlas = new PretendAtlas();
    atlas.before = ({ name, atMs }) => {
      if (name !== 'createExportJob') return;
      atlas.foreignJob({ plan: { runningMs: hourMs }, createdAtMs: atMs });
      throw atlasFailure(lostReply);
    };
    const failure = await fail(atlas, { ...request, onActiveExport: 'fail' });
    assert.equal(failure.type, 'ExportConflict');
    assert.match(
      failure.message,
      /is active.*went unanswered and its job was not listed since.*exportRequestId [^ ]+\/1\.$/,
    );
  });
});

describe('an export of the snapshot that is already there', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  async function withActive(
    input: ExportRequest,
    exportBucketId = 'b'.repeat(24),
  ): Promise<{ atlas: PretendAtlas; result: ExportResult; other: string }> {
    const atlas = new PretendAtlas();
    const createdAtMs = await time.environment.currentTimeMs();
    const other = atlas.foreignJob({ plan: { runningMs: hourMs }, createdAtMs, exportBucketId });
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(input)).result(),
    );
    return { atlas, result, other };
  }

  test('is adopted by default when it is active and goes to the same bucket', async () => {
    const { atlas, result, other } = await withActive(request);
    assert.equal(result.exportId, other);
    assert.equal(result.adopted, true);
    assert.equal(atlas.count('createExportJob'), 0);
  });

  test('is waited for when it is active and goes to another bucket', async () => {
    const { atlas, result, other } = await withActive(request, 'c'.repeat(24));
    assert.notEqual(result.exportId, other);
    assert.equal(atlas.count('createExportJob'), 1);
    assert.equal(result.adopted, false);
    assert.ok((atlas.jobs[1]?.createdAtMs ?? 0) >= (atlas.jobs[0]?.createdAtMs ?? 0) + hourMs);
  });

  test('and waited for between two attempts is not taken for the export’s own', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs, outcome: 'Failed' }, { runningMs: hourMs }];
    let other = '';
    atlas.before = ({ name, atMs }) => {
      const [first] = atlas.jobs;
      if (name !== 'findExportJob' || first === undefined || other !== '') return;
      const plan = { runningMs: hourMs };
      other = atlas.foreignJob({ plan, createdAtMs: atMs, exportBucketId: 'c'.repeat(24) });
    };
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(request)).result(),
    );
    assert.deepEqual(
      result.attempts.map(({ job }) => job.state),
      ['Failed', 'Successful'],
    );
    const looks = atlas.calls.filter(({ name }) => name === 'pollExportJob');
    const atOther = looks.map(({ input }) => JSON.stringify(input)).filter((input) => input.includes(other));
    assert.ok(atOther.length > 0, 'the other job was not waited for');
    const labelling = atOther.filter((input) => input.includes('labelledState'));
    assert.deepEqual(labelling, [], 'the other job’s states become labels of this export');
  });

  test('and vanishes while it is waited for between two attempts holds up nothing', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs, outcome: 'Failed' }, { runningMs: hourMs }];
    let other = '';
    atlas.before = ({ name, atMs, input }) => {
      const [first] = atlas.jobs;
      if (name === 'findExportJob' && first !== undefined && other === '') {
        const plan = { runningMs: hourMs };
        other = atlas.foreignJob({ plan, createdAtMs: atMs, exportBucketId: 'c'.repeat(24) });
      }
      if (name !== 'pollExportJob' || other === '' || !JSON.stringify(input).includes(other)) return;
      const index = atlas.jobs.findIndex(({ exportId }) => exportId === other);
      const job = atlas.jobs[index];
      if (job !== undefined) atlas.jobs[index] = { ...job, exportId: 'gone', snapshotId: 'another' };
      throw atlasFailure({ code: 'ATLAS_NOT_FOUND', message: 'no such job', effect: 'none' });
    };
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(request)).result(),
    );
    assert.ok(other !== '', 'there was no other job');
    assert.deepEqual(
      result.attempts.map(({ job }) => job.state),
      ['Failed', 'Successful'],
    );
  });

  test('is waited for when asked, and settles the request when it succeeds', async () => {
    const { atlas, result, other } = await withActive({ ...request, onActiveExport: 'wait' });
    assert.equal(result.outcome, 'alreadyExported');
    assert.equal(result.exportId, other);
    assert.equal(atlas.count('createExportJob'), 0);
  });

  test('ends the request as ExportConflict when asked, naming it', async () => {
    const atlas = new PretendAtlas();
    const createdAtMs = await time.environment.currentTimeMs();
    const other = atlas.foreignJob({ plan: { runningMs: hourMs }, createdAtMs });
    const failure = await time.withWorker(atlas.activities(), async (queue) =>
      exportFailureOf(await queue.start({ ...request, onActiveExport: 'fail' })),
    );
    assert.equal(failure.type, 'ExportConflict');
    assert.equal(failure.details.job?.exportId, other);
    assert.equal(atlas.count('createExportJob'), 0);
  });

  async function withEarlier(input: ExportRequest): Promise<{ atlas: PretendAtlas; result: ExportResult }> {
    const atlas = new PretendAtlas();
    const createdAtMs = (await time.environment.currentTimeMs()) - 5 * hourMs;
    atlas.foreignJob({ plan: { runningMs: hourMs }, createdAtMs });
    const result = await time.withWorker(atlas.activities(), async (queue) =>
      (await queue.start(input)).result(),
    );
    return { atlas, result };
  }

  test('is not paid for again once it was successful', async () => {
    const { atlas, result } = await withEarlier(request);
    assert.equal(result.outcome, 'alreadyExported');
    assert.equal(result.origin, 'earlier');
    assert.equal(result.exportId, atlas.jobs[0]?.exportId);
    assert.equal(atlas.count('createExportJob'), 0);
  });

  test('is exported again when skipIfExported is false', async () => {
    const { atlas, result } = await withEarlier({ ...request, skipIfExported: false });
    assert.equal(result.outcome, 'exported');
    assert.equal(atlas.count('createExportJob'), 1);
  });

  test('is named with the create that goes past it, beside when the list was read and until when to create', async () => {
    const { atlas } = await withEarlier({ ...request, skipIfExported: false, deadline: '2 days' });
    const [look] = atlas.calls.filter(({ name }) => name === 'findExportJob');
    const [create] = atlas.calls.filter(({ name }) => name === 'createExportJob');
    assert.ok(look !== undefined && create !== undefined);
    const { allowedBy } = v.parse(v.object({ allowedBy: allowedBySchema }), create.input);
    assert.deepEqual([allowedBy.readAtMs, allowedBy.exportedBefore], [look.atMs, atlas.jobs[0]?.exportId]);
    const hours = (allowedBy.deadlineAtMs - look.atMs) / hourMs;
    assert.ok(hours > 47 && hours <= 48, `the deadline is ${hours} hours away`);
  });
});
