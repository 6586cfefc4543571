import { CallCut } from './body.ts';

/** Ends a call when its time is over or its caller gives up, whichever comes first. */
export class CallLimit {
  readonly #listeners = new Set<(cut: CallCut) => void>();
  readonly #timer: NodeJS.Timeout;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #onCallerAbort = (): void => this.#end(new CallCut('aborted'));
  #cut: CallCut | undefined;

  constructor(options: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined }) {
    this.#timer = setTimeout(() => this.#end(new CallCut('timeout')), options.timeoutMs);
    this.#callerSignal = options.signal;
    this.#callerSignal?.addEventListener('abort', this.#onCallerAbort, { once: true });
    if (this.#callerSignal?.aborted === true) this.#onCallerAbort();
  }

  /** @throws {CallCut} when the call has ended. */
  throwIfOver(): void {
    if (this.#cut !== undefined) throw this.#cut;
  }

  /** Calls `listener` when the call ends. Returns what takes it off again. */
  onEnd(listener: (cut: CallCut) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#callerSignal?.removeEventListener('abort', this.#onCallerAbort);
  }

  #end(cut: CallCut): void {
    if (this.#cut !== undefined) return;
    this.#cut = cut;
    for (const listener of this.#listeners) listener(cut);
  }
}
