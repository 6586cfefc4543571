/** Goal: a receiver can be late, wrong or hostile, and costs one bounded try. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { createWebhookSender, keyOfSecret, WebhookNotAnsweredError } from '../../src/webhook/index.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const keys = [keyOfSecret(secret) ?? assert.fail('no secret')];
const message = { id: 'event_1', body: '{"type":"export.completed"}' };

interface Ends {
  readonly receiver: Receiver;
  readonly send: (
    url?: string,
    signal?: AbortSignal,
  ) => Promise<{ status: number; retryAfter: string | undefined }>;
}

async function ends(
  t: TestContext,
  answer?: (response: ServerResponse, before: number) => void,
): Promise<Ends> {
  const receiver = await startReceiver(answer);
  const sender = createWebhookSender({ userAgent: 'test', requestTimeoutMs: 1_500 });
  t.after(async () => {
    await sender.close();
    await receiver.close();
  });
  return {
    receiver,
    send: (url = receiver.url, signal = new AbortController().signal) =>
      sender.send({ url, keys }, message, { signal }),
  };
}

test('one POST with the three headers, whose signature the specification’s library takes', async (t) => {
  const { receiver, send } = await ends(t);
  assert.deepEqual(await send(), { status: 204, retryAfter: undefined });
  const [{ method, path, headers, body } = assert.fail('nothing came')] = receiver.received;
  assert.equal(receiver.received.length, 1);
  assert.deepEqual([method, path, body], ['POST', '/exports?token=in-the-address', message.body]);
  assert.equal(headers['content-type'], 'application/json');
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  assert.deepEqual(new Webhook(secret).verify(body, sent), { type: 'export.completed' });
});

test('every try is signed with its own time, under the same id', async (t) => {
  const { receiver, send } = await ends(t);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 60_000 });
  await send();
  t.mock.timers.reset();
  await send();
  const [first, second] = receiver.received.map(({ headers }) => headers);
  assert.equal(first?.['webhook-id'], second?.['webhook-id']);
  const [one, other] = [first, second].map((headers) => Number(headers?.['webhook-timestamp']));
  assert.ok((other ?? 0) - (one ?? 0) >= 59, `${one} and ${other}`);
  assert.notEqual(first?.['webhook-signature'], second?.['webhook-signature']);
});

test('a redirect is an answer and is not followed', async (t) => {
  const { receiver, send } = await ends(t, (response) =>
    response.writeHead(302, { location: '/elsewhere' }).end(),
  );
  assert.equal((await send()).status, 302);
  assert.equal(receiver.received.length, 1);
});

test('a wait that is asked for comes with the answer', async (t) => {
  const { send } = await ends(t, (response) => response.writeHead(503, { 'retry-after': '120' }).end());
  assert.deepEqual(await send(), { status: 503, retryAfter: '120' });
});

test('an answer whose body never ends stands all the same, and little of it is read', async (t) => {
  let written = 0;
  const { send } = await ends(t, (response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && written < 50_000_000) {
        written += 65_536;
        if (!response.write(Buffer.alloc(65_536))) break;
      }
    };
    response.on('drain', more);
    more();
  });
  assert.equal((await send()).status, 200);
  assert.ok(written < 20_000_000, `${written} bytes were taken`);
});

test('an answer whose body stops half-way stands all the same', async (t) => {
  const { send } = await ends(t, (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
  });
  assert.equal((await send()).status, 200);
});

for (const [what, answer, says] of [
  ['no answer at all', () => undefined, /no answer/],
  [
    'a connection that breaks',
    (response: ServerResponse) => response.destroy(),
    /no answer \(UND_ERR_SOCKET\)/,
  ],
  [
    'headers without end',
    (response: ServerResponse) => response.writeHead(200, { long: 'x'.repeat(1_000_000) }).end(),
    /no answer \(UND_ERR_HEADERS_OVERFLOW\)/,
  ],
] as const) {
  test(`${what} is told without the address`, async (t) => {
    const { receiver, send } = await ends(t, answer);
    await assert.rejects(send(), (error) => {
      assert.ok(error instanceof WebhookNotAnsweredError);
      assert.match(error.message, says);
      assert.doesNotMatch(inspect(error), /127\.0\.0\.1|token/);
      assert.equal(error.cause, undefined);
      return true;
    });
    assert.equal(receiver.received.length, 1);
  });
}

test('nobody there is told without the address', async (t) => {
  const { send } = await ends(t);
  await assert.rejects(
    send('http://127.0.0.1:1/token'),
    /^WebhookNotAnsweredError: no answer \(ECONNREFUSED\)$/,
  );
});

test('a try that is not wanted any more ends at once', async (t) => {
  const given = new AbortController();
  const { send } = await ends(t, () => given.abort());
  await assert.rejects(send(undefined, given.signal), /interrupted/);
});
