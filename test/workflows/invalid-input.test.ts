import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ExportStatus } from '../../src/contract/index.ts';
import { assertDocument } from '../contract/documents.ts';
import { exportFailureOf } from './export-failure-of.ts';
import { PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};

/** What somebody may type into the Web UI, and the path that must be named for it. */
const wrong: [what: string, input: unknown, paths: string[]][] = [
  ['nothing at all', undefined, ['']],
  ['null', null, ['']],
  ['a string', 'export please', ['']],
  ['a list', [request], ['']],
  ['an empty object', {}, ['groupId', 'clusterName', 'snapshotId', 'exportBucketId, exportBucketName']],
  ['a project id in capitals', { ...request, groupId: 'A'.repeat(24) }, ['groupId']],
  ['a cluster name with a slash', { ...request, clusterName: 'a/b' }, ['clusterName']],
  ['a snapshot id of another kind', { ...request, snapshotId: 'newest' }, ['snapshotId']],
  ['both bucket forms', { ...request, exportBucketName: 'archive' }, ['exportBucketId, exportBucketName']],
  ['an empty customData key', { ...request, customData: [{ key: '', value: 'x' }] }, ['customData[0].key']],
  [
    'the key that carries our identity',
    { ...request, customData: [{ key: 'exportRequestId', value: 'x' }] },
    ['customData[0].key'],
  ],
  ['a customData entry without a value', { ...request, customData: [{ key: 'a' }] }, ['customData[0].value']],
  ['an unknown field', { ...request, snapshotid: 'x' }, ['snapshotid']],
  ['an unknown field in polling', { ...request, polling: { interval: '5s' } }, ['polling.interval']],
  ['a duration that is none', { ...request, deadline: 'soon' }, ['deadline']],
  ['a duration without a unit', { ...request, deadline: '30' }, ['deadline']],
  ['a negative duration', { ...request, polling: { minInterval: -1 } }, ['polling.minInterval']],
  [
    'a minimum above the maximum',
    { ...request, polling: { minInterval: '2m', maxInterval: '1m' } },
    ['polling.minInterval'],
  ],
  ['half an attempt', { ...request, maxAttempts: 0.5 }, ['maxAttempts']],
  ['an unknown choice', { ...request, onActiveExport: 'ignore' }, ['onActiveExport']],
  [
    'three wrong fields at once',
    { ...request, groupId: 1, deadline: {}, skipIfExported: 'yes' },
    ['groupId', 'deadline', 'skipIfExported'],
  ],
];

describe('a wrong request', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  for (const [what, input, paths] of wrong) {
    test(`${what} fails the workflow at once, naming ${paths.map((path) => `"${path}"`).join(', ')}`, async () => {
      const atlas = new PretendAtlas();
      const { failure, status } = await time.withWorker(atlas.activities(), async (queue) => {
        const handle = await queue.start(input);
        const failed = await exportFailureOf(handle);
        return { failure: failed, status: await handle.query<ExportStatus>('status') };
      });
      assert.equal(failure.type, 'InvalidInput');
      assert.deepEqual(failure.details.problems?.map(({ path }) => path).sort(), [...paths].sort());
      for (const path of paths) assert.ok(failure.message.includes(path));
      const { phase, outcome, notes } = status;
      assert.deepEqual([phase, outcome], ['done', 'failed'], 'the status of the refused run');
      assert.deepEqual(status.failure, { type: 'InvalidInput', message: failure.message });
      assert.equal(notes[0], failure.message);
      assertDocument('export-status', status);
      assert.deepEqual(atlas.calls, [], 'Atlas was asked although the request is wrong');
    });
  }
});
