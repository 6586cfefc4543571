import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { AuthorizationFailure, authorizationInterceptor, fetchAuthorization } from './authorization.ts';
import type { Authorization, AuthorizationLimits, Authorizer } from './authorization.ts';
import type { HttpAnswer } from './body.ts';
import type { DigestChallenge } from './digest-challenge.ts';
import { parseChallenges, selectDigestChallenge } from './digest-challenge.ts';
import { digestAuthorization } from './digest-response.ts';
import type { ExchangeDispatchOptions } from './exchange.ts';

export interface DigestCredentials {
  /** The user name of RFC 7616. */
  readonly publicKey: string;
  /** The password of RFC 7616. */
  readonly privateKey: string;
}

const WANTED = 'digest challenge';
/** RFC 7616 §3.4: nc is eight hex digits. */
const NONCE_COUNT_MAX = 0xff_ff_ff_ff;

/**
 * HTTP Digest (RFC 7616, `qop=auth`, MD5 and SHA-256) as an undici interceptor that keeps the nonce, so that
 * a warm client sends one request per call.
 *
 * A client without a nonce fetches one challenge for however many calls wait, with an empty body (as curl
 * does), so that a call's own body is first sent when it can be accepted. A refused nonce costs one more
 * round trip; a 401 to a fresh challenge is the answer.
 */
export function digestInterceptor(
  credentials: DigestCredentials,
  limits: AuthorizationLimits,
): Dispatcher.DispatcherComposeInterceptor {
  return authorizationInterceptor(new DigestAuthorizer(credentials, limits));
}

/** A nonce in use. Counts, so that no two requests share a nonce count. */
class NonceSession {
  readonly challenge: DigestChallenge;
  // One per nonce rather than per request: the -sess variants fix it into the key (RFC 7616 §3.4.2).
  readonly #cnonce = randomBytes(18).toString('base64');
  #nonceCount = 0;

  constructor(challenge: DigestChallenge) {
    this.challenge = challenge;
  }

  get spent(): boolean {
    return this.#nonceCount >= NONCE_COUNT_MAX;
  }

  authorize(credentials: DigestCredentials, method: string, uri: string): string {
    this.#nonceCount += 1;
    const nonceCount = this.#nonceCount;
    return digestAuthorization({
      ...credentials,
      challenge: this.challenge,
      method,
      uri,
      cnonce: this.#cnonce,
      nonceCount,
    });
  }
}

/** What an origin is known to want: a session, or (`open`) nothing at all. */
type OriginState = NonceSession | 'open';

interface DigestAuthorization extends Authorization {
  readonly state: OriginState | undefined;
  /** Obtained for this very request, so that a 401 is about the credentials. */
  readonly fresh: boolean;
}

class DigestAuthorizer implements Authorizer<DigestAuthorization> {
  readonly #credentials: DigestCredentials;
  readonly #limits: AuthorizationLimits;
  /** Per origin; an origin's realm comes with its challenge, and a new realm's challenge takes the place. */
  readonly #states = new Map<string, OriginState>();
  readonly #fetching = new Map<string, Promise<OriginState | undefined>>();

  constructor(credentials: DigestCredentials, limits: AuthorizationLimits) {
    this.#credentials = credentials;
    this.#limits = limits;
  }

  obtain(
    options: ExchangeDispatchOptions,
    dispatch: Dispatcher.Dispatch,
  ): DigestAuthorization | Promise<DigestAuthorization> {
    const origin = originOf(options);
    const state = this.#states.get(origin);
    if (state !== undefined && (state === 'open' || !state.spent)) return this.#sign(options, state, false);
    let fetching = this.#fetching.get(origin);
    if (fetching === undefined) {
      fetching = this.#fetchState(origin, options, dispatch).finally(() => this.#fetching.delete(origin));
      this.#fetching.set(origin, fetching);
    }
    return fetching.then((fetched) => this.#sign(options, fetched, true));
  }

  renew(
    refused: DigestAuthorization,
    headers: IncomingHttpHeaders,
    options: ExchangeDispatchOptions,
  ): DigestAuthorization | undefined {
    const challenge = selectDigestChallenge(parseChallenges(headers['www-authenticate']));
    if (challenge === undefined) return undefined;
    if (refused.fresh && refused.state instanceof NonceSession && !challenge.stale) return undefined;
    const session = new NonceSession(challenge);
    const origin = originOf(options);
    // Of many requests refused together the first brings the nonce for those to come.
    if (this.#states.get(origin) === refused.state) this.#states.set(origin, session);
    return this.#sign(options, session, true);
  }

  #sign(
    options: ExchangeDispatchOptions,
    state: OriginState | undefined,
    fresh: boolean,
  ): DigestAuthorization {
    if (!(state instanceof NonceSession)) return { header: undefined, state, fresh };
    return { header: state.authorize(this.#credentials, options.method, options.path), state, fresh };
  }

  async #fetchState(
    origin: string,
    options: ExchangeDispatchOptions,
    dispatch: Dispatcher.Dispatch,
  ): Promise<OriginState | undefined> {
    const bodiless = { ...options, body: null };
    const state = stateFrom(await fetchAuthorization(WANTED, bodiless, dispatch, this.#limits));
    if (state !== undefined) this.#states.set(origin, state);
    return state;
  }
}

function stateFrom(answer: HttpAnswer): OriginState | undefined {
  if (answer.status === 401) {
    const challenge = selectDigestChallenge(parseChallenges(answer.headers['www-authenticate']));
    return challenge === undefined ? undefined : new NonceSession(challenge);
  }
  // Nobody is let in at the moment: what one call was told goes for all that wait with it.
  if (answer.status === 429 || answer.status >= 500) throw new AuthorizationFailure(WANTED, { answer });
  // Anything else is about the path: each call asks for itself, without authorization.
  return answer.status < 300 ? 'open' : undefined;
}

function originOf(options: ExchangeDispatchOptions): string {
  return String(options.origin ?? '');
}
