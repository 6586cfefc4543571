/**
 * Atlas's buckets refill within minutes (Atlas documentation, "API rate limits"), so a longer request to
 * stay away is passed on to the caller but not enforced here.
 */
export const HOLD_MS_MAX = 10 * 60 * 1000;

/**
 * Remembers who was told to wait, so that the next calls do not spend requests on being told again.
 *
 * @param nowMs a clock that never goes back, in milliseconds.
 */
export class RateLimitGate {
  readonly #openAtMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Holds calls under `key` back for `delayMs` from now. A shorter wait never replaces a longer one. */
  hold(key: string, delayMs: number): void {
    this.#forgetOpen();
    const openAtMs = this.#nowMs() + Math.min(delayMs, HOLD_MS_MAX);
    this.#openAtMs.set(key, Math.max(openAtMs, this.#openAtMs.get(key) ?? 0));
  }

  /** Milliseconds until calls under `key` may go out, or `undefined` when they may now. */
  remainingMs(key: string): number | undefined {
    const openAtMs = this.#openAtMs.get(key);
    if (openAtMs === undefined) return undefined;
    const remainingMs = openAtMs - this.#nowMs();
    return remainingMs > 0 ? Math.ceil(remainingMs) : undefined;
  }

  #forgetOpen(): void {
    const nowMs = this.#nowMs();
    for (const [key, openAtMs] of this.#openAtMs) {
      if (openAtMs <= nowMs) this.#openAtMs.delete(key);
    }
  }
}
