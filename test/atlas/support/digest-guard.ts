import { createHash, randomBytes } from 'node:crypto';
import type { Reply, Script } from './scripted-server.ts';

export const PUBLIC_KEY = 'test-public';
export const PRIVATE_KEY = 'test-private-key-3f0c';
export const DIGEST_CREDENTIALS = { type: 'digest', publicKey: PUBLIC_KEY, privateKey: PRIVATE_KEY } as const;
const REALM = 'MMS Public API';

export interface DigestGuardOptions {
  readonly algorithm?: 'MD5' | 'SHA-256' | 'MD5-sess' | 'SHA-256-sess';
  /** How many requests a nonce is good for. Default: any number. */
  readonly usesPerNonceMax?: number;
}

/** What the guard saw. */
export interface DigestGuard {
  readonly script: Script;
  challenges: number;
  /** Requests that used a nonce and count a second time. */
  replays: number;
  /** Makes every nonce handed out so far stale. */
  forgetNonces(): void;
}

/**
 * Digest authentication in front of `inner`, as Atlas's challenges show it, written from RFC 7616 alone and
 * not from the client: checks every answer and refuses a nonce count that was used before.
 */
export function guardWithDigest(inner: Script, options: DigestGuardOptions = {}): DigestGuard {
  const { algorithm = 'MD5', usesPerNonceMax = Infinity } = options;
  const countsByNonce = new Map<string, Set<string>>();
  const challenge = (stale: boolean): Reply => {
    guard.challenges += 1;
    const nonce = randomBytes(24).toString('base64');
    countsByNonce.set(nonce, new Set());
    const header = `Digest realm="${REALM}", domain="", nonce="${nonce}", algorithm=${algorithm}, qop="auth", stale=${stale}`;
    return {
      status: 401,
      headers: { 'www-authenticate': header },
      body: { error: 401, reason: 'Unauthorized', detail: 'You are not authorized for this resource.' },
    };
  };
  const guard: DigestGuard = {
    challenges: 0,
    replays: 0,
    forgetNonces: () => countsByNonce.clear(),
    script: (request, response) => {
      const header = request.headers.authorization ?? '';
      if (!header.startsWith('Digest ')) return challenge(false);
      const field = (name: string): string => new RegExp(`\\b${name}="?([^",]+)"?`).exec(header)?.[1] ?? '';
      const counts = countsByNonce.get(field('nonce'));
      if (counts === undefined || counts.size >= usesPerNonceMax) return challenge(true);
      if (counts.has(field('nc'))) {
        guard.replays += 1;
        return challenge(true);
      }
      counts.add(field('nc'));
      const expected = expectedResponse(algorithm, request.method, request.path, field);
      if (field('uri') !== request.path || field('response') !== expected) return challenge(false);
      return inner(request, response);
    },
  };
  return guard;
}

function expectedResponse(
  algorithm: string,
  method: string,
  path: string,
  field: (name: string) => string,
): string {
  const name = algorithm.startsWith('SHA-256') ? 'sha256' : 'md5';
  const hash = (text: string): string => createHash(name).update(text).digest('hex');
  const userHash = hash(`${PUBLIC_KEY}:${REALM}:${PRIVATE_KEY}`);
  const a1 = algorithm.endsWith('-sess')
    ? hash(`${userHash}:${field('nonce')}:${field('cnonce')}`)
    : userHash;
  return hash(`${a1}:${field('nonce')}:${field('nc')}:${field('cnonce')}:auth:${hash(`${method}:${path}`)}`);
}
