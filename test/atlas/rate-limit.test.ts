import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateLimitGate } from '../../src/atlas/rate-limit-gate.ts';
import { guardWithDigest } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { Reply } from './support/scripted-server.ts';
import {
  CLUSTER,
  EXPORT_JOB,
  EXPORT_JOB_LOCATOR,
  EXPORT_REQUEST,
  failureOf,
  startClient,
} from './support/test-client.ts';

function limitedOnce(headers: Record<string, string>): () => Reply {
  let answers = 0;
  return () => {
    answers += 1;
    return answers === 1
      ? { status: 429, headers, body: { errorCode: 'RATE_LIMITED' } }
      : { body: EXPORT_JOB };
  };
}

describe('after a 429', () => {
  it('with Retry-After, calls of that project fail at once without a request, and others go out', async (test) => {
    const guard = guardWithDigest(limitedOnce({ 'retry-after': '55' }));
    const server = await startScriptedServer(test, guard.script);
    const { client, events } = startClient(test, server.baseUrl);
    const first = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.deepEqual([first.code, first.retryAfterMs, first.status], ['ATLAS_RATE_LIMITED', 55_000, 429]);
    const held = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([held.code, held.effect, held.status], ['ATLAS_RATE_LIMITED', 'none', undefined]);
    assert.ok(
      (held.retryAfterMs ?? 0) > 50_000 && (held.retryAfterMs ?? 0) <= 55_000,
      String(held.retryAfterMs),
    );
    assert.equal(events[1]?.wireRequests, 0);
    await client.getExportJob({ ...EXPORT_JOB_LOCATOR, groupId: 'another-project' });
  });

  it('to the request for a challenge, calls of that project wait as well', async (test) => {
    const limited = { status: 429, headers: { 'retry-after': '55' } };
    const server = await startScriptedServer(test, () => limited);
    const { client } = startClient(test, server.baseUrl);
    assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).retryAfterMs, 55_000);
    assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).code, 'ATLAS_RATE_LIMITED');
    assert.equal(server.seen.length, 1);
  });

  for (const headers of [{}, { 'retry-after': 'soon' }, { 'retry-after': '0' }] as Record<string, string>[]) {
    it(`with ${JSON.stringify(headers)} the next call goes out`, async (test) => {
      const server = await startScriptedServer(test, guardWithDigest(limitedOnce(headers)).script);
      const { client } = startClient(test, server.baseUrl);
      assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).code, 'ATLAS_RATE_LIMITED');
      assert.equal((await client.getExportJob(EXPORT_JOB_LOCATOR)).id, EXPORT_JOB.id);
    });
  }
});

describe('RateLimit-Remaining', () => {
  it('is part of the event, and absent when the answer has none or nonsense', async (test) => {
    const values: (Record<string, string> | undefined)[] = [
      { 'ratelimit-remaining': '1199' },
      undefined,
      { 'ratelimit-remaining': 'many' },
    ];
    const script = guardWithDigest(() => ({ body: EXPORT_JOB, headers: values.shift() ?? {} })).script;
    const server = await startScriptedServer(test, script);
    const { client, events } = startClient(test, server.baseUrl);
    for (let call = 0; call < 3; call += 1) await client.getExportJob(EXPORT_JOB_LOCATOR);
    assert.deepEqual(
      events.map(({ rateLimitRemaining }) => rateLimitRemaining),
      [1_199, undefined, undefined],
    );
  });
});

describe('the rate-limit gate', () => {
  it('opens when the wait is over, keeps the longer of two waits, and holds ten minutes at most', () => {
    const clock = { nowMs: 1_000 };
    const gate = new RateLimitGate(() => clock.nowMs);
    gate.hold('a', 5_000);
    gate.hold('a', 1_000);
    gate.hold('b', 24 * 60 * 60 * 1_000);
    assert.deepEqual([gate.remainingMs('a'), gate.remainingMs('b')], [5_000, 600_000]);
    clock.nowMs += 4_999.5;
    assert.equal(gate.remainingMs('a'), 1);
    clock.nowMs += 0.5;
    assert.equal(gate.remainingMs('a'), undefined);
    assert.equal(gate.remainingMs('never held'), undefined);
  });
});
