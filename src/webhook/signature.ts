import { createHmac } from 'node:crypto';

const secretPrefix = 'whsec_';

/** The specification's bounds of a secret. */
const secretBytesMin = 24;
const secretBytesMax = 64;

/** The key in a secret as Standard Webhooks writes it, `whsec_` and base64; undefined where it is none. */
export function keyOfSecret(secret: string): Buffer | undefined {
  const text = secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  // Base64 that was cut off or padded otherwise is decoded to something else, in silence.
  if (key.toString('base64') !== text) return undefined;
  return key.length >= secretBytesMin && key.length <= secretBytesMax ? key : undefined;
}

/** What is signed: one sending of one message. */
export interface SignedContent {
  /** `webhook-id`; without a full stop, which is what parts the content. */
  readonly id: string;
  /** `webhook-timestamp`. */
  readonly timestampSeconds: number;
  /** Exactly as it is sent. */
  readonly body: string;
}

/**
 * The header `webhook-signature`: HMAC-SHA256 with each key, so that a receiver takes the message with the old secret
 * or the new one while they are being exchanged.
 */
export function signatureHeader(content: SignedContent, keys: readonly Buffer[]): string {
  const signed = `${content.id}.${content.timestampSeconds}.${content.body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' ');
}
