/** Goal: the example believes what the worker signs, once, and nothing else. Method: it runs as its reader would run it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { createWebhookSender, keyOfSecret } from '../../src/webhook/index.ts';

const file = fileURLToPath(new URL('../../../examples/webhook-receiver/receiver.mjs', import.meta.url));
const secret = `whsec_${Buffer.alloc(32, 11).toString('base64')}`;
const another = `whsec_${Buffer.alloc(32, 12).toString('base64')}`;

export interface Example {
  readonly url: string;
  /** The next line that it prints. */
  readonly nextLine: () => Promise<string>;
}

export async function startExample(t: TestContext, withSecret = secret): Promise<Example> {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'], WEBHOOK_SECRET: withSecret, PORT: '0' },
    // What it complains about is part of the test.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill();
    await ended;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value } = await lines.next();
    return typeof value === 'string' ? value : assert.fail('it has ended');
  };
  const url = /http:\S+/.exec(await nextLine())?.[0] ?? assert.fail('it does not say where it listens');
  return { url, nextLine };
}

/** A message as it is sent, with what is changed about it. */
async function post(
  url: string,
  message: { body: string; headers: Record<string, string> },
): Promise<number> {
  const { status } = await fetch(url, { method: 'POST', ...message });
  return status;
}

function headersOf(
  body: string,
  { id = 'event_1', at = new Date(), by = secret } = {},
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(by).sign(id, at, body),
  };
}

const body = JSON.stringify({
  type: 'export.completed',
  timestamp: '2026-11-25T00:00:00.000Z',
  data: { workflowId: 'w', runId: 'r', result: { outcome: 'exported', prefix: '/exported_snapshots/1' } },
});

test('the example takes what the worker’s sender sends, with the old secret or the new one', async (t) => {
  const { url, nextLine } = await startExample(t);
  const sender = createWebhookSender({ userAgent: 'test' });
  t.after(() => sender.close());
  const keys = [another, secret].map((each) => keyOfSecret(each) ?? assert.fail('no secret'));
  assert.equal((await sender.send({ url, keys }, { id: 'event_1', body })).status, 204);
  assert.equal(await nextLine(), '2026-11-25T00:00:00.000Z w exported: /exported_snapshots/1');
});

test('the example takes each event once, and types that it does not know', async (t) => {
  const { url, nextLine } = await startExample(t);
  assert.equal(await post(url, { body, headers: headersOf(body) }), 204);
  assert.equal(await post(url, { body, headers: headersOf(body) }), 204);
  const unknown = body.replace('export.completed', 'export.verified');
  assert.equal(await post(url, { body: unknown, headers: headersOf(unknown, { id: 'event_2' }) }), 204);
  assert.match(await nextLine(), /w exported/);
  assert.match(await nextLine(), /w export\.verified$/);
});

test('the example refuses what is changed, old, from the future, signed by somebody else or not at all', async (t) => {
  const { url } = await startExample(t);
  const minutesMs = 60_000;
  const right = headersOf(body);
  const wrong: readonly (readonly [what: string, headers: Record<string, string>, body: string])[] = [
    ['a changed body', right, body.replace('exported', 'ignored')],
    ['another id', { ...right, 'webhook-id': 'event_2' }, body],
    [
      'a time that is not the signed one',
      { ...right, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 5) },
      body,
    ],
    ['an old message', headersOf(body, { at: new Date(Date.now() - 6 * minutesMs) }), body],
    ['a message from the future', headersOf(body, { at: new Date(Date.now() + 6 * minutesMs) }), body],
    ['another secret', headersOf(body, { by: another }), body],
    [
      'another scheme',
      { ...right, 'webhook-signature': (right['webhook-signature'] ?? '').replace('v1,', 'v1a,') },
      body,
    ],
    ['no signature', { ...right, 'webhook-signature': '' }, body],
  ];
  for (const [what, headers, changed] of wrong) {
    assert.equal(await post(url, { body: changed, headers }), 401, what);
  }
});

test('the example asks for an event again that it could not handle', async (t) => {
  const { url, nextLine } = await startExample(t);
  const broken = '{"type":"export.completed"}';
  assert.equal(await post(url, { body: broken, headers: headersOf(broken) }), 500);
  assert.equal(await post(url, { body, headers: headersOf(body) }), 204);
  assert.match(await nextLine(), /w exported/);
});
