import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { latestSnapshot } from '../../src/activities/latest-snapshot.ts';

const completed = { status: 'completed', snapshotType: 'scheduled' };

describe('the latest snapshot', () => {
  test('is the newest completed one, in whatever order they are listed', () => {
    const snapshots = [
      { id: 'b', ...completed, createdAt: '2026-08-11T00:00:00Z' },
      { id: 'c', ...completed, createdAt: '2026-08-12T00:00:00Z' },
      { id: 'a', ...completed, createdAt: '2026-08-10T00:00:00Z' },
    ];
    assert.equal(latestSnapshot(snapshots)?.id, 'c');
    assert.equal(latestSnapshot(snapshots.toReversed())?.id, 'c');
  });

  test('is never one that is queued, in progress, failed or a fallback', () => {
    const createdAt = '2026-08-12T00:00:00Z';
    const snapshots = ['queued', 'inProgress', 'failed', 'verifying', undefined].map((status, index) => ({
      id: String(index),
      createdAt,
      ...(status === undefined ? {} : { status }),
    }));
    assert.equal(
      latestSnapshot([...snapshots, { id: 'f', status: 'completed', snapshotType: 'fallback', createdAt }]),
      undefined,
    );
  });

  test('is none of none', () => {
    assert.equal(latestSnapshot([]), undefined);
  });
});
