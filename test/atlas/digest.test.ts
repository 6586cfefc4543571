import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardWithDigest, PRIVATE_KEY, PUBLIC_KEY } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { Script } from './support/scripted-server.ts';
import {
  CLUSTER,
  EXPORT_JOB,
  EXPORT_JOB_LOCATOR,
  EXPORT_REQUEST,
  failureOf,
  startClient,
} from './support/test-client.ts';

const answerJob: Script = () => ({ body: EXPORT_JOB });

describe('digest authentication', () => {
  for (const algorithm of ['MD5', 'SHA-256', 'MD5-sess', 'SHA-256-sess'] as const) {
    it(`is accepted by a strict ${algorithm} server, query included in the digest-uri`, async (test) => {
      const guard = guardWithDigest(() => ({ body: { results: [EXPORT_JOB] } }), { algorithm });
      const server = await startScriptedServer(test, guard.script);
      const { client } = startClient(test, server.baseUrl);
      const jobs = await client.listExportJobs(CLUSTER);
      assert.deepEqual(
        jobs.map(({ id }) => id),
        [EXPORT_JOB.id],
      );
      assert.match(server.seen.at(-1)?.path ?? '', /\?itemsPerPage=500&pageNum=1$/);
    });
  }

  it('costs a warm client one request per call, one after the other', async (test) => {
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, guard.script);
    const { client, events } = startClient(test, server.baseUrl);
    for (let call = 0; call < 5; call += 1) await client.getExportJob(EXPORT_JOB_LOCATOR);
    assert.deepEqual(
      events.map(({ wireRequests }) => wireRequests),
      [2, 1, 1, 1, 1],
    );
    assert.equal(server.seen.length, 6);
  });

  it('costs a warm client one request per call with 50 calls at once, and no count is used twice', async (test) => {
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, guard.script);
    const { client } = startClient(test, server.baseUrl);
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    const seenBefore = server.seen.length;
    await Promise.all(Array.from({ length: 50 }, () => client.getExportJob(EXPORT_JOB_LOCATOR)));
    assert.equal(server.seen.length - seenBefore, 50);
    assert.deepEqual([guard.challenges, guard.replays], [1, 0]);
  });

  it('fetches one challenge for 50 calls at once of a cold client', async (test) => {
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, guard.script);
    const { client, events } = startClient(test, server.baseUrl);
    await Promise.all(Array.from({ length: 50 }, () => client.getExportJob(EXPORT_JOB_LOCATOR)));
    assert.equal(server.seen.length, 51);
    assert.deepEqual([guard.challenges, guard.replays], [1, 0]);
    const wireRequests = events.reduce((sum, event) => sum + event.wireRequests, 0);
    assert.equal(wireRequests, 51, 'the events together account for every request on the wire');
  });

  it('costs one more round trip when the nonce has become stale, and keeps the new nonce', async (test) => {
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, guard.script);
    const { client, events } = startClient(test, server.baseUrl);
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    guard.forgetNonces();
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    assert.deepEqual(
      events.map(({ wireRequests }) => wireRequests),
      [2, 2, 1],
    );
  });

  it('lets 20 calls at once survive a nonce that is good for one request only', async (test) => {
    const guard = guardWithDigest(answerJob, { usesPerNonceMax: 1 });
    const server = await startScriptedServer(test, guard.script);
    const { client } = startClient(test, server.baseUrl);
    const jobs = await Promise.all(Array.from({ length: 20 }, () => client.getExportJob(EXPORT_JOB_LOCATOR)));
    assert.equal(jobs.length, 20);
    assert.equal(guard.replays, 0);
  });

  it('takes a 401 to a fresh challenge for the answer: a wrong key costs two requests, never more', async (test) => {
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, guard.script);
    const wrong = { type: 'digest', publicKey: PUBLIC_KEY, privateKey: 'wrong-key' } as const;
    const { client, events } = startClient(test, server.baseUrl, { credentials: wrong });
    for (let call = 0; call < 3; call += 1) {
      const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
      assert.deepEqual([error.code, error.status, error.effect], ['ATLAS_UNAUTHORIZED', 401, 'none']);
      assert.equal(error.detail, 'You are not authorized for this resource.');
    }
    assert.deepEqual(
      events.map(({ wireRequests }) => wireRequests),
      [2, 2, 2],
    );
  });

  it('does not call the key wrong where a nonce is stale as soon as it was given', async (test) => {
    const guard = guardWithDigest(answerJob, { usesPerNonceMax: 0 });
    const server = await startScriptedServer(test, guard.script);
    const { client, events } = startClient(test, server.baseUrl);
    const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.deepEqual([error.code, error.status, error.effect], ['ATLAS_UNAVAILABLE', 401, 'none']);
    assert.match(error.message, /refuses the nonce it has just given, not the credential/);
    assert.deepEqual(
      events.map(({ wireRequests }) => wireRequests),
      [3],
    );
  });

  it('never sends a body before it can be accepted, and sends it whole again after a stale nonce', async (test) => {
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, guard.script);
    const { client } = startClient(test, server.baseUrl);
    await client.createExportJob(CLUSTER, EXPORT_REQUEST);
    guard.forgetNonces();
    await client.createExportJob(CLUSTER, EXPORT_REQUEST);
    const body = JSON.stringify(EXPORT_REQUEST);
    assert.deepEqual(
      server.seen.map((request) => [request.method, request.body]),
      [
        ['POST', ''],
        ['POST', body],
        ['POST', body],
        ['POST', body],
      ],
    );
  });

  it('sends no Authorization to a server that asks for none', async (test) => {
    const server = await startScriptedServer(test, answerJob);
    const { client } = startClient(test, server.baseUrl);
    await client.createExportJob(CLUSTER, EXPORT_REQUEST);
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    assert.deepEqual(
      server.seen.map((request) => [request.method, request.body !== '', request.headers.authorization]),
      [
        ['POST', false, undefined],
        ['POST', true, undefined],
        ['GET', false, undefined],
      ],
    );
  });

  it('gives all waiting calls the answer of a server that lets nobody in, for one request', async (test) => {
    const server = await startScriptedServer(test, () => ({
      status: 503,
      headers: { 'retry-after': '3', 'content-type': 'text/html' },
      body: '<html><title>Down</title></html>',
    }));
    const { client } = startClient(test, server.baseUrl);
    const errors = await Promise.all(
      Array.from({ length: 10 }, () => failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST))),
    );
    for (const error of errors) {
      assert.deepEqual([error.code, error.effect, error.retryAfterMs], ['ATLAS_UNAVAILABLE', 'none', 3_000]);
    }
    assert.equal(server.seen.length, 1);
  });

  it('goes on for the others when the call that fetched the challenge is aborted', async (test) => {
    const abort = new AbortController();
    const guard = guardWithDigest(answerJob);
    const server = await startScriptedServer(test, (request, response) => {
      abort.abort();
      return guard.script(request, response);
    });
    const { client } = startClient(test, server.baseUrl);
    const first = failureOf(client.getExportJob(EXPORT_JOB_LOCATOR, { signal: abort.signal }));
    const second = client.getExportJob(EXPORT_JOB_LOCATOR);
    assert.equal((await first).code, 'ATLAS_ABORTED');
    assert.equal((await second).id, EXPORT_JOB.id);
    assert.equal(guard.challenges, 1);
    assert.ok(!server.seen.some(({ headers }) => headers.authorization?.includes(PRIVATE_KEY)));
  });
});
