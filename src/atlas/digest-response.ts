import { createHash } from 'node:crypto';
import type { DigestChallenge } from './digest-challenge.ts';

export interface DigestResponseInput {
  readonly challenge: DigestChallenge;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly method: string;
  /** Path and query exactly as sent: the digest-uri of RFC 7616 §3.4. */
  readonly uri: string;
  readonly cnonce: string;
  /** How often this nonce has been used, this time included. */
  readonly nonceCount: number;
}

/** The `Authorization` header that answers a Digest challenge with `qop=auth` (RFC 7616 §3.4). */
export function digestAuthorization(input: DigestResponseInput): string {
  const { challenge, cnonce, uri } = input;
  const hash = (text: string): string => createHash(challenge.hash).update(text, 'utf8').digest('hex');
  const nonceCount = input.nonceCount.toString(16).padStart(8, '0');
  const keyHash = hash(`${input.publicKey}:${challenge.realm}:${input.privateKey}`);
  const a1Hash = challenge.session ? hash(`${keyHash}:${challenge.nonce}:${cnonce}`) : keyHash;
  const a2Hash = hash(`${input.method}:${uri}`);
  const response = hash(`${a1Hash}:${challenge.nonce}:${nonceCount}:${cnonce}:auth:${a2Hash}`);
  const userName = challenge.userHash ? hash(`${input.publicKey}:${challenge.realm}`) : input.publicKey;
  const fields = [
    `username=${quoted(userName)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    'qop=auth',
    `nc=${nonceCount}`,
    `cnonce=${quoted(cnonce)}`,
    ...(challenge.algorithm === undefined ? [] : [`algorithm=${challenge.algorithm}`]),
    ...(challenge.opaque === undefined ? [] : [`opaque=${quoted(challenge.opaque)}`]),
    ...(challenge.userHash ? ['userhash=true'] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
