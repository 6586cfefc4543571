/** Whatever the client reads as an export job, the workflow takes as one: what the one lets in, the other must not refuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { exportJobView } from '../../src/activities/export-job-view.ts';
import { readDocument } from '../../src/atlas/document.ts';
import { AtlasError } from '../../src/atlas/errors.ts';
import { exportJobSchema } from '../../src/atlas/export-job.ts';
import { checkedJob } from '../../src/workflows/activity-answers.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import type { ExportJob } from '../../src/contract/index.ts';
import { hostileDocument, hostileJson, hostileText, jsonText } from './hostile-values.ts';

const exportJob = {
  id: '1'.repeat(24),
  state: 'InProgress',
  stateReason: { errorCode: 'ACCESS_DENIED', message: 'no' },
  exportStatus: { exportedCollections: 1, totalCollections: 3 },
  components: [{ exportId: '2'.repeat(24), replicaSetName: 'shard-0' }],
  createdAt: '2026-11-24T10:00:00Z',
  finishedAt: '2026-11-24T11:00:00Z',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
  prefix: '/exported_snapshots/x',
  customData: [{ key: 'k', value: 'v' }],
};

const context = { operation: 'getExportJob', effect: 'none', clean: (text: string) => text } as const;

/** The document as the activity hands it on; undefined where the client refuses it. */
function readAsActivity(text: string): ExportJob | undefined {
  try {
    const job = readDocument({ status: 200, headers: {}, text }, exportJobSchema, context);
    const crossed: ExportJob = JSON.parse(JSON.stringify(exportJobView(job)));
    return crossed;
  } catch (error) {
    assert.ok(error instanceof AtlasError, `threw ${String(error)}`);
    return undefined;
  }
}

/** One of its fields is an object, or a list of one, whose own fields are drawn. */
const withDrawnPart = fc.oneof(
  hostileDocument(exportJob.stateReason).map((part) => ({ stateReason: part })),
  hostileDocument(exportJob.exportStatus).map((part) => ({ exportStatus: part })),
  hostileDocument({ exportId: '2'.repeat(24), replicaSetName: 'shard-0' }).map((part) => ({
    components: `[${part}]`,
  })),
  hostileJson().map((part) => ({ customData: `[${jsonText(part)}]` })),
  fc
    .oneof(hostileText(), fc.constantFrom('', ' ', 'S'.repeat(100)))
    .map((state) => ({ state: JSON.stringify(state) })),
);

test('every job that the client reads is one that the workflow takes', () => {
  const drawn = fc.oneof(
    hostileDocument(exportJob),
    withDrawnPart.map((part) => {
      const texts = Object.entries(exportJob).map(([name, value]) => [name, JSON.stringify(value)]);
      const fields = Object.entries({ ...Object.fromEntries(texts), ...part });
      return `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${String(text)}`).join(',')}}`;
    }),
  );
  let read = 0;
  fc.assert(
    fc.property(drawn, (text) => {
      const job = readAsActivity(text);
      if (job === undefined) return;
      read += 1;
      assert.deepEqual(checkedJob(job), job);
    }),
    { ...PROPERTY_LIMITS, interruptAfterTimeLimit: 2_000 },
  );
  assert.ok(read > 10, `only ${read} documents were read at all`);
});

test('a job whose state is an empty word was read by the client and refused by the workflow, and each list with it', () => {
  assert.equal(readAsActivity(JSON.stringify({ ...exportJob, state: '' })), undefined);
});
