/** Goal: what a webhook answers decides whether Temporal tries again, and when. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { sendWebhook } from '../../src/activities/send-webhook.ts';
import type { DeliverWebhookInput } from '../../src/contract/index.ts';
import { createWebhooks } from '../../src/worker/webhooks.ts';
import { startReceiver } from '../webhook/receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

const input: DeliverWebhookInput = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  webhook: 'audit',
  eventId: 'event_1',
  event: {
    type: 'export.cancelled',
    timestamp: '2026-11-25T00:00:00.000Z',
    data: { workflowId: 'w', runId: 'r' },
  },
};

/** Sends to a receiver that answers like this. */
async function told(
  t: TestContext,
  answer: { status: number; headers?: Record<string, string> },
  sent: DeliverWebhookInput = input,
): Promise<{ status: number } | ApplicationFailure> {
  const receiver = await startReceiver((response) => response.writeHead(answer.status, answer.headers).end());
  const webhooks = createWebhooks({
    webhooks: new Map([['audit', { url: receiver.url, secrets: [secret] }]]),
  });
  t.after(async () => {
    await webhooks.sender.close();
    await receiver.close();
  });
  return sendWebhook(webhooks, sent, new AbortController().signal).catch((error: unknown) => {
    assert.ok(error instanceof ApplicationFailure, String(error));
    assert.doesNotMatch(error.message, /127\.0\.0\.1|token/);
    return error;
  });
}

for (const status of [200, 202, 204, 299]) {
  test(`${status} is taken`, async (t) => {
    assert.deepEqual(await told(t, { status }), { status });
  });
}

for (const status of [301, 400, 401, 404, 429, 500, 503]) {
  test(`${status} is tried again`, async (t) => {
    const failure = await told(t, { status });
    assert.ok(failure instanceof ApplicationFailure);
    assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_REFUSED', false]);
    assert.match(failure.message, new RegExp(String(status)));
  });
}

test('410 is its last word', async (t) => {
  const failure = await told(t, { status: 410 });
  assert.ok(failure instanceof ApplicationFailure);
  assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_GONE', true]);
});

for (const [asked, waited] of [
  ['120', 120_000],
  ['0', 1_000],
  ['999999', 6 * 3_600_000],
  ['soon', undefined],
] as const) {
  test(`a Retry-After of ${asked} is waited for within bounds`, async (t) => {
    const failure = await told(t, { status: 503, headers: { 'retry-after': asked } });
    assert.ok(failure instanceof ApplicationFailure);
    assert.equal(failure.nextRetryDelay ?? undefined, waited);
  });
}

test('a name that this worker does not have is tried again: another worker, or the next settings, may', async (t) => {
  const failure = await told(t, { status: 200 }, { ...input, webhook: 'ops' });
  assert.ok(failure instanceof ApplicationFailure);
  assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_UNKNOWN', false]);
  assert.match(failure.message, /no webhook "ops"; it has: audit\./);
});
