import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { AnswerCollector } from './body.ts';
import type { HttpAnswer } from './body.ts';
import { CallLimit } from './call-limit.ts';
import { secretsOf } from './client-options.ts';
import type { AtlasRequestEvent, ResolvedAtlasClientOptions } from './client-options.ts';
import { digestInterceptor } from './digest.ts';
import { headerText } from './error-body.ts';
import { AtlasRateLimitedError } from './errors.ts';
import type { AtlasError } from './errors.ts';
import { Exchange, wireInterceptor } from './exchange.ts';
import type { ExchangeDispatchOptions } from './exchange.ts';
import { errorFromFailure } from './failure-error.ts';
import { RateLimitGate } from './rate-limit-gate.ts';
import { createTextCleaner } from './redact.ts';
import type { TextCleaner } from './redact.ts';
import { resettingConnector } from './resetting-connector.ts';
import type { ErrorContext } from './response-error.ts';
import { serviceAccountInterceptor } from './service-account.ts';

/** One call of the client, of one or (for a list) several requests. */
export interface TransportCall {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly groupId: string;
  readonly signal?: AbortSignal | undefined;
  readonly sendBefore?: (() => boolean) | undefined;
}

/** One request of a call. */
export interface TransportRequest {
  readonly pathAndQuery: string;
  readonly mediaType: string;
  /** JSON text. */
  readonly body?: string;
  readonly bodyBytesMax: number;
}

/** What a call's work is done with. */
export interface CallSession {
  /** Fails with undici's own errors; {@link AtlasTransport.call} turns them into the client's. */
  readonly fetch: (request: TransportRequest) => Promise<HttpAnswer>;
  readonly errorContext: () => ErrorContext;
}

/** Pool, authorization, time limits, the rate-limit gate and the event of every call, in one place. */
export class AtlasTransport {
  readonly #options: ResolvedAtlasClientOptions;
  readonly #pool: Pool;
  readonly #dispatcher: Dispatcher;
  readonly #gate = new RateLimitGate();
  readonly #clean: TextCleaner;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedAtlasClientOptions) {
    const { timeouts } = options;
    this.#options = options;
    this.#clean = createTextCleaner(secretsOf(options.credentials));
    // keepAliveTimeout stays at undici's 4 s: a connection reused late may just be closing at Atlas's end,
    // and a create lost that way costs more than a handshake.
    this.#pool = new Pool(options.baseUrl.origin, {
      connections: options.connectionsMax,
      pipelining: 1,
      connect: resettingConnector(timeouts.connectTimeoutMs),
      headersTimeout: timeouts.headersTimeoutMs,
      bodyTimeout: timeouts.bodyTimeoutMs,
    });
    this.#dispatcher = this.#pool.compose(wireInterceptor(), authorizationFor(options));
  }

  /**
   * Does `work` as one call, reported as one event; each of its requests is under one time limit.
   *
   * @throws {AtlasError} and nothing else, unless `work` itself is at fault.
   */
  async call<Result>(call: TransportCall, work: (session: CallSession) => Promise<Result>): Promise<Result> {
    const startedAtMs = performance.now();
    const exchange = new Exchange({ reading: call.method === 'GET', sendBefore: call.sendBefore });
    let last: HttpAnswer | undefined;
    let failure: AtlasError | undefined;
    const errorContext = (): ErrorContext => ({
      operation: call.operation,
      effect: exchange.mayHaveEffect ? 'unknown' : 'none',
      clean: this.#clean,
    });
    try {
      this.#passGate(call);
      const fetch = async (request: TransportRequest): Promise<HttpAnswer> => {
        last = await this.#fetch(call, request, exchange);
        return last;
      };
      return await work({ fetch, errorContext });
    } catch (error) {
      failure = errorFromFailure(error, errorContext());
      this.#noteRateLimit(call.groupId, failure);
      throw failure;
    } finally {
      this.#report(call, last, failure, { durationMs: performance.now() - startedAtMs, exchange });
    }
  }

  /** Waits for the calls under way, which their time limits bound, and closes every connection. */
  close(): Promise<void> {
    this.#closing ??= this.#pool.close();
    return this.#closing;
  }

  async #fetch(call: TransportCall, request: TransportRequest, exchange: Exchange): Promise<HttpAnswer> {
    // Per request, not per call: a list of many pages takes as many times as long.
    const limit = new CallLimit({ timeoutMs: this.#options.timeouts.requestTimeoutMs, signal: call.signal });
    const collector = new AnswerCollector(request.bodyBytesMax);
    const stopListening = limit.onEnd((cut) => collector.cut(cut));
    const options: ExchangeDispatchOptions = {
      origin: this.#options.baseUrl.origin,
      method: call.method,
      path: request.pathAndQuery,
      headers: {
        accept: request.mediaType,
        ...(request.body === undefined ? {} : { 'content-type': request.mediaType }),
        'user-agent': this.#options.userAgent,
      },
      body: request.body ?? null,
      exchange,
    };
    try {
      limit.throwIfOver();
      this.#dispatcher.dispatch(options, collector);
      return await collector.answer;
    } finally {
      stopListening();
      limit.dispose();
    }
  }

  #passGate(call: TransportCall): void {
    const retryAfterMs = this.#gate.remainingMs(call.groupId);
    if (retryAfterMs === undefined) return;
    const message = `${call.operation} was held back: Atlas asked for a pause of which ${retryAfterMs} ms are left`;
    throw new AtlasRateLimitedError({ message, operation: call.operation, effect: 'none', retryAfterMs });
  }

  #noteRateLimit(groupId: string, failure: AtlasError): void {
    // An error of the gate itself has no status, and must not make its own wait longer.
    if (failure.status !== 429 || failure.retryAfterMs === undefined) return;
    this.#gate.hold(groupId, failure.retryAfterMs);
  }

  #report(
    call: TransportCall,
    last: HttpAnswer | undefined,
    failure: AtlasError | undefined,
    cost: { readonly durationMs: number; readonly exchange: Exchange },
  ): void {
    const status = failure?.status ?? last?.status;
    const remaining = headerText(last?.headers['ratelimit-remaining']) ?? '';
    const dateMs = Date.parse(headerText(last?.headers['date']) ?? '');
    const event: AtlasRequestEvent = {
      operation: call.operation,
      method: call.method,
      groupId: call.groupId,
      ...(status === undefined ? {} : { status }),
      ...(failure === undefined ? {} : { code: failure.code }),
      durationMs: cost.durationMs,
      wireRequests: cost.exchange.wireRequests,
      ...(/^\d{1,9}$/.test(remaining) ? { rateLimitRemaining: Number(remaining) } : {}),
      ...(Number.isNaN(dateMs) ? {} : { dateMs }),
    };
    try {
      this.#options.onRequest(event);
    } catch (error) {
      // A metric that fails must not make a create that succeeded look like one that did not.
      process.emitWarning(`onRequest threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function authorizationFor(options: ResolvedAtlasClientOptions): Dispatcher.DispatcherComposeInterceptor {
  const { credentials, userAgent } = options;
  const limits = { timeoutMs: options.timeouts.requestTimeoutMs };
  return credentials.type === 'digest'
    ? digestInterceptor(credentials, limits)
    : serviceAccountInterceptor(credentials, { ...limits, userAgent });
}
