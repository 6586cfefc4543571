import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { searchExportJobs } from '../../src/activities/export-job-search.ts';
import type { ExportJob } from '../../src/atlas/index.ts';

const criteria = { snapshotId: 's1', exportBucketId: 'b1', exportRequestId: 'run/1' };

function job(fields: Partial<ExportJob> & { id: string }): ExportJob {
  return {
    state: 'Successful',
    snapshotId: 's1',
    exportBucketId: 'b1',
    createdAt: '2026-08-10T03:00:00Z',
    customData: [],
    ...fields,
  };
}

const mine = [{ key: 'exportRequestId', value: 'run/1' }];

describe("a cluster's list of export jobs, read for one request", () => {
  test('a job with our identity is ours, whatever its state', () => {
    for (const state of ['Queued', 'InProgress', 'Failed', 'Successful', 'Cancelled', 'Verifying']) {
      const found = searchExportJobs([job({ id: 'a', state, customData: mine })], criteria);
      assert.equal(found.ours?.exportId, 'a', state);
      assert.equal(found.active, undefined);
      assert.equal(found.exported, undefined);
    }
  });

  test('a job of another snapshot is not ours although it carries our identity, as after a retry of "latest"', () => {
    const found = searchExportJobs([job({ id: 'a', snapshotId: 's0', customData: mine })], criteria);
    assert.equal(found.ours, undefined);
    assert.equal(found.exported, undefined);
  });

  test('a job of an earlier attempt of ours is not this attempt', () => {
    const found = searchExportJobs(
      [job({ id: 'a', customData: [{ key: 'exportRequestId', value: 'run/0' }] })],
      criteria,
    );
    assert.equal(found.ours, undefined);
  });

  test('a second job with our identity is told, and the oldest is ours', () => {
    const found = searchExportJobs(
      [
        job({ id: 'b', customData: mine, createdAt: '2026-08-10T03:05:00Z' }),
        job({ id: 'a', customData: mine, createdAt: '2026-08-10T03:00:00Z' }),
      ],
      criteria,
    );
    assert.equal(found.ours?.exportId, 'a');
    assert.deepEqual(found.oursBesides, ['b']);
  });

  test('a component that is listed beside its job, with the custom data of the job, is no second job', () => {
    const found = searchExportJobs(
      [
        job({ id: 'c1', customData: mine, createdAt: '2026-08-10T02:00:00Z' }),
        job({ id: 'a', customData: mine, components: [{ exportId: 'c1', replicaSetName: 'shard-0' }] }),
      ],
      criteria,
    );
    assert.equal(found.ours?.exportId, 'a');
    assert.deepEqual(found.oursBesides, []);
  });

  test('a state that is not known counts as active', () => {
    assert.equal(searchExportJobs([job({ id: 'a', state: 'Verifying' })], criteria).active?.exportId, 'a');
  });

  test('of two active jobs the one to our bucket comes first', () => {
    const found = searchExportJobs(
      [job({ id: 'a', state: 'Queued', exportBucketId: 'b2' }), job({ id: 'b', state: 'Queued' })],
      criteria,
    );
    assert.equal(found.active?.exportId, 'b');
  });

  test('a success to another bucket, or of another snapshot, settles nothing', () => {
    const jobs = [job({ id: 'a', exportBucketId: 'b2' }), job({ id: 'b', snapshotId: 's2' })];
    assert.equal(searchExportJobs(jobs, criteria).exported, undefined);
  });

  test('of several successes the newest is told', () => {
    const jobs = [
      job({ id: 'new', createdAt: '2026-08-12T03:00:00Z' }),
      job({ id: 'old', createdAt: '2026-08-10T03:00:00Z' }),
    ];
    assert.equal(searchExportJobs(jobs, criteria).exported?.exportId, 'new');
  });

  test('earlier durations are those of successes that tell both times, newest first, 20 at most', () => {
    const jobs = Array.from({ length: 30 }, (_, day) =>
      job({
        id: `j${day}`,
        createdAt: new Date(Date.UTC(2026, 0, day + 1)).toISOString(),
        finishedAt: new Date(Date.UTC(2026, 0, day + 1, 0, day + 1)).toISOString(),
      }),
    );
    jobs.push(
      job({
        id: 'failed',
        state: 'Failed',
        createdAt: '2026-03-01T00:00:00Z',
        finishedAt: '2026-03-01T01:00:00Z',
      }),
    );
    jobs.push(
      job({ id: 'backwards', createdAt: '2026-03-01T00:00:00Z', finishedAt: '2026-02-01T01:00:00Z' }),
    );
    jobs.push(job({ id: 'silent' }));
    const { earlierDurationsMs } = searchExportJobs(jobs, criteria);
    assert.equal(earlierDurationsMs.length, 20);
    assert.deepEqual(earlierDurationsMs.slice(0, 2), [30 * 60_000, 29 * 60_000]);
  });

  test('the answer does not depend on the order of the list, which Atlas does not promise', () => {
    const states = fc.constantFrom('Queued', 'InProgress', 'Successful', 'Failed', 'Cancelled');
    const jobs = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-f0-9]{4}$/),
        state: states,
        exportBucketId: fc.constantFrom('b1', 'b2'),
        createdAt: fc.constantFrom('2026-08-10T03:00:00Z', '2026-08-11T03:00:00Z', 'nonsense'),
        customData: fc.constantFrom(mine, []),
      }),
      { selector: ({ id }) => id, maxLength: 8 },
    );
    fc.assert(
      fc.property(jobs, fc.nat(), (drawn, turn) => {
        const listed = drawn.map((fields) => job(fields));
        const turned = [...listed.slice(turn % 8), ...listed.slice(0, turn % 8)].toReversed();
        assert.deepEqual(searchExportJobs(listed, criteria), searchExportJobs(turned, criteria));
      }),
      { numRuns: 300 },
    );
  });
});
