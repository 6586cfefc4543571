/**
 * Goal: paging through a cluster by its order hands out everything that is due and missing exactly once, in order,
 * and agrees with skipIfExported on what is exported. Method: drawn lists of snapshots and jobs.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { FleetCandidate, OrderPlace } from '../../src/activities/fleet-activities.ts';
import { searchExportJobs } from '../../src/activities/export-job-search.ts';
import { surveySnapshots } from '../../src/activities/fleet-survey.ts';
import type { ExportJob, Snapshot } from '../../src/atlas/index.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';

const bucket = 'b'.repeat(24);
const nowMs = Date.parse('2026-11-01T00:00:00Z');
const dayMs = 24 * 60 * 60_000;

const isoDay = fc.integer({ min: 1, max: 40 }).map((days) => new Date(nowMs - days * dayMs).toISOString());
const snapshotIds = Array.from({ length: 12 }, (_, index) => index.toString(16).padStart(24, '0'));

const snapshotDrawn = (id: string): fc.Arbitrary<Snapshot> =>
  fc.record(
    {
      id: fc.constant(id),
      status: fc.constantFrom('completed', 'completed', 'completed', 'inProgress', 'failed'),
      snapshotType: fc.constantFrom('scheduled', 'scheduled', 'onDemand', 'fallback'),
      frequencyType: fc.constantFrom('weekly', 'monthly', 'daily', 'ondemand'),
      createdAt: isoDay,
      expiresAt: isoDay,
      storageSizeBytes: fc.constantFrom(0, 5),
    },
    { requiredKeys: ['id', 'status'] },
  );

const jobDrawn: fc.Arbitrary<ExportJob> = fc.record({
  id: fc.nat().map((number) => number.toString(16).padStart(24, '0')),
  state: fc.constantFrom('Queued', 'InProgress', 'Successful', 'Failed', 'Cancelled', 'Paused'),
  createdAt: isoDay,
  snapshotId: fc.constantFrom(...snapshotIds),
  exportBucketId: fc.constantFrom(bucket, 'c'.repeat(24)),
  customData: fc.constant([]),
});

const listsDrawn = fc.record({
  snapshots: fc.shuffledSubarray(snapshotIds).chain((ids) => fc.tuple(...ids.map(snapshotDrawn))),
  jobs: fc.uniqueArray(jobDrawn, { maxLength: 30, selector: ({ id }) => id }),
});

const orderDrawn = fc.constantFrom('expiringFirst', 'newestFirst', 'oldestFirst' as const);

const criteria = {
  shardCount: 1,
  exportBucketId: bucket,
  frequencyTypes: ['weekly', 'onDemand'],
  sinceMs: nowMs - 30 * dayMs,
  giveUpAfter: 2,
  nowMs,
} as const;

/** All that a cluster hands out, a page at a time. */
function pages(
  lists: { snapshots: readonly Snapshot[]; jobs: readonly ExportJob[] },
  options: { order: 'expiringFirst' | 'newestFirst' | 'oldestFirst'; candidatesMax: number },
  jobsLater: readonly ExportJob[] = lists.jobs,
): FleetCandidate[] {
  const all: FleetCandidate[] = [];
  let reached: { after?: OrderPlace | undefined; ahead?: readonly OrderPlace[] | undefined } = {};
  for (;;) {
    const jobs = all.length === 0 ? lists.jobs : jobsLater;
    const survey = surveySnapshots({ ...lists, jobs }, { ...criteria, ...options, ...reached });
    all.push(...survey.candidates);
    assert.ok(survey.candidates.length <= options.candidatesMax);
    if (survey.candidatesLeft === 0) return all;
    assert.ok(survey.candidates.length > 0, 'something is left, and nothing was handed out');
    reached = { after: survey.after, ahead: survey.ahead };
  }
}

