import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { AnswerCollector, CallCut } from './body.ts';
import type { HttpAnswer } from './body.ts';
import type { ExchangeDispatchOptions } from './exchange.ts';
import { ForwardingHandler } from './forwarding-handler.ts';

/** The right to make one request. */
export interface Authorization {
  /** The `Authorization` header, or `undefined` to send none. */
  readonly header: string | undefined;
}

/** A way of earning the right to make a request: digest or service account. */
export interface Authorizer<Held extends Authorization> {
  /** What to send a request with. Synchronous when nothing has to be fetched first. */
  obtain(options: ExchangeDispatchOptions, dispatch: Dispatcher.Dispatch): Held | Promise<Held>;
  /** What to send it with once more after a 401, or `undefined` when the 401 is the answer. */
  renew(
    refused: Held,
    headers: IncomingHttpHeaders,
    options: ExchangeDispatchOptions,
    dispatch: Dispatcher.Dispatch,
  ): Held | Promise<Held> | undefined;
}

/** The leg that fetches the right to make a request failed, so the request was not sent. */
export class AuthorizationFailure extends Error {
  override readonly name = 'AuthorizationFailure';
  /** What was to be fetched, in words. */
  readonly wanted: string;
  /** Undici's error, or the answer that was no success. */
  readonly outcome: { readonly error: unknown } | { readonly answer: HttpAnswer };

  /** Given when this repeats an earlier refusal: what is left of the wait that it asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(wanted: string, outcome: AuthorizationFailure['outcome'], retryAfterMs?: number) {
    super(`no ${wanted}`);
    this.wanted = wanted;
    this.outcome = outcome;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Limits of a leg that fetches the right to make a request; it belongs to all who wait for it. */
export interface AuthorizationLimits {
  /** The longest it may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** No challenge and no token comes with more than this. */
const AUTHORIZATION_BYTES_MAX = 64 * 1024;

/**
 * Makes the request of such a leg.
 *
 * @throws {AuthorizationFailure} when there is no answer.
 */
export async function fetchAuthorization(
  wanted: string,
  options: ExchangeDispatchOptions,
  dispatch: Dispatcher.Dispatch,
  limits: AuthorizationLimits,
): Promise<HttpAnswer> {
  const collector = new AnswerCollector(AUTHORIZATION_BYTES_MAX);
  const timer = setTimeout(() => collector.cut(new CallCut('timeout')), limits.timeoutMs);
  try {
    const leg: ExchangeDispatchOptions = { ...options, leg: 'authorization' };
    dispatch(leg, collector);
    return await collector.answer;
  } catch (error) {
    throw new AuthorizationFailure(wanted, { error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * An undici interceptor that authorizes every request and repeats one at most once after a 401.
 * Bodies must be strings or buffers, since they may have to be sent twice.
 */
export function authorizationInterceptor<Held extends Authorization>(
  authorizer: Authorizer<Held>,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options: ExchangeDispatchOptions, handler) => {
    const send = (held: Held, next: Dispatcher.DispatchHandler): void => {
      dispatch(withAuthorization(options, held.header), next);
    };
    const sendFirst = (held: Held): void => {
      const renew = (headers: IncomingHttpHeaders): Held | Promise<Held> | undefined =>
        authorizer.renew(held, headers, options, dispatch);
      send(held, new RepeatOnceHandler(handler, renew, (renewed) => send(renewed, handler)));
    };
    whenReady(authorizer.obtain(options, dispatch), sendFirst, handler);
    return true;
  };
}

class RepeatOnceHandler<Held> extends ForwardingHandler {
  readonly #final: Dispatcher.DispatchHandler;
  readonly #renew: (headers: IncomingHttpHeaders) => Held | Promise<Held> | undefined;
  readonly #repeat: (renewed: Held) => void;
  #renewed: Held | Promise<Held> | undefined;

  constructor(
    handler: Dispatcher.DispatchHandler,
    renew: (headers: IncomingHttpHeaders) => Held | Promise<Held> | undefined,
    repeat: (renewed: Held) => void,
  ) {
    super(handler);
    this.#final = handler;
    this.#renew = renew;
    this.#repeat = repeat;
  }

  override onResponseStart(...parameters: Parameters<ForwardingHandler['onResponseStart']>): void {
    if (parameters[1] === 401) this.#renewed = this.#renew(parameters[2]);
    // It can fail before the refusal's body has ended and anyone looks at it.
    if (this.#renewed instanceof Promise) this.#renewed.catch(() => undefined);
    if (this.#renewed === undefined) super.onResponseStart(...parameters);
  }

  override onResponseData(...parameters: Parameters<ForwardingHandler['onResponseData']>): void {
    if (this.#renewed === undefined) super.onResponseData(...parameters);
  }

  override onResponseEnd(...parameters: Parameters<ForwardingHandler['onResponseEnd']>): void {
    if (this.#renewed === undefined) super.onResponseEnd(...parameters);
    else whenReady(this.#renewed, this.#repeat, this.#final);
  }
}

function whenReady<Held>(
  held: Held | Promise<Held>,
  proceed: (held: Held) => void,
  handler: Dispatcher.DispatchHandler,
): void {
  if (!(held instanceof Promise)) {
    proceed(held);
    return;
  }
  held.then(proceed).catch((error: unknown) => {
    const failure = error instanceof Error ? error : new Error(String(error));
    handler.onResponseError?.(NO_REQUEST, failure);
  });
}

/** Stands for the request that was never made in a report about it. */
const NO_REQUEST: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};

/** The same dispatch with an `Authorization` header of ours and no other. */
function withAuthorization(
  options: ExchangeDispatchOptions,
  header: string | undefined,
): ExchangeDispatchOptions {
  const pairs = headerPairs(options.headers).filter(([name]) => name.toLowerCase() !== 'authorization');
  if (header !== undefined) pairs.push(['authorization', header]);
  // Undici takes an array for a flat list of names and values.
  return { ...options, headers: pairs.flat() };
}

type HeaderPair = [name: string, value: string];
type HeaderEntry = [name: string, value: string | string[] | undefined];
type GivenHeaders = NonNullable<Dispatcher.DispatchOptions['headers']>;

function headerPairs(headers: Dispatcher.DispatchOptions['headers']): HeaderPair[] {
  if (headers === undefined || headers === null) return [];
  if (isFlatList(headers)) {
    return headers.flatMap((name, index): HeaderPair[] =>
      index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : [],
    );
  }
  const entries: HeaderEntry[] = isEntries(headers) ? [...headers] : Object.entries(headers);
  return entries.flatMap(([name, value = []]) =>
    (typeof value === 'string' ? [value] : value).map((single): HeaderPair => [name, single]),
  );
}

function isFlatList(headers: GivenHeaders): headers is string[] {
  return Array.isArray(headers);
}

function isEntries(headers: GivenHeaders): headers is Iterable<HeaderEntry> {
  return Symbol.iterator in headers;
}
