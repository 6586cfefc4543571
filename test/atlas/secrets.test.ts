import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createAtlasClient } from '../../src/atlas/index.ts';
import type { AtlasClientOptions, AtlasCredentials } from '../../src/atlas/index.ts';
import { createTextCleaner } from '../../src/atlas/redact.ts';
import { DIGEST_CREDENTIALS, PRIVATE_KEY } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { Reply } from './support/scripted-server.ts';
import { CLUSTER, EXPORT_REQUEST, failureOf, startClient } from './support/test-client.ts';

const CLIENT_SECRET = 'mdb_sa_sk_very-secret';
const TOKEN = 'eyJhbGciOi.very.secret-token';
const NONCE = 'very+secret/nonce==';
const SERVICE_ACCOUNT = {
  type: 'serviceAccount',
  clientId: 'mdb_sa_id_1',
  clientSecret: CLIENT_SECRET,
} as const;

/** Everything an error shows, in every way it can be shown, down to its causes. */
function everythingShown(error: unknown): string {
  const names = error instanceof Error ? Object.getOwnPropertyNames(error) : [];
  return [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error, names), String(error)].join(
    '\n',
  );
}

describe('no secret is in an error', () => {
  const echoes: readonly (readonly [string, (heard: string) => Reply])[] = [
    ['a text that echoes the request', (heard) => ({ status: 502, body: `bad gateway for\n${heard}` })],
    ['an HTML page that does', (heard) => ({ status: 502, body: `<html><title>${heard}</title></html>` })],
    ['an API error that does', (heard) => ({ status: 403, body: { errorCode: 'X', detail: heard } })],
    ['an error code that does', (heard) => ({ status: 403, body: { errorCode: heard } })],
    ['a success that does', (heard) => ({ body: heard })],
  ];
  for (const credentials of [DIGEST_CREDENTIALS, SERVICE_ACCOUNT] as readonly AtlasCredentials[]) {
    for (const [title, echo] of echoes) {
      it(`of a ${credentials.type} client that gets ${title}`, async (test) => {
        let authorization = '';
        const server = await startScriptedServer(test, (request) => {
          const heard = request.headers.authorization ?? '';
          if (request.path === '/api/oauth/token') {
            return { body: { access_token: TOKEN, token_type: 'Bearer', expires_in: 60 } };
          }
          if (heard === '') {
            return {
              status: 401,
              headers: { 'www-authenticate': `Digest realm="r", nonce="${NONCE}", qop="auth"` },
            };
          }
          authorization = heard;
          return echo(`authorization: ${heard} ${PRIVATE_KEY} ${CLIENT_SECRET}`);
        });
        const { client } = startClient(test, server.baseUrl, { credentials });
        const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
        const shown = everythingShown(error);
        const response = /response="([^"]+)"/.exec(authorization)?.[1] ?? TOKEN;
        const own = credentials.type === 'digest' ? [PRIVATE_KEY, NONCE, response] : [CLIENT_SECRET, TOKEN];
        for (const secret of own) assert.ok(!shown.includes(secret), `${secret} is in:\n${shown}`);
      });
    }
  }

  it('of a mint whose answer echoes the secret in Basic', async (test) => {
    const server = await startScriptedServer(test, (request) => ({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: `no: ${request.headers.authorization} ${CLIENT_SECRET}`,
      },
    }));
    const { client } = startClient(test, server.baseUrl, { credentials: SERVICE_ACCOUNT });
    const shown = everythingShown(await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST)));
    const basic = Buffer.from(`mdb_sa_id_1:${CLIENT_SECRET}`).toString('base64');
    assert.ok(!shown.includes(CLIENT_SECRET) && !shown.includes(basic), shown);
  });

  it('nor in what the client itself shows when it is printed', (test) => {
    const { client } = startClient(test, 'http://127.0.0.1:1');
    assert.ok(!inspect(client, { depth: 10, showHidden: true }).includes(PRIVATE_KEY));
  });
});

describe('the text cleaner', () => {
  it('keeps what people need to read, and takes out what they must not', () => {
    const clean = createTextCleaner(['s3cret']);
    assert.equal(clean('No cluster named X exists in group G.'), 'No cluster named X exists in group G.');
    assert.equal(clean('key s3cret\u0007 is\n wrong'), 'key [redacted] is wrong');
    assert.equal(clean('sent Bearer abc.def-ghi'), 'sent Bearer [redacted]');
    assert.equal(clean('nonce="abc", opaque=def'), 'nonce=[redacted], opaque=[redacted]');
    assert.equal(clean('x'.repeat(1_000)).length, 301);
  });
});

describe('wrong options', () => {
  it('are all named in one TypeError, none with its value', () => {
    const options: AtlasClientOptions = {
      baseUrl: 'https://user:hunter2@cloud.mongodb.com/path',
      credentials: { type: 'digest', publicKey: '', privateKey: 'with\nnewline' },
      pagesMax: 0,
      timeouts: { requestTimeoutMs: Number.NaN },
    };
    assert.throws(
      () => createAtlasClient(options),
      (error: unknown) => {
        assert.ok(error instanceof TypeError);
        for (const name of ['baseUrl', 'publicKey', 'privateKey', 'pagesMax', 'requestTimeoutMs']) {
          assert.ok(error.message.includes(name), `${name} is missing in: ${error.message}`);
        }
        assert.ok(!error.message.includes('hunter2') && !error.message.includes('newline'));
        return true;
      },
    );
  });
});

describe('onRequest', () => {
  it('that throws does not make a create that succeeded look like one that did not', async (test) => {
    const warned = new Promise<Error>((resolve) => {
      process.once('warning', resolve);
    });
    const server = await startScriptedServer(test, () => ({
      body: { id: 'j', state: 'Queued', exportBucketId: 'b' },
    }));
    const onRequest = (): void => {
      throw new Error('metric broke');
    };
    const { client } = startClient(test, server.baseUrl, { onRequest });
    assert.equal((await client.createExportJob(CLUSTER, EXPORT_REQUEST)).id, 'j');
    assert.match((await warned).message, /metric broke/);
  });
});
