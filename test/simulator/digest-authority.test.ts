import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DigestAnswer, HttpResponse } from './atlas-http.ts';
import { call, digestHeader, nonceOf, send } from './atlas-http.ts';
import type { SmallWorld } from './small-world.ts';
import { inSmallWorld } from './small-world.ts';

const RECORDED_CHALLENGE =
  /^Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false$/;
const HEADERS = { Accept: 'application/vnd.atlas.2024-08-05+json' };

async function freshAnswer(world: SmallWorld): Promise<DigestAnswer> {
  const uri = `${world.group}/clusters/orders`;
  const challenge = await send(world.simulator, { path: uri, headers: HEADERS });
  const { publicKey: username, privateKey: password } = world.simulator.credentials;
  return { method: 'GET', uri, nonce: nonceOf(challenge), username, password };
}

async function present(
  world: SmallWorld,
  authorization: string,
  path = `${world.group}/clusters/orders`,
): Promise<HttpResponse> {
  return await send(world.simulator, { path, headers: { ...HEADERS, Authorization: authorization } });
}

function lastRefusal(world: SmallWorld): string | undefined {
  return world.simulator.books.requests.at(-1)?.refusal;
}

test('a request without credentials gets the recorded challenge and the recorded body, and no rate-limit headers', async () => {
  await inSmallWorld(async (world) => {
    const response = await send(world.simulator, {
      path: `${world.group}/clusters/orders`,
      headers: HEADERS,
    });
    assert.equal(response.status, 401);
    assert.match(response.headers['www-authenticate'] ?? '', RECORDED_CHALLENGE);
    assert.equal(response.headers['content-length'], '142');
    assert.equal(response.headers['ratelimit-limit'], undefined);
    assert.match(response.text, /"errorCode" : "UNEXPECTED_ERROR"/);
  });
});

test('a create that is only challenged creates nothing', async () => {
  await inSmallWorld(async (world) => {
    const body = JSON.stringify({ snapshotId: world.ordersSnapshotId, exportBucketId: world.exportBucketId });
    const path = `${world.group}/clusters/orders/backup/exports`;
    const headers = { ...HEADERS, 'Content-Type': 'application/json' };
    assert.equal((await send(world.simulator, { method: 'POST', path, headers, body })).status, 401);
    assert.deepEqual(world.simulator.books.jobs, []);
    assert.equal(world.simulator.books.createsRefused, 0);
  });
});

test('one nonce serves many requests as long as the count goes on, in whatever order the counts arrive', async () => {
  await inSmallWorld(async (world) => {
    const answer = await freshAnswer(world);
    for (const nc of ['00000001', '00000003', '00000002', '0000000a']) {
      assert.equal((await present(world, digestHeader({ ...answer, nc }))).status, 200, nc);
    }
  });
});

test('a nonce count that was used before is refused with a new challenge', async () => {
  await inSmallWorld(async (world) => {
    const header = digestHeader(await freshAnswer(world));
    assert.equal((await present(world, header)).status, 200);
    const replayed = await present(world, header);
    assert.equal(replayed.status, 401);
    assert.match(replayed.headers['www-authenticate'] ?? '', RECORDED_CHALLENGE);
    assert.equal(lastRefusal(world), 'nonce count used before');
  });
});

test('an answer for another request target is refused, the query included', async () => {
  await inSmallWorld(async (world) => {
    const header = digestHeader(await freshAnswer(world));
    const response = await present(world, header, `${world.group}/clusters/orders?pretty=true`);
    assert.equal(response.status, 401);
    assert.equal(lastRefusal(world), 'uri is not the request target');
  });
});

test('an answer for another method is refused', async () => {
  await inSmallWorld(async (world) => {
    const answer = await freshAnswer(world);
    assert.equal((await present(world, digestHeader({ ...answer, method: 'POST' }))).status, 401);
    assert.equal(lastRefusal(world), 'wrong response');
  });
});

