import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { isTerminalExportJobState } from '../../src/atlas/index.ts';
import type { AtlasClient, AtlasClientOptions } from '../../src/atlas/index.ts';
import { guardWithDigest } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { SeenRequest } from './support/scripted-server.ts';
import { CLUSTER, EXPORT_JOB, EXPORT_JOB_LOCATOR, failureOf, startClient } from './support/test-client.ts';

async function startDocument(
  test: TestContext,
  document: unknown,
  options: Partial<AtlasClientOptions> = {},
): Promise<{ readonly client: AtlasClient; readonly last: () => SeenRequest | undefined }> {
  const script = guardWithDigest(() => ({ body: JSON.stringify(document) })).script;
  const server = await startScriptedServer(test, script);
  const { client } = startClient(test, server.baseUrl, options);
  return { client, last: () => server.seen.at(-1) };
}

describe('an export job', () => {
  it('is read whole, unknown fields left out', async (test) => {
    const document = {
      ...EXPORT_JOB,
      state: 'Failed',
      stateReason: { errorCode: 'E', message: 'm', more: 1 },
      exportStatus: { exportedCollections: 0, totalCollections: 0 },
      finishedAt: '2026-08-10T03:43:05Z',
      prefix: 'exported_snapshots/o/g/c/2026-08-10T0327/1786332505',
      links: [],
    };
    const { client } = await startDocument(test, document);
    const { links: _links, ...expected } = document;
    assert.deepEqual(await client.getExportJob(EXPORT_JOB_LOCATOR), {
      ...expected,
      stateReason: { errorCode: 'E', message: 'm' },
    });
  });

  for (const id of ['', '.', '..', '\ud800', 'a/b', 'x'.repeat(101), 'a b']) {
    it(`whose id could not be asked for again is no document: ${JSON.stringify(id).slice(0, 20)}`, async (test) => {
      const { client } = await startDocument(test, { ...EXPORT_JOB, id });
      const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
      assert.equal(error.code, 'ATLAS_RESPONSE');
    });
  }

  it('with a text too long for a history is read without it, and one with an endless state is no document', async (test) => {
    const long = await startDocument(test, { ...EXPORT_JOB, prefix: 'x'.repeat(10_001) });
    assert.equal((await long.client.getExportJob(EXPORT_JOB_LOCATOR)).prefix, undefined);
    const endless = await startDocument(test, { ...EXPORT_JOB, state: 'x'.repeat(101) });
    const error = await failureOf(endless.client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.equal(error.code, 'ATLAS_RESPONSE');
  });

  it('has nothing for what is missing, null, or of a type that makes no sense', async (test) => {
    const { client } = await startDocument(test, {
      ...EXPORT_JOB,
      stateReason: null,
      exportStatus: { exportedCollections: '4', totalCollections: 9 },
      components: 'none',
      createdAt: 5,
      finishedAt: null,
      prefix: {},
      customData: [{ key: 'k', value: 'v' }, { key: 'half' }, null, 'x'],
    });
    const job = await client.getExportJob(EXPORT_JOB_LOCATOR);
    assert.deepEqual(job, { ...EXPORT_JOB, customData: [{ key: 'k', value: 'v' }] });
    assert.deepEqual(Object.keys(job).toSorted(), ['customData', 'exportBucketId', 'id', 'state']);
  });

  for (const [sent, read, terminal] of [
    ['SUCCESSFUL', 'Successful', true],
    ['inprogress', 'InProgress', false],
    ['cancelled', 'Cancelled', true],
    ['Paused', 'Paused', false],
    ['', 'unknown', false],
    [' ', 'unknown', false],
  ] as const) {
    it(`in state "${sent}" is read as ${read}, ${terminal ? 'over' : 'not over'}`, async (test) => {
      const { client } = await startDocument(test, { ...EXPORT_JOB, state: sent });
      const { state } = await client.getExportJob(EXPORT_JOB_LOCATOR);
      assert.deepEqual([state, isTerminalExportJobState(state)], [read, terminal]);
    });
  }

  for (const document of [{ ...EXPORT_JOB, id: 5 }, { ...EXPORT_JOB, state: null }, [], null, 'x']) {
    it(`that is ${JSON.stringify(document)} is an ATLAS_RESPONSE error`, async (test) => {
      const { client } = await startDocument(test, document);
      const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
      assert.deepEqual([error.code, error.effect], ['ATLAS_RESPONSE', 'none']);
    });
  }
});

describe('the other documents', () => {
  it('a snapshot early in its life has no createdAt', async (test) => {
    const document = { id: 's', status: 'queued', snapshotType: 'onDemand', storageSizeBytes: 0, links: [] };
    const { client } = await startDocument(test, document);
    const { links: _links, ...expected } = document;
    assert.deepEqual(await client.getSnapshot({ ...CLUSTER, snapshotId: 's' }), expected);
  });

  it('a sharded snapshot has its members', async (test) => {
    const members = [{ id: 'm', replicaSetName: 'atlas-x-shard-0', cloudProvider: 'AWS' }];
    const document = { id: 's', status: 'COMPLETED', type: 'shardedCluster', members, snapshotIds: ['m'] };
    const { client } = await startDocument(test, document);
    const snapshot = await client.getShardedSnapshot({ ...CLUSTER, snapshotId: 's' });
    assert.deepEqual(snapshot, { ...document, status: 'completed' });
  });

  it("a bucket's id is Atlas's _id", async (test) => {
    const { client } = await startDocument(test, {
      _id: 'b',
      bucketName: 'name',
      cloudProvider: 'GCP',
      roleId: 'r',
    });
    const bucket = await client.getExportBucket({ groupId: CLUSTER.groupId, exportBucketId: 'b' });
    assert.deepEqual(bucket, { id: 'b', bucketName: 'name', cloudProvider: 'GCP', roleId: 'r' });
  });

  it("a v1.0 cluster's providerBackupEnabled is backupEnabled", async (test) => {
    const document = { name: 'Cluster0', clusterType: 'REPLICASET', providerBackupEnabled: true };
    const { client } = await startDocument(test, document, { apiVersion: 'v1.0' });
    const expected = { name: 'Cluster0', clusterType: 'REPLICASET', backupEnabled: true };
    assert.deepEqual(await client.getCluster(CLUSTER), expected);
  });
});

describe('each operation', () => {
  const V2 = `/api/atlas/v2/groups/${CLUSTER.groupId}`;
  const JSON_OF = (date: string): string => `application/vnd.atlas.${date}+json`;
  const PAGE = '?itemsPerPage=500&pageNum=1';
  const document = { ...EXPORT_JOB, _id: 'b', name: 'n', results: [], links: [] };
  const bucket = { groupId: CLUSTER.groupId, exportBucketId: 'b' };
  const snapshot = { ...CLUSTER, snapshotId: 's' };
  const operations: readonly (readonly [
    string,
    (client: AtlasClient) => Promise<unknown>,
    string,
    string,
  ])[] = [
    [
      'getExportJob',
      (client) => client.getExportJob(EXPORT_JOB_LOCATOR),
      `/clusters/Cluster0/backup/exports/${EXPORT_JOB.id}`,
      '2023-01-01',
    ],
    [
      'listExportJobs',
      (client) => client.listExportJobs(CLUSTER),
      `/clusters/Cluster0/backup/exports${PAGE}`,
      '2023-01-01',
    ],
    [
      'listSnapshots',
      (client) => client.listSnapshots(CLUSTER),
      `/clusters/Cluster0/backup/snapshots${PAGE}`,
      '2023-01-01',
    ],
    [
      'listShardedSnapshots',
      (client) => client.listShardedSnapshots(CLUSTER),
      '/clusters/Cluster0/backup/snapshots/shardedClusters',
      '2023-01-01',
    ],
    [
      'getSnapshot',
      (client) => client.getSnapshot(snapshot),
      '/clusters/Cluster0/backup/snapshots/s',
      '2023-01-01',
    ],
    [
      'getShardedSnapshot',
      (client) => client.getShardedSnapshot(snapshot),
      '/clusters/Cluster0/backup/snapshots/shardedCluster/s',
      '2023-01-01',
    ],
    [
      'listExportBuckets',
      (client) => client.listExportBuckets(bucket),
      `/backup/exportBuckets${PAGE}`,
      '2024-05-30',
    ],
    ['getExportBucket', (client) => client.getExportBucket(bucket), '/backup/exportBuckets/b', '2024-05-30'],
    ['getCluster', (client) => client.getCluster(CLUSTER), '/clusters/Cluster0', '2024-08-05'],
    ['listClusters', (client) => client.listClusters(bucket), `/clusters${PAGE}`, '2024-08-05'],
  ];
  for (const [name, call, path, date] of operations) {
    it(`${name} asks for its path with its version's media type`, async (test) => {
      const { client, last } = await startDocument(test, document);
      await call(client);
      assert.deepEqual(
        [last()?.method, last()?.path, last()?.headers.accept],
        ['GET', V2 + path, JSON_OF(date)],
      );
      assert.equal(last()?.headers['content-type'], undefined);
    });
  }

  it('escapes what stands in its path, and refuses what would climb in it', async (test) => {
    const { client, last } = await startDocument(test, document);
    await client.getExportJob({ groupId: 'g/..', clusterName: 'a b?', exportId: 'é#%' });
    assert.equal(last()?.path, '/api/atlas/v2/groups/g%2F../clusters/a%20b%3F/backup/exports/%C3%A9%23%25');
    for (const exportId of ['', '.', '..']) {
      await assert.rejects(client.getExportJob({ ...EXPORT_JOB_LOCATOR, exportId }), TypeError);
    }
  });
});
