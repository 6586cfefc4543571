/** Goal: what is sent is what Standard Webhooks says. Method: the specification's own example, and its library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { keyOfSecret, signatureHeader } from '../../src/webhook/index.ts';

function keyOf(secret: string): Buffer {
  const key = keyOfSecret(secret);
  assert.ok(key !== undefined, `${secret} is no secret`);
  return key;
}

function secretOf(bytes: Uint8Array): string {
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
}

test('the signature is that of a known message', () => {
  const content = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const ofLibrary = new Webhook(secret).sign(content.id, new Date(1_614_265_330_000), content.body);
  assert.equal(signatureHeader(content, [keyOf(secret)]), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  assert.equal(signatureHeader(content, [keyOf(secret)]), ofLibrary);
});

test('the specification’s library takes every message that is signed here, and none that was changed', () => {
  const key = fc.uint8Array({ minLength: 24, maxLength: 64 });
  const id = fc.stringMatching(/^[\w-]{1,200}$/);
  fc.assert(
    fc.property(key, key, id, fc.json(), (one, other, eventId, body) => {
      const timestampSeconds = Math.floor(Date.now() / 1000);
      const content = { id: eventId, timestampSeconds, body };
      const headers = {
        'webhook-id': eventId,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': signatureHeader(content, [keyOf(secretOf(one)), keyOf(secretOf(other))]),
      };
      // While secrets are being exchanged, either is enough.
      for (const bytes of [one, other]) {
        assert.deepEqual(new Webhook(secretOf(bytes)).verify(body, headers), JSON.parse(body));
      }
      assert.throws(() => new Webhook(secretOf(one)).verify(`${body} `, headers));
      assert.throws(() =>
        new Webhook(secretOf(one)).verify(body, { ...headers, 'webhook-id': `${eventId}x` }),
      );
    }),
    { numRuns: 100 },
  );
});
