import type { Dispatcher } from 'undici';
import { AuthorizationFailure, authorizationInterceptor, fetchAuthorization } from './authorization.ts';
import type { Authorization, AuthorizationLimits, Authorizer } from './authorization.ts';
import type { HttpAnswer } from './body.ts';
import type { Exchange, ExchangeDispatchOptions } from './exchange.ts';
import { HOLD_MS_MAX } from './rate-limit-gate.ts';
import { retryAfterMsOf } from './response-error.ts';
import { parseAccessToken } from './access-token.ts';

export interface ServiceAccountCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ServiceAccountOptions extends AuthorizationLimits {
  readonly userAgent: string;
  /** A clock that never goes back, in milliseconds. Default: `performance.now`. */
  readonly nowMs?: () => number;
}

const TOKEN_PATH = '/api/oauth/token';
const WANTED = 'access token';
/** As the Terraform provider does: renewed ten minutes before the end, or a sixth of a shorter life. */
const RENEWAL_MARGIN_MS_MAX = 10 * 60 * 1000;
/** A renewal that failed while the old token is still good is tried again after this, or `Retry-After`. */
const RENEWAL_PAUSE_MS = 30 * 1000;

/**
 * Atlas service accounts (OAuth 2 client credentials, RFC 6749 §4.4) as an undici interceptor: the token is
 * minted once however many requests wait, kept, and renewed before it ends. A 401 to a kept token costs
 * one more mint, once. The mint endpoint allows ten requests a minute.
 */
export function serviceAccountInterceptor(
  credentials: ServiceAccountCredentials,
  options: ServiceAccountOptions,
): Dispatcher.DispatcherComposeInterceptor {
  return authorizationInterceptor(new ServiceAccountAuthorizer(credentials, options));
}

interface KeptToken {
  readonly header: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

interface TokenAuthorization extends Authorization {
  readonly token: KeptToken;
  /** Minted for this very request, so that a 401 is about the service account. */
  readonly fresh: boolean;
}

class ServiceAccountAuthorizer implements Authorizer<TokenAuthorization> {
  readonly #credentials: ServiceAccountCredentials;
  readonly #options: ServiceAccountOptions;
  readonly #nowMs: () => number;
  #token: KeptToken | undefined;
  #minting: Promise<KeptToken> | undefined;
  /** A mint that was refused with 429: the same answer is given until then, without asking. */
  #refusal: { readonly answer: HttpAnswer; readonly untilMs: number } | undefined;
  #renewalPausedUntilMs = 0;

  constructor(credentials: ServiceAccountCredentials, options: ServiceAccountOptions) {
    this.#credentials = credentials;
    this.#options = options;
    this.#nowMs = options.nowMs ?? ((): number => performance.now());
  }

  obtain(
    options: ExchangeDispatchOptions,
    dispatch: Dispatcher.Dispatch,
  ): TokenAuthorization | Promise<TokenAuthorization> {
    const token = this.#token;
    const nowMs = this.#nowMs();
    if (token === undefined || nowMs >= token.endsAtMs) return this.#minted(options, dispatch);
    if (nowMs < token.renewAtMs || nowMs < this.#renewalPausedUntilMs) return authorize(token, false);
    return this.#minted(options, dispatch).catch(() => authorize(token, false));
  }

  renew(
    refused: TokenAuthorization,
    _headers: unknown,
    options: ExchangeDispatchOptions,
    dispatch: Dispatcher.Dispatch,
  ): TokenAuthorization | Promise<TokenAuthorization> | undefined {
    if (refused.fresh) return undefined;
    if (this.#token === refused.token) this.#token = undefined;
    // Another request refused with the same token has already brought a new one.
    if (this.#token !== undefined) return authorize(this.#token, true);
    return this.#minted(options, dispatch);
  }

  async #minted(
    options: ExchangeDispatchOptions,
    dispatch: Dispatcher.Dispatch,
  ): Promise<TokenAuthorization> {
    const remainingMs = this.#refusal === undefined ? 0 : this.#refusal.untilMs - this.#nowMs();
    if (this.#refusal !== undefined && remainingMs > 0) {
      throw new AuthorizationFailure(WANTED, { answer: this.#refusal.answer }, Math.ceil(remainingMs));
    }
    this.#minting ??= this.#mint(options, dispatch).finally(() => {
      this.#minting = undefined;
    });
    return authorize(await this.#minting, true);
  }

  async #mint(options: ExchangeDispatchOptions, dispatch: Dispatcher.Dispatch): Promise<KeptToken> {
    try {
      const request = this.#mintRequest(options.origin, options.exchange);
      const answer = await fetchAuthorization(WANTED, request, dispatch, this.#options);
      this.#token = this.#tokenFrom(answer);
      return this.#token;
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    }
  }

  #mintRequest(
    origin: ExchangeDispatchOptions['origin'],
    exchange: Exchange | undefined,
  ): ExchangeDispatchOptions {
    const { clientId, clientSecret } = this.#credentials;
    // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    return {
      ...(origin === undefined ? {} : { origin }),
      ...(exchange === undefined ? {} : { exchange }),
      method: 'POST',
      path: TOKEN_PATH,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': this.#options.userAgent,
        authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`,
      },
      body: 'grant_type=client_credentials',
    };
  }

  #tokenFrom(answer: HttpAnswer): KeptToken {
    const parsed = parseAccessToken(answer);
    if (parsed === undefined) throw new AuthorizationFailure(WANTED, { answer });
    const nowMs = this.#nowMs();
    const marginMs = Math.min(RENEWAL_MARGIN_MS_MAX, parsed.lifeMs / 6);
    const endsAtMs = nowMs + parsed.lifeMs;
    return { header: `Bearer ${parsed.accessToken}`, endsAtMs, renewAtMs: endsAtMs - marginMs };
  }

  #noteFailure(error: unknown): void {
    const nowMs = this.#nowMs();
    this.#renewalPausedUntilMs = nowMs + RENEWAL_PAUSE_MS;
    if (!(error instanceof AuthorizationFailure) || !('answer' in error.outcome)) return;
    const { answer } = error.outcome;
    if (answer.status !== 429) return;
    const waitMs = retryAfterMsOf(answer.headers);
    if (waitMs === undefined) return;
    this.#refusal = { answer, untilMs: nowMs + Math.min(waitMs, HOLD_MS_MAX) };
    this.#renewalPausedUntilMs = this.#refusal.untilMs;
  }
}

function authorize(token: KeptToken, fresh: boolean): TokenAuthorization {
  return { header: token.header, token, fresh };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