test('a nonce lives for nonceLifetimeMs of the clock; after that a right answer is told that it is stale', async () => {
  const check = async (world: SmallWorld): Promise<void> => {
    const answer = await freshAnswer(world);
    world.clock.advance(999);
    assert.equal((await present(world, digestHeader(answer))).status, 200);
    world.clock.advance(1);
    const stale = await present(world, digestHeader({ ...answer, nc: '00000002' }));
    assert.equal(stale.status, 401);
    assert.match(stale.headers['www-authenticate'] ?? '', /stale=true$/);
    const wrong = await present(world, digestHeader({ ...answer, nc: '00000003', password: 'wrong' }));
    assert.match(wrong.headers['www-authenticate'] ?? '', /stale=false$/);
  };
  await inSmallWorld(check, { nonceLifetimeMs: 1000 });
});

test('a nonce that was never issued is stale when the answer is right', async () => {
  await inSmallWorld(async (world) => {
    const answer = await freshAnswer(world);
    const response = await present(world, digestHeader({ ...answer, nonce: 'x'.repeat(32) }));
    assert.match(response.headers['www-authenticate'] ?? '', /stale=true$/);
  });
});

test('SHA-256 is offered and required where it is chosen', async () => {
  const check = async (world: SmallWorld): Promise<void> => {
    const answer = await freshAnswer(world);
    assert.equal((await present(world, digestHeader(answer))).status, 401, 'MD5');
    assert.equal(lastRefusal(world), 'another algorithm');
    assert.equal((await call(world.simulator, { path: answer.uri })).status, 200);
  };
  await inSmallWorld(check, { digestAlgorithm: 'SHA-256' });
});

const MALFORMED: readonly (readonly [string, (header: string) => string, string])[] = [
  ['a quoted nc', (header) => header.replace('nc=00000001', 'nc="00000001"'), 'nc must not be quoted'],
  ['a quoted qop', (header) => header.replace('qop=auth', 'qop="auth"'), 'qop must not be quoted'],
  ['an unquoted uri', (header) => header.replace(/uri="([^"]+)"/, 'uri=$1'), 'uri must be quoted'],
  [
    'a short nc',
    (header) => header.replace('nc=00000001', 'nc=1'),
    'nc is not a count of eight hexadecimal digits',
  ],
  [
    'a count of zero',
    (header) => header.replace('nc=00000001', 'nc=00000000'),
    'nc is not a count of eight hexadecimal digits',
  ],
  ['no cnonce', (header) => header.replace(/, cnonce="[^"]+"/, ''), 'cnonce is missing'],
  ['two nonces', (header) => `${header}, nonce="again"`, 'nonce is given twice'],
  ['another realm', (header) => header.replace('MMS Public API', 'MMS'), 'another realm'],
  ['another user', (header) => header.replace(/username="[^"]+"/, 'username="somebody"'), 'unknown username'],
  ['auth-int', (header) => header.replace('qop=auth', 'qop=auth-int'), 'qop is not auth'],
  ['garbage', () => 'Digest ,,,=', 'malformed header'],
  ['Basic credentials', () => 'Basic Zm9vOmJhcg==', 'unknown scheme'],
];

for (const [what, change, refusal] of MALFORMED) {
  test(`an answer with ${what} is refused`, async () => {
    await inSmallWorld(async (world) => {
      const header = change(digestHeader(await freshAnswer(world)));
      assert.equal((await present(world, header)).status, 401);
      assert.equal(lastRefusal(world), refusal);
    });
  });
}

test('the books hold no secret and nothing a secret was hashed into', async () => {
  await inSmallWorld(async (world) => {
    await call(world.simulator, { path: `${world.group}/clusters/orders` });
    const { clientId, clientSecret, privateKey } = world.simulator.credentials;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    await send(world.simulator, {
      method: 'POST',
      path: '/api/oauth/token',
      headers: { Authorization: `Basic ${basic}` },
      body: `grant_type=client_credentials&client_secret=${clientSecret}`,
    });
    const text = JSON.stringify(world.simulator.books.requests);
    for (const secret of [privateKey, clientSecret, basic, 'response='])
      assert.ok(!text.includes(secret), secret);
    assert.match(text, /"authorization":"Digest"/);
  });
});
