/** Goal: a person sees that an export is stalled, since when and why, wherever its status is shown. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeLine, ProgressRows, terminalLines } from '../../src/cli/progress/progress-rows.ts';
import { statusLines } from '../../src/cli/status-text.ts';
import { timeText } from '../../src/cli/time-text.ts';
import type { ExportStatus } from '../../src/contract/index.ts';
import { exportDetails } from '../../src/workflows/export-details.ts';

const since = '2026-11-20T09:12:00.000Z';
const reason = 'still at 12 of 90 collections for more than 3 h (as the request asks)';
const gettingOn: ExportStatus = {
  phase: 'tracking',
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  job: {
    exportId: 'e'.repeat(24),
    state: 'InProgress',
    exportStatus: { exportedCollections: 12, totalCollections: 90 },
  },
  components: [],
  attempts: [],
  attemptsMax: 3,
  polls: 40,
  deadlineAt: '2026-11-27T09:00:00.000Z',
  notes: [],
};
const stalled: ExportStatus = {
  ...gettingOn,
  stall: { kind: 'noProgress', since, noticedAt: '2026-11-20T12:13:00.000Z', reason },
};
const said = `since ${timeText(since)}: ${reason}`;

function rowOf(status: ExportStatus) {
  const [row] = new ProgressRows().rowsOf([{ name: 'orders', status }], Date.now());
  assert.ok(row !== undefined);
  return row;
}

describe('a stalled export', () => {
  test('has a line of its own in the status, which one that gets on has not', () => {
    assert.ok(statusLines('export', stalled).includes(`  stalled      ${said}`));
    assert.ok(!statusLines('export', gettingOn).join('\n').includes('stalled'));
  });

  test('says so at the end of its line on a terminal, and as a change on a pipe', () => {
    assert.ok(terminalLines([rowOf(stalled)])[0]?.endsWith(`40 looks stalled ${said}`));
    assert.equal(changeLine(rowOf(stalled)), `orders  InProgress  12 of 90 collections  stalled ${said}`);
    assert.equal(changeLine(rowOf(gettingOn)), 'orders  InProgress  12 of 90 collections');
  });

  test('is told of the component that is stuck alone, while the job gets on by the others', () => {
    const component = { exportId: 'c'.repeat(24), replicaSetName: 'shard-0', state: 'InProgress', polls: 9 };
    const components = [
      { ...component, stall: stalled.stall },
      { ...component, replicaSetName: 'shard-1' },
    ];
    const status = { ...gettingOn, components };
    const [job, stuck, other] = new ProgressRows().rowsOf([{ name: 'orders', status }], Date.now());
    assert.deepEqual([job?.remark, stuck?.remark, other?.remark], ['', `stalled ${said}`, '']);
    assert.match(
      exportDetails(status),
      new RegExp(`\\| shard-0 \\| InProgress, stalled since ${since} \\|.*\n\\| shard-1 \\| InProgress \\|`),
    );
  });
});
