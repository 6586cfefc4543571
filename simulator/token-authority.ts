import type { SimulatorClock } from './clock.ts';
import { Problem } from './problems.ts';
import { drawNonce } from './seed.ts';
import type { Document } from './documents.ts';

export interface TokenAuthorityOptions {
  readonly clock: SimulatorClock;
  readonly seed: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenLifetimeMs: number;
}

const MINUTE_MS = 60_000;
const MINTS_PER_MINUTE_MAX = 10;

function unescape(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function refused(errorCode: string, status: number, detail: string): Problem {
  return new Problem({ status, errorCode, detail, parameters: null });
}

/** Mints and checks the bearer tokens of service accounts: at most ten requests a minute, each token valid for an hour. */
export class TokenAuthority {
  readonly #options: TokenAuthorityOptions;
  readonly #expiries = new Map<string, number>();
  #requestedAtMs: number[] = [];
  #minted = 0;

  constructor(options: TokenAuthorityOptions) {
    this.#options = options;
  }

  /** `POST /api/oauth/token`. Throws the refusals. */
  mint(authorization: string | undefined, form: string): Document {
    const now = this.#options.clock.now();
    this.#countRequest(now);
    this.#checkClient(authorization);
    if (new URLSearchParams(form).get('grant_type') !== 'client_credentials') {
      throw refused('INVALID_ATTRIBUTE', 400, 'grant_type must be client_credentials.');
    }
    this.#minted += 1;
    const token = `simulated-access-token-${drawNonce(this.#options.seed, 'token', this.#minted)}`;
    this.#expiries.set(token, now + this.#options.tokenLifetimeMs);
    return {
      access_token: token,
      expires_in: Math.floor(this.#options.tokenLifetimeMs / 1000),
      token_type: 'Bearer',
    };
  }

  /** `POST /api/oauth/revoke`. Revoking an unknown token is no error (RFC 7009, section 2.2). */
  revoke(authorization: string | undefined, form: string): void {
    this.#checkClient(authorization);
    this.#expiries.delete(new URLSearchParams(form).get('token') ?? '');
  }

  /** Whether a bearer token is valid now. */
  accepts(token: string): boolean {
    const expiresAtMs = this.#expiries.get(token);
    return expiresAtMs !== undefined && this.#options.clock.now() < expiresAtMs;
  }

  #countRequest(now: number): void {
    this.#requestedAtMs = this.#requestedAtMs.filter((instant) => now - instant < MINUTE_MS);
    const [oldest] = this.#requestedAtMs;
    if (this.#requestedAtMs.length >= MINTS_PER_MINUTE_MAX && oldest !== undefined) {
      throw new Problem({
        status: 429,
        errorCode: 'RATE_LIMITED',
        detail: `Resource /api/oauth/token is limited to ${MINTS_PER_MINUTE_MAX} requests every 1 minutes.`,
        parameters: ['/api/oauth/token', MINTS_PER_MINUTE_MAX, 1],
        headers: { 'Retry-After': String(Math.ceil((oldest + MINUTE_MS - now) / 1000)) },
      });
    }
    this.#requestedAtMs.push(now);
  }

  #checkClient(authorization: string | undefined): void {
    const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization ?? '')?.[1] ?? '';
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const clientId = unescape(text.slice(0, colon));
    const clientSecret = unescape(text.slice(colon + 1));
    if (colon < 0 || clientId !== this.#options.clientId || clientSecret !== this.#options.clientSecret) {
      throw refused('UNAUTHORIZED', 401, 'The service account could not be authenticated.');
    }
  }
}
