/** Goal: a body that claims an encoding is refused as it came. The client asks for none, and inflates nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { guardWithDigest } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import {
  CLUSTER,
  EXPORT_JOB,
  EXPORT_JOB_LOCATOR,
  EXPORT_REQUEST,
  failureOf,
  startClient,
} from './support/test-client.ts';

const document = Buffer.from(JSON.stringify(EXPORT_JOB));
/** 64 MB of spaces: over the cap of any answer, and a few kilobytes on the wire. */
const bomb = Buffer.alloc(64 * 1024 * 1024, ' ');
const bodies: readonly (readonly [string, string, Buffer])[] = [
  ['a document in gzip', 'gzip', gzipSync(document)],
  ['a document in brotli', 'br', brotliCompressSync(document)],
  ['a document in deflate', 'deflate', deflateSync(document)],
  ['64 MB in a few kB of gzip', 'gzip', gzipSync(bomb)],
  ['64 MB in a few kB of gzip, packed twice', 'gzip, gzip', gzipSync(gzipSync(bomb))],
];

describe('an answer that is compressed, although the client asks for none', () => {
  for (const [what, encoding, body] of bodies) {
    it(`is no document where it is ${what}, and a create so answered is of unknown outcome`, async (test) => {
      const { script } = guardWithDigest((_, response) => {
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
          .end(body);
        return undefined;
      });
      const server = await startScriptedServer(test, script);
      const { client } = startClient(test, server.baseUrl);
      const looked = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
      assert.deepEqual([looked.code, looked.effect], ['ATLAS_RESPONSE', 'none']);
      const created = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
      assert.deepEqual([created.code, created.effect], ['ATLAS_RESPONSE', 'unknown']);
      for (const { headers } of server.seen) assert.equal(headers['accept-encoding'], undefined);
    });
  }

  it('is read where it only claims to be: what counts is the text', async (test) => {
    const { script } = guardWithDigest(() => ({
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/json; charset=utf-16' },
      body: EXPORT_JOB,
    }));
    const server = await startScriptedServer(test, script);
    const { client } = startClient(test, server.baseUrl);
    assert.equal((await client.getExportJob(EXPORT_JOB_LOCATOR)).id, EXPORT_JOB.id);
  });
});
