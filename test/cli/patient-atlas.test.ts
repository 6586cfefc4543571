/** Goal: what Atlas cannot answer now is asked again, politely and not for ever; what it refuses is not. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  AtlasForbiddenError,
  AtlasRateLimitedError,
  AtlasUnavailableError,
  type AtlasClient,
  type AtlasError,
} from '../../src/atlas/index.ts';
import { patientAtlas } from '../../src/cli/patient-atlas.ts';

const about = { message: 'Atlas answered', operation: 'listClusters', effect: 'none' } as const;
const away = new AtlasUnavailableError({ ...about, status: 503 });
const limited = (retryAfterMs: number): AtlasError =>
  new AtlasRateLimitedError({ ...about, status: 429, retryAfterMs });

/** A client of which two calls are used; each fails with the next of these errors, and answers once there are none. */
function failing(errors: AtlasError[]): { client: AtlasClient; readonly calls: number } {
  let calls = 0;
  const next = <Answer>(answer: Answer): Promise<Answer> => {
    calls += 1;
    const error = errors.shift();
    return error === undefined ? Promise.resolve(answer) : Promise.reject(error);
  };
  const unused = (): never => assert.fail('not to be called');
  const client: AtlasClient = {
    listClusters: () => next([]),
    createExportJob: () => next({ id: 'job', state: 'Queued', exportBucketId: 'bucket', customData: [] }),
    getExportJob: unused,
    listExportJobs: unused,
    listSnapshots: unused,
    listShardedSnapshots: unused,
    getSnapshot: unused,
    getShardedSnapshot: unused,
    listExportBuckets: unused,
    getExportBucket: unused,
    getCluster: unused,
    getSystemStatus: unused,
    close: unused,
  };
  return {
    client,
    get calls() {
      return calls;
    },
  };
}

describe('a client that is patient', () => {
  let notes: string[];
  let pausesMs: number[];
  const stop = new AbortController();
  const patience = {
    signal: stop.signal,
    note: (text: string) => void notes.push(text),
    pause: async (delayMs: number) => void pausesMs.push(delayMs),
  };
  const group = { groupId: 'g' };
  beforeEach(() => {
    notes = [];
    pausesMs = [];
  });

  test('asks again after 1 s, 2 s and 4 s, and says why it takes longer', async () => {
    const atlas = failing([away, away, away]);
    assert.deepEqual(await patientAtlas(atlas.client, patience).listClusters(group), []);
    assert.equal(atlas.calls, 4);
    assert.deepEqual(pausesMs, [1_000, 2_000, 4_000]);
    assert.deepEqual(
      notes,
      [1, 2, 4].map((seconds) => `Atlas answered; asking again in ${seconds} s`),
    );
  });

  test('asks no sooner than Atlas says, and none the sooner for it', async () => {
    const atlas = failing([limited(60_000), limited(500)]);
    assert.deepEqual(await patientAtlas(atlas.client, patience).listClusters(group), []);
    assert.deepEqual(pausesMs, [60_000, 2_000]);
  });

  test('gives up after three times, and at once where Atlas says to stay away for long', async () => {
    const atlas = failing([away, away, away, away]);
    await assert.rejects(patientAtlas(atlas.client, patience).listClusters(group), away);
    assert.equal(atlas.calls, 4);
    const long = limited(600_000);
    await assert.rejects(patientAtlas(failing([long]).client, patience).listClusters(group), long);
    assert.equal(pausesMs.length, 3);
  });

  test('ends its pause when it is interrupted', async () => {
    const interrupted = new AbortController();
    const note = (): void => interrupted.abort();
    const { client } = failing([limited(100_000)]);
    const answer = patientAtlas(client, { signal: interrupted.signal, note }).listClusters(group);
    await assert.rejects(answer, { name: 'AbortError' });
  });

  test('does not ask again what Atlas refuses, and creates nothing twice', async () => {
    const forbidden = new AtlasForbiddenError({ ...about, status: 403 });
    const refused = failing([forbidden]);
    await assert.rejects(patientAtlas(refused.client, patience).listClusters({ groupId: 'g' }), forbidden);
    const create = failing([away]);
    const request = { snapshotId: 's', exportBucketId: 'b', customData: [] };
    const cluster = { groupId: 'g', clusterName: 'c' };
    await assert.rejects(patientAtlas(create.client, patience).createExportJob(cluster, request), away);
    assert.deepEqual([refused.calls, create.calls], [1, 1]);
    assert.deepEqual(pausesMs, []);
  });
});
