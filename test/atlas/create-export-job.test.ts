/*
 * The literal check against MongoDB's own page for this resource (see fixtures/README.md): what it shows
 * is what goes on the wire for v1.0, and what it shows coming back is read right.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { ExportJob, ExportJobRequest } from '../../src/atlas/index.ts';
import { RAW_CHALLENGE, rawAnswer, startRawServer } from './support/raw-server.ts';
import { startClient } from './support/test-client.ts';

const CLUSTER = { groupId: '{GROUP-ID}', clusterName: '{CLUSTER-NAME}' };
const CUSTOM_DATA = [{ key: 'exported by', value: 'myName' }];
const REQUEST: ExportJobRequest = {
  snapshotId: '{SNAPSHOT-ID}',
  exportBucketId: '{BUCKET-ID}',
  customData: CUSTOM_DATA,
};

function fixture(name: string): string {
  return readFileSync(new URL(`../../../test/atlas/fixtures/${name}.json`, import.meta.url), 'utf8');
}

/** Creates an export job and returns it with the authorized request's text. */
async function create(
  test: TestContext,
  apiVersion: 'v1.0' | 'v2',
  response: string,
): Promise<{ readonly job: ExportJob; readonly text: string; readonly baseUrl: string }> {
  const requests: string[] = [];
  const server = await startRawServer(test, (request, socket) => {
    requests.push(request);
    const authorized = /^authorization: Digest /im.test(request);
    socket.write(
      authorized ? rawAnswer('200 OK', ['Content-Type: application/json'], response) : RAW_CHALLENGE,
    );
  });
  const { client } = startClient(test, server.baseUrl, { apiVersion });
  const job = await client.createExportJob(CLUSTER, REQUEST);
  return { job, text: requests.at(-1) ?? '', baseUrl: server.baseUrl };
}

describe('the request of create-export-job.rst', () => {
  it('goes on the wire for v1.0 as the page shows it, to the byte', async (test) => {
    const { text, baseUrl } = await create(test, 'v1.0', fixture('create-export-job.response-replica-set'));
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const [requestLine, ...headerLines] = head.split('\r\n');
    const path = '/api/atlas/v1.0/groups/%7BGROUP-ID%7D/clusters/%7BCLUSTER-NAME%7D/backup/exports/';
    assert.equal(requestLine, `POST ${path} HTTP/1.1`);
    assert.equal(body, JSON.stringify(JSON.parse(fixture('create-export-job.request'))));
    const isAuthorization = (line: string): boolean => line.startsWith('authorization: ');
    assert.deepEqual(headerLines.filter((line) => !isAuthorization(line)).toSorted(), [
      'accept: application/json',
      'connection: keep-alive',
      `content-length: ${body.length}`,
      'content-type: application/json',
      `host: ${new URL(baseUrl).host}`,
      'user-agent: atlas-export-worker',
    ]);
    assert.match(
      headerLines.find(isAuthorization) ?? '',
      /^authorization: Digest username="test-public", realm="r", nonce="raw-nonce-1", uri="[^"]+\/exports\/", response="[\da-f]{32}", qop=auth, nc=00000001, cnonce="[^"]+", algorithm=MD5$/,
    );
  });

  it('asks v2 with its versioned media type, and without the slash', async (test) => {
    const { text } = await create(test, 'v2', fixture('create-export-job.response-replica-set'));
    const path = '/api/atlas/v2/groups/%7BGROUP-ID%7D/clusters/%7BCLUSTER-NAME%7D/backup/exports';
    assert.ok(text.startsWith(`POST ${path} HTTP/1.1\r\n`), text);
    assert.match(text, /\r\naccept: application\/vnd\.atlas\.2023-01-01\+json\r\n/);
    assert.match(text, /\r\ncontent-type: application\/vnd\.atlas\.2023-01-01\+json\r\n/);
  });
});

describe('the example responses of create-export-job.rst', () => {
  it('are read for a replica set: in progress, no components, prefix with its leading slash', async (test) => {
    const { job } = await create(test, 'v1.0', fixture('create-export-job.response-replica-set'));
    assert.deepEqual(job, {
      id: '605ccba3c1c7613f423e1585',
      state: 'InProgress',
      createdAt: '2021-03-25T16:49:23Z',
      snapshotId: '{SNAPSHOT-ID}',
      exportBucketId: '{BUCKET-ID}',
      prefix: '/exported_snapshots/{ORG-NAME}/{PROJECT-NAME}/{CLUSTER-NAME}/2021-03-25T1649+0000/1616694179',
      customData: CUSTOM_DATA,
    });
  });

  it('are read for a sharded cluster: queued, with two components', async (test) => {
    const { job } = await create(test, 'v1.0', fixture('create-export-job.response-sharded'));
    assert.deepEqual(job, {
      id: '6067615fc37241327a558540',
      state: 'Queued',
      components: [
        { exportId: '6067615fc37241327a558541', replicaSetName: 'atlas-xxxxxx-shard-0' },
        { exportId: '6067615fc37241327a558543', replicaSetName: 'atlas-xxxxxx-shard-1' },
      ],
      createdAt: '2021-04-02T18:24:31Z',
      snapshotId: '6067566a0d97065aabbe5634',
      exportBucketId: '604f6322dc786a5341d4f7fb',
      prefix: '/exported_snapshots/{ORG-NAME}/{PROJECT-NAME}/{CLUSTER-NAME}/2021-04-02T1742/1617387870',
      customData: CUSTOM_DATA,
    });
  });
});
