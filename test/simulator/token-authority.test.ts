import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpResponse } from './atlas-http.ts';
import { objectOf, send } from './atlas-http.ts';
import type { SmallWorld } from './small-world.ts';
import { inSmallWorld } from './small-world.ts';

async function mint(
  world: SmallWorld,
  options: { secret?: string; form?: string; path?: string } = {},
): Promise<HttpResponse> {
  const { clientId, clientSecret } = world.simulator.credentials;
  const {
    secret = clientSecret,
    form = 'grant_type=client_credentials',
    path = '/api/oauth/token',
  } = options;
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString(
    'base64',
  );
  const headers = { Authorization: `Basic ${basic}`, 'Content-Type': 'application/x-www-form-urlencoded' };
  return await send(world.simulator, { method: 'POST', path, headers, body: form });
}

async function use(world: SmallWorld, token: unknown): Promise<HttpResponse> {
  const headers = {
    Accept: 'application/vnd.atlas.2024-08-05+json',
    Authorization: `Bearer ${String(token)}`,
  };
  return await send(world.simulator, { path: `${world.group}/clusters/orders`, headers });
}

test('a token is minted for an hour, good for many requests, and refused when the hour is over', async () => {
  await inSmallWorld(async (world) => {
    const {
      access_token: token,
      expires_in: expiresIn,
      token_type: tokenType,
    } = objectOf((await mint(world)).json);
    assert.equal(expiresIn, 3600);
    assert.equal(tokenType, 'Bearer');
    assert.equal((await use(world, token)).status, 200);
    world.clock.advance(3_599_999);
    assert.equal((await use(world, token)).status, 200);
    world.clock.advance(1);
    assert.equal((await use(world, token)).status, 401);
  });
});

test('the eleventh request for a token within a minute gets the recorded 429, and a minute later one is minted again', async () => {
  await inSmallWorld(async (world) => {
    for (let index = 0; index < 10; index += 1) assert.equal((await mint(world)).status, 200);
    const limited = await mint(world);
    assert.equal(limited.status, 429);
    const { detail, errorCode, parameters } = objectOf(limited.json);
    assert.equal(detail, 'Resource /api/oauth/token is limited to 10 requests every 1 minutes.');
    assert.equal(errorCode, 'RATE_LIMITED');
    assert.deepEqual(parameters, ['/api/oauth/token', 10, 1]);
    assert.equal(limited.headers['retry-after'], '60');
    world.clock.advance(60_000);
    assert.equal((await mint(world)).status, 200);
  });
});

test('a wrong secret, a wrong grant type and an invented token are refused', async () => {
  await inSmallWorld(async (world) => {
    assert.equal((await mint(world, { secret: 'wrong' })).status, 401);
    assert.equal((await mint(world, { form: 'grant_type=password' })).status, 400);
    assert.equal((await use(world, 'invented')).status, 401);
  });
});

test('a revoked token is refused', async () => {
  await inSmallWorld(async (world) => {
    const { access_token: token } = objectOf((await mint(world)).json);
    const form = new URLSearchParams({ token: String(token), token_type_hint: 'access_token' }).toString();
    assert.equal((await mint(world, { path: '/api/oauth/revoke', form })).status, 200);
    assert.equal((await use(world, token)).status, 401);
  });
});
