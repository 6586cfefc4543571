import type { Dispatcher } from 'undici';
import { ForwardingHandler } from './forwarding-handler.ts';

/**
 * What a dispatch is for: `request` carries the caller's own request, `authorization` only fetches the
 * right to make it (a digest challenge, a token) and can have no effect.
 */
export type Leg = 'request' | 'authorization';

/** Undici's dispatch options as our interceptors pass them on. */
export interface ExchangeDispatchOptions extends Dispatcher.DispatchOptions {
  readonly exchange?: Exchange;
  /** Default: `request`. */
  readonly leg?: Leg;
}

/** Why the wire let nothing through: the caller's `sendBefore` said no. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused';
}

/** The book of one logical call: what it cost on the wire, and whether it may have had an effect. */
export class Exchange {
  /** Requests that went out for this call, all legs and pages. */
  wireRequests = 0;
  /** The caller's request has left this process and no answer has ruled an effect out. */
  mayHaveEffect = false;
  readonly #reading: boolean;
  readonly #sendBefore: () => boolean;

  constructor(options: { readonly reading: boolean; readonly sendBefore?: (() => boolean) | undefined }) {
    this.#reading = options.reading;
    this.#sendBefore = options.sendBefore ?? ((): boolean => true);
  }

  /** Asks the caller's guard; a guard that throws is a no. */
  maySend(): boolean {
    try {
      return this.#sendBefore();
    } catch {
      return false;
    }
  }

  leaving(leg: Leg): void {
    this.wireRequests += 1;
    if (leg === 'request' && !this.#reading) this.mayHaveEffect = true;
  }

  answered(leg: Leg, status: number): void {
    // A 4xx is a refusal before anything was done, except 408: a proxy that waited too long for Atlas may say it.
    // Every other answer leaves the question to its reader.
    if (leg === 'request' && status >= 400 && status < 500 && status !== 408) this.mayHaveEffect = false;
  }
}

/**
 * The interceptor closest to the socket. Undici calls `onRequestStart` when a connection has been found and
 * writes the request in the same synchronous run, so here is the last moment to say no, and the exact
 * place to count.
 */
export function wireInterceptor(): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options: ExchangeDispatchOptions, handler) => {
    const { exchange, leg = 'request' } = options;
    if (exchange === undefined) return dispatch(options, handler);
    return dispatch(options, new WireHandler(handler, exchange, leg));
  };
}

class WireHandler extends ForwardingHandler {
  readonly #exchange: Exchange;
  readonly #leg: Leg;

  constructor(handler: Dispatcher.DispatchHandler, exchange: Exchange, leg: Leg) {
    super(handler);
    this.#exchange = exchange;
    this.#leg = leg;
  }

  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    super.onRequestStart(controller, context);
    if (controller.aborted) return;
    if (this.#leg === 'request' && !this.#exchange.maySend()) {
      controller.abort(new SendRefused());
      return;
    }
    this.#exchange.leaving(this.#leg);
  }

  override onResponseStart(...parameters: Parameters<ForwardingHandler['onResponseStart']>): void {
    this.#exchange.answered(this.#leg, parameters[1]);
    super.onResponseStart(...parameters);
  }
}