describe('what a fleet sees of a cluster', () => {
  test('adds up: each due snapshot is exported, given up, or handed out exactly once', () => {
    fc.assert(
      fc.property(listsDrawn, orderDrawn, fc.integer({ min: 1, max: 5 }), (lists, order, candidatesMax) => {
        const { due, exported, givenUp } = surveySnapshots(lists, { ...criteria, order, candidatesMax: 1 });
        const ids = pages(lists, { order, candidatesMax }).map(({ snapshotId }) => snapshotId);
        assert.equal(new Set(ids).size, ids.length, 'a snapshot was handed out twice');
        assert.equal(due, exported + givenUp + ids.length);
      }),
      PROPERTY_LIMITS,
    );
  });

  test('hands out nothing twice and leaves nothing out, although running jobs end in vain and others begin', () => {
    const changed = new Map([
      ['Queued', 'Cancelled'],
      ['InProgress', 'Failed'],
      ['Cancelled', 'InProgress'],
    ]);
    fc.assert(
      fc.property(listsDrawn, orderDrawn, fc.integer({ min: 1, max: 5 }), (lists, order, candidatesMax) => {
        const later = lists.jobs.map((job) => ({ ...job, state: changed.get(job.state) ?? job.state }));
        const ids = pages(lists, { order, candidatesMax }, later).map(({ snapshotId }) => snapshotId);
        assert.equal(new Set(ids).size, ids.length, 'a snapshot was handed out twice');
        const still = pages({ ...lists, jobs: later }, { order, candidatesMax: 100 });
        const left = still.filter(({ snapshotId }) => !ids.includes(snapshotId));
        const { candidatesLeft } = surveySnapshots(lists, { ...criteria, order, candidatesMax });
        assert.deepEqual(candidatesLeft === 0 ? [] : left, [], 'a snapshot was left out');
      }),
      PROPERTY_LIMITS,
    );
  });

  test('is the same in pages of any size, in an order that depends on no order of the lists', () => {
    fc.assert(
      fc.property(listsDrawn, orderDrawn, fc.integer({ min: 1, max: 5 }), (lists, order, candidatesMax) => {
        const whole = pages(lists, { order, candidatesMax: 100 });
        const backwards = { snapshots: lists.snapshots.toReversed(), jobs: lists.jobs.toReversed() };
        const inPages = pages(backwards, { order, candidatesMax });
        const missing = (all: readonly FleetCandidate[]): FleetCandidate[] =>
          all.filter(({ running }) => !running);
        assert.deepEqual(missing(inPages), missing(whole));
        assert.equal(inPages.length, whole.length);
        const keys = whole.map(({ orderKey }) => orderKey);
        assert.deepEqual(
          keys,
          [...keys].sort((a, b) => a - b),
        );
      }),
      PROPERTY_LIMITS,
    );
  });

  test('agrees with skipIfExported: what is handed out, an export would not skip', () => {
    fc.assert(
      fc.property(listsDrawn, (lists) => {
        for (const { snapshotId } of pages(lists, { order: 'oldestFirst', candidatesMax: 100 })) {
          const request = { snapshotId, exportBucketId: bucket, exportRequestId: 'run/1' };
          assert.equal(searchExportJobs(lists.jobs, request).exported, undefined);
        }
      }),
      PROPERTY_LIMITS,
    );
  });

  test('counts the failed jobs to this bucket alone, and gives the reason of the latest', () => {
    const snapshot = {
      id: 'a'.repeat(24),
      status: 'completed',
      snapshotType: 'scheduled',
      frequencyType: 'weekly',
      createdAt: '2026-10-20T00:00:00Z',
    };
    const failed = (id: string, day: string, exportBucketId = bucket): ExportJob => ({
      id: id.repeat(24),
      state: 'Failed',
      stateReason: { errorCode: `CODE_${id}` },
      createdAt: `2026-10-${day}T00:00:00Z`,
      snapshotId: snapshot.id,
      exportBucketId,
      customData: [],
    });
    const options = { ...criteria, order: 'oldestFirst', candidatesMax: 10 } as const;
    const elsewhere = failed('3', '27', 'c'.repeat(24));
    const once = surveySnapshots({ snapshots: [snapshot], jobs: [failed('1', '21'), elsewhere] }, options);
    assert.deepEqual([once.candidates[0]?.failedJobs, once.givenUp], [1, 0]);
    const twice = surveySnapshots(
      { snapshots: [snapshot], jobs: [failed('2', '25'), failed('1', '21'), elsewhere] },
      options,
    );
    assert.deepEqual([twice.candidates.length, twice.givenUp], [0, 1]);
    assert.match(twice.givenUpExamples[0]?.reason ?? '', /^2 export jobs have failed, the last one: CODE_2/);
  });

  test('counts what is given up among what Atlas deletes soon: it is not in the bucket', () => {
    const snapshot = {
      id: 'a'.repeat(24),
      status: 'completed',
      frequencyType: 'weekly',
      createdAt: new Date(nowMs - dayMs).toISOString(),
      expiresAt: new Date(nowMs + dayMs).toISOString(),
    };
    const jobs = ['1', '2'].map((id) => ({
      id: id.repeat(24),
      state: 'Failed',
      snapshotId: snapshot.id,
      exportBucketId: bucket,
      customData: [],
    }));
    const all = { ...criteria, order: 'oldestFirst', candidatesMax: 5 } as const;
    const { givenUp, expiringSoon } = surveySnapshots({ snapshots: [snapshot], jobs }, all);
    assert.deepEqual([givenUp, expiringSoon], [1, 1]);
    const earlier = { ...all, untilMs: nowMs - 2 * dayMs };
    assert.equal(
      surveySnapshots({ snapshots: [snapshot], jobs }, earlier).due,
      0,
      'taken after the run began',
    );
  });

  test('takes what is being exported to the bucket first, and shards for what they are', () => {
    const at = (id: string, day: string): Snapshot => ({
      id: id.repeat(24),
      status: 'completed',
      snapshotType: 'scheduled',
      frequencyType: 'weekly',
      createdAt: `2026-10-${day}T00:00:00Z`,
      expiresAt: '2026-11-02T00:00:00Z',
      storageSizeBytes: 7,
      members: [
        { id: 'm', replicaSetName: 'shard-0' },
        { id: 'n', replicaSetName: 'shard-1' },
      ],
    });
    const job = { id: 'd'.repeat(24), state: 'InProgress', snapshotId: '2'.repeat(24), customData: [] };
    const survey = surveySnapshots(
      { snapshots: [at('1', '20'), at('2', '25')], jobs: [{ ...job, exportBucketId: bucket }] },
      { ...criteria, order: 'oldestFirst', candidatesMax: 10 },
    );
    assert.deepEqual(
      survey.candidates.map(({ snapshotId, running, replicaSets }) => [snapshotId[0], running, replicaSets]),
      [
        ['2', true, 2],
        ['1', false, 2],
      ],
    );
    assert.deepEqual([survey.expiringSoon, survey.bytesToExport, survey.running], [1, 7, 1]);
  });
});
