import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ComponentStatus, ExportProgress } from '../../src/contract/index.ts';
import { jobProgress } from '../../src/workflows/job-progress.ts';

const zeros: ExportProgress = { exportedCollections: 0, totalCollections: 0 };
const job = { exportId: 'job', state: 'InProgress', exportStatus: zeros };

function component(state: string, exported?: number, total?: number): ComponentStatus {
  const exportStatus = { exportedCollections: exported, totalCollections: total };
  return { exportId: `component-${state}-${exported}`, state, polls: 1, exportStatus };
}

describe('the progress of an export job', () => {
  test("is the job's own where it has no components", () => {
    const exportStatus = { exportedCollections: 3, totalCollections: 9 };
    assert.deepEqual(jobProgress({ ...job, exportStatus }, []), exportStatus);
  });

  test("is the sum of its components' where each of them counts", () => {
    const components = [component('InProgress', 3, 9), component('Successful', 5, 5)];
    assert.deepEqual(jobProgress(job, components), { exportedCollections: 8, totalCollections: 14 });
  });

  test('leaves out a component that has ended without a count: an empty shard shows 0 of 0', () => {
    const components = [component('InProgress', 3, 9), component('Successful', 0, 0)];
    assert.deepEqual(jobProgress(job, components), { exportedCollections: 3, totalCollections: 9 });
  });

  test("is the job's own where a component that runs does not tell: the others may stand still beside it", () => {
    for (const silent of [component('InProgress', 0, 0), component('unknown')])
      assert.deepEqual(jobProgress(job, [component('InProgress', 3, 9), silent]), zeros);
  });
});
