import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** Why an answer's body is not all there. */
export type BodyProblem = 'tooLarge' | 'truncated' | 'timeout';

/** An HTTP answer, its body read under a cap. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as text, as far as it was received. */
  readonly text: string;
  readonly bodyProblem?: BodyProblem;
}

/** Why a call was ended from this side. */
export class CallCut extends Error {
  override readonly name = 'CallCut';
  readonly reason: 'timeout' | 'aborted';

  constructor(reason: 'timeout' | 'aborted') {
    super(reason);
    this.reason = reason;
  }
}

/** Collects one answer. {@link AnswerCollector.cut} ends it at once, wherever the request is by then. */
export class AnswerCollector implements Dispatcher.DispatchHandler {
  /** Rejects with undici's error, or the {@link CallCut}, when there is no answer. */
  readonly answer: Promise<HttpAnswer>;
  readonly #settle: Pick<Deferred<HttpAnswer>, 'resolve' | 'reject'>;
  readonly #bytesMax: number;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: { readonly status: number; readonly headers: IncomingHttpHeaders } | undefined;
  #bytes = 0;
  #done = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    const { promise, ...settle } = deferred<HttpAnswer>();
    this.answer = promise;
    this.#settle = settle;
  }

  /** Ends the exchange: the caller gets its error now, and the socket is closed if one is in use. */
  cut(cut: CallCut): void {
    if (this.#done) return;
    if (cut.reason === 'timeout' && this.#head !== undefined) this.#end('timeout');
    else this.#fail(cut);
    this.#controller?.abort(cut);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Undici looks at an abort only once the request has reached a socket (nodejs/undici#386).
    if (this.#done) controller.abort(new CallCut('aborted'));
    else this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#bytesMax) {
      this.#chunks.push(chunk);
      return;
    }
    this.#end('tooLarge');
    controller.abort(new CallCut('aborted'));
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#head === undefined) this.#fail(error);
    else this.#end(networkCodeOf(error) === 'UND_ERR_BODY_TIMEOUT' ? 'timeout' : 'truncated');
  }

  #end(bodyProblem?: BodyProblem): void {
    if (this.#done || this.#head === undefined) return;
    this.#done = true;
    const text = Buffer.concat(this.#chunks).toString('utf8');
    this.#settle.resolve({ ...this.#head, text, ...(bodyProblem === undefined ? {} : { bodyProblem }) });
  }

  #fail(error: unknown): void {
    if (this.#done) return;
    this.#done = true;
    this.#settle.reject(error);
  }
}

/** The stable code of a system or undici error, such as `ECONNREFUSED` or `UND_ERR_SOCKET`. */
export function networkCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { promise, resolve, reject };
}
