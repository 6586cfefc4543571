import { createHash } from 'node:crypto';
import type { SimulatorClock } from './clock.ts';
import { drawNonce } from './seed.ts';

export type DigestAlgorithm = 'MD5' | 'SHA-256';

export interface DigestAuthorityOptions {
  readonly clock: SimulatorClock;
  readonly seed: string;
  readonly username: string;
  readonly password: string;
  readonly algorithm: DigestAlgorithm;
  readonly nonceLifetimeMs: number;
}

/** `refused`: `reason` is for the books, never for the client. `stale`: the answer is right, its nonce is not any more. */
export type DigestVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly stale: boolean; readonly reason: string };

interface IssuedNonce {
  readonly issuedAtMs: number;
  readonly counts: Set<string>;
}

const REALM = 'MMS Public API';
const NONCES_KEPT_MAX = 10_000;
const PARAMETER = /^\s*([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)/i;
const REQUIRED = ['username', 'realm', 'nonce', 'uri', 'response', 'qop', 'nc', 'cnonce'] as const;
const UNQUOTED = ['qop', 'nc'];
const QUOTED = ['username', 'realm', 'nonce', 'uri', 'response', 'cnonce', 'opaque'];

type Parameters = Partial<Record<string, string>>;

/** The parameters of an `Authorization: Digest` header, or what is wrong with it (RFC 7616, section 3.4). */
function parseParameters(text: string): Parameters | string {
  const parameters: Parameters = {};
  let rest = text;
  while (rest.trim() !== '') {
    const match = PARAMETER.exec(rest);
    if (!match) return 'malformed header';
    const name = (match[1] ?? '').toLowerCase();
    const quoted = match[2] !== undefined;
    if (name in parameters) return `${name} is given twice`;
    if (quoted && UNQUOTED.includes(name)) return `${name} must not be quoted`;
    if (!quoted && QUOTED.includes(name)) return `${name} must be quoted`;
    parameters[name] = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '';
    rest = rest.slice(match[0].length);
  }
  const missing = REQUIRED.find((name) => parameters[name] === undefined);
  return missing === undefined ? parameters : `${missing} is missing`;
}

/** Checks digest answers as RFC 7616 has it, qop `auth` only, and issues challenges in the form recorded from Atlas. */
export class DigestAuthority {
  readonly #options: DigestAuthorityOptions;
  readonly #nonces = new Map<string, IssuedNonce>();
  #issued = 0;

  constructor(options: DigestAuthorityOptions) {
    this.#options = options;
  }

  /** The value of `WWW-Authenticate`, with a new nonce. */
  challenge(stale: boolean): string {
    const nonce = drawNonce(this.#options.seed, 'nonce', this.#issued);
    this.#issued += 1;
    this.#nonces.set(nonce, { issuedAtMs: this.#options.clock.now(), counts: new Set() });
    if (this.#nonces.size > NONCES_KEPT_MAX) {
      const [oldest] = this.#nonces.keys();
      if (oldest !== undefined) this.#nonces.delete(oldest);
    }
    return `Digest realm="${REALM}", domain="", nonce="${nonce}", algorithm=${this.#options.algorithm}, qop="auth", stale=${stale}`;
  }

  /** Judges the part of the header after `Digest `. `target` is the request target exactly as it was sent. */
  judge(header: string, request: { readonly method: string; readonly target: string }): DigestVerdict {
    const refused = (reason: string, stale = false): DigestVerdict => ({ kind: 'refused', stale, reason });
    const parameters = parseParameters(header);
    if (typeof parameters === 'string') return refused(parameters);
    const { username, realm, nonce = '', uri = '', response, qop, nc = '', cnonce = '' } = parameters;
    const algorithm = parameters['algorithm'] ?? 'MD5';
    if (username !== this.#options.username) return refused('unknown username');
    if (realm !== REALM) return refused('another realm');
    if (algorithm !== this.#options.algorithm) return refused('another algorithm');
    if (qop !== 'auth') return refused('qop is not auth');
    if (!/^[0-9a-f]{8}$/.test(nc) || nc === '00000000')
      return refused('nc is not a count of eight hexadecimal digits');
    if (uri !== request.target) return refused('uri is not the request target');
    const expected = this.#response({ method: request.method, uri, nonce, nc, cnonce });
    if (response !== expected) return refused('wrong response');
    const issued = this.#nonces.get(nonce);
    if (!issued) return refused('unknown nonce', true);
    if (this.#options.clock.now() - issued.issuedAtMs >= this.#options.nonceLifetimeMs)
      return refused('nonce expired', true);
    if (issued.counts.has(nc)) return refused('nonce count used before');
    issued.counts.add(nc);
    return { kind: 'accepted' };
  }

  #response(answer: { method: string; uri: string; nonce: string; nc: string; cnonce: string }): string {
    const hash = (text: string): string =>
      createHash(this.#options.algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const secret = hash(`${this.#options.username}:${REALM}:${this.#options.password}`);
    const request = hash(`${answer.method}:${answer.uri}`);
    return hash(`${secret}:${answer.nonce}:${answer.nc}:${answer.cnonce}:auth:${request}`);
  }
}
