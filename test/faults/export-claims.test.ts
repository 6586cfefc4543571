import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { booksAgainstClaims, type ExportClaim } from '../../faults/export-claims.ts';
import type { BookedJob } from '../../simulator/index.ts';

function job(exportId: string, changes: Partial<BookedJob> = {}): BookedJob {
  return {
    exportId,
    groupId: 'group',
    clusterName: 'one',
    snapshotId: 'snapshot',
    exportBucketId: 'bucket',
    customData: [],
    origin: 'api',
    attempt: 1,
    prefix: '',
    state: 'Successful',
    createdAt: 0,
    startedAt: 0,
    finishedAt: 1,
    components: [],
    ...changes,
  };
}

function claim(...jobs: [exportId: string, state: string][]): ExportClaim {
  return {
    clusterName: 'one',
    state: 'Successful',
    attempts: jobs.map(([exportId, state], index) => ({
      attempt: index + 1,
      origin: 'created',
      exportRequestId: `run/${index + 1}`,
      job: { exportId, state },
    })),
  };
}

describe('the books, held against what exports say,', () => {
  const check = (jobs: readonly BookedJob[], said: ExportClaim): string[] =>
    booksAgainstClaims({ jobs, activeOverlaps: [] }, [said]);

  test('agree with an export that names its one job, and with one that needed two', () => {
    assert.deepEqual(check([job('a')], claim(['a', 'Successful'])), []);
    const failedFirst = [job('a', { state: 'Failed' }), job('b')];
    assert.deepEqual(check(failedFirst, claim(['a', 'Failed'], ['b', 'Successful'])), []);
  });

  test('agree with an export that took over somebody else’s job', () => {
    const others = [job('a', { origin: 'foreign' }), job('b', { origin: 'foreign', state: 'Failed' })];
    assert.deepEqual(check(others, claim(['a', 'Successful'])), []);
  });

  test('show a job that no export names', () => {
    assert.match(check([job('a'), job('b')], claim(['a', 'Successful'])).join(), /^doubled: one has job b/);
  });

  test('show two jobs of a snapshot that were active at once', () => {
    const overlap = { snapshotId: 'snapshot', exportIds: ['a', 'b'] } as const;
    const problems = booksAgainstClaims({ jobs: [], activeOverlaps: [overlap] }, []);
    assert.match(problems.join(), /^doubled: snapshot snapshot was exported by a and b/);
  });

  test('show a success that was a failure, a job that does not exist, and an end that is not the last job’s', () => {
    assert.match(
      check([job('a', { state: 'Failed' })], claim(['a', 'Successful'])).join(),
      /^misreported: one, job a is Failed/,
    );
    assert.match(check([], claim(['a', 'Successful'])).join(), /^invented: one names job a/);
    assert.match(
      check([job('a', { state: 'Failed' })], claim(['a', 'Failed'])).join(),
      /^misreported: one ended/,
    );
  });
});
