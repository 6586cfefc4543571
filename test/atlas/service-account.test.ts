import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pool } from 'undici';
import { serviceAccountInterceptor } from '../../src/atlas/service-account.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { Reply, ScriptedServer, SeenRequest } from './support/scripted-server.ts';
import {
  CLUSTER,
  EXPORT_JOB,
  EXPORT_JOB_LOCATOR,
  EXPORT_REQUEST,
  failureOf,
  startClient,
} from './support/test-client.ts';
import type { TestContext } from 'node:test';

const CREDENTIALS = {
  type: 'serviceAccount',
  clientId: 'mdb_sa_id_1',
  clientSecret: 'mdb_sa_sk_a:b&c',
} as const;

interface TokenServer extends ScriptedServer {
  readonly mints: SeenRequest[];
  /** Tokens that are refused with 401. */
  readonly revoked: Set<string>;
}

/** Hands out `token-1`, `token-2`, … and accepts them until they are revoked. */
async function startTokenServer(
  test: TestContext,
  options: { readonly mint?: (mintsSoFar: number) => Reply; readonly revokeAll?: boolean } = {},
): Promise<TokenServer> {
  const mints: SeenRequest[] = [];
  const revoked = new Set<string>();
  const mint = options.mint ?? ((count): Reply => tokenReply(count));
  const server = await startScriptedServer(test, (request) => {
    if (request.path === '/api/oauth/token') {
      mints.push(request);
      return mint(mints.length);
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const refused = !token.startsWith('token-') || revoked.has(token) || options.revokeAll === true;
    return refused ? { status: 401, body: { error: 401, detail: 'Unauthorized' } } : { body: EXPORT_JOB };
  });
  return { ...server, mints, revoked };
}

function tokenReply(count: number, expiresInSeconds = 3_600): Reply {
  return { body: { access_token: `token-${count}`, token_type: 'bearer', expires_in: expiresInSeconds } };
}

describe('a service account', () => {
  it('mints with Basic authorization of the form-encoded id and secret, and sends the token', async (test) => {
    const server = await startTokenServer(test);
    const { client } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    const [mint, request] = server.seen;
    const basic = Buffer.from('mdb_sa_id_1:mdb_sa_sk_a%3Ab%26c').toString('base64');
    assert.equal(mint?.headers.authorization, `Basic ${basic}`);
    assert.equal(mint.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(mint.headers.accept, 'application/json');
    assert.deepEqual([mint.method, mint.body], ['POST', 'grant_type=client_credentials']);
    assert.equal(request?.headers.authorization, 'Bearer token-1');
  });

  it('mints once for 50 calls at once, and then sends one request per call', async (test) => {
    const server = await startTokenServer(test);
    const { client } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
    await Promise.all(Array.from({ length: 50 }, () => client.getExportJob(EXPORT_JOB_LOCATOR)));
    await Promise.all(Array.from({ length: 50 }, () => client.getExportJob(EXPORT_JOB_LOCATOR)));
    assert.equal(server.mints.length, 1);
    assert.equal(server.seen.length, 101);
  });

  it('mints once more, once, when a kept token is refused, for however many calls', async (test) => {
    const server = await startTokenServer(test);
    const { client } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    server.revoked.add('token-1');
    await Promise.all(Array.from({ length: 8 }, () => client.createExportJob(CLUSTER, EXPORT_REQUEST)));
    assert.equal(server.mints.length, 2);
  });

  it('takes a 401 to a fresh token for the answer', async (test) => {
    const server = await startTokenServer(test, { revokeAll: true });
    const { client, events } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
    assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).code, 'ATLAS_UNAUTHORIZED');
    assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).code, 'ATLAS_UNAUTHORIZED');
    assert.deepEqual(
      events.map(({ wireRequests }) => wireRequests),
      [2, 3],
    );
  });

  it('reports a mint that is rate limited with its Retry-After, and asks no more until then', async (test) => {
    const body = { error: 429, errorCode: 'RATE_LIMITED', detail: 'Resource /api/oauth/token is limited.' };
    const server = await startTokenServer(test, {
      mint: () => ({ status: 429, headers: { 'retry-after': '20' }, body }),
    });
    const { client } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
    const first = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([first.code, first.effect, first.retryAfterMs], ['ATLAS_RATE_LIMITED', 'none', 20_000]);
    const second = await failureOf(client.getExportJob({ ...EXPORT_JOB_LOCATOR, groupId: 'another' }));
    assert.equal(second.code, 'ATLAS_RATE_LIMITED');
    assert.ok((second.retryAfterMs ?? Infinity) <= 20_000, 'what is left of the wait');
    assert.equal(server.seen.length, 1);
  });

  it("measures a mint's Retry-After date by the server's clock, not by a machine's that is an hour ahead", async (test) => {
    const serverMs = Date.now() - 3_600_000;
    const headers = {
      date: new Date(serverMs).toUTCString(),
      'retry-after': new Date(serverMs + 30_000).toUTCString(),
    };
    const server = await startTokenServer(test, {
      mint: () => ({ status: 429, headers, body: { error: 429 } }),
    });
    const { client } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
    const first = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.equal(first.retryAfterMs, 30_000);
    // Another project, so that it is the token and not the project that is held back.
    const second = await failureOf(client.getExportJob({ ...EXPORT_JOB_LOCATOR, groupId: 'another' }));
    assert.equal(second.code, 'ATLAS_RATE_LIMITED');
    assert.equal(server.seen.length, 1, 'it asked again before the time that the server named');
  });

  const mintAnswers: readonly [string, Reply, string][] = [
    ['401', { status: 401, body: { error: 'invalid_client' } }, 'ATLAS_UNAUTHORIZED'],
    ['400 invalid_client', { status: 400, body: { error: 'invalid_client' } }, 'ATLAS_UNAUTHORIZED'],
    ['403', { status: 403, body: { error: 403 } }, 'ATLAS_FORBIDDEN'],
    ['503 in HTML', { status: 503, body: '<html><body>down</body></html>' }, 'ATLAS_UNAVAILABLE'],
    ['200 that is no JSON', { body: 'hello' }, 'ATLAS_RESPONSE'],
    ['200 without a token', { body: { token_type: 'bearer', expires_in: 3600 } }, 'ATLAS_RESPONSE'],
    [
      '200 with a token that would break a header',
      { body: { access_token: 'a\nb', token_type: 'bearer' } },
      'ATLAS_RESPONSE',
    ],
  ];
  for (const [title, reply, code] of mintAnswers) {
    it(`reports a mint answered with ${title} as ${code}, effect none`, async (test) => {
      const server = await startTokenServer(test, { mint: () => reply });
      const { client } = startClient(test, server.baseUrl, { credentials: CREDENTIALS });
      const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
      assert.deepEqual([error.code, error.effect, error.operation], [code, 'none', 'createExportJob']);
      assert.match(error.message, /access token for createExportJob/);
    });
  }

  it('renews a token ten minutes before its end, or a sixth of a shorter life', async (test) => {
    for (const [lifeSeconds, renewedAfterSeconds] of [
      [3_600, 3_000],
      [60, 50],
    ] as const) {
      const clock = { nowMs: 0 };
      const server = await startTokenServer(test, { mint: (count) => tokenReply(count, lifeSeconds) });
      const get = startGetter(test, server.baseUrl, () => clock.nowMs);
      await get();
      clock.nowMs = renewedAfterSeconds * 1000 - 1;
      await get();
      assert.equal(server.mints.length, 1, `kept until ${renewedAfterSeconds} s`);
      clock.nowMs = renewedAfterSeconds * 1000;
      await get();
      assert.equal(server.mints.length, 2, `renewed at ${renewedAfterSeconds} s`);
    }
  });

  it('goes on with the old token while a renewal fails, and asks again only after a pause', async (test) => {
    const clock = { nowMs: 0 };
    const server = await startTokenServer(test, {
      mint: (count) => (count === 1 ? tokenReply(count) : { status: 500, body: 'no' }),
    });
    const get = startGetter(test, server.baseUrl, () => clock.nowMs);
    await get();
    clock.nowMs = 3_000_000;
    assert.equal(await get(), 200);
    assert.equal(await get(), 200);
    assert.equal(server.mints.length, 2);
    clock.nowMs += 30_000;
    assert.equal(await get(), 200);
    assert.equal(server.mints.length, 3);
    clock.nowMs = 3_600_000;
    await assert.rejects(get(), { name: 'AuthorizationFailure' });
  });
});

/** The interceptor on a pool of its own, with a clock that the test turns. */
function startGetter(test: TestContext, baseUrl: string, nowMs: () => number): () => Promise<number> {
  const pool = new Pool(baseUrl);
  test.after(() => pool.close());
  const options = { timeoutMs: 5_000, userAgent: 'test', nowMs };
  const dispatcher = pool.compose(serviceAccountInterceptor(CREDENTIALS, options));
  return async () => {
    const { statusCode, body } = await dispatcher.request({ origin: baseUrl, path: '/', method: 'GET' });
    await body.dump();
    return statusCode;
  };
}
