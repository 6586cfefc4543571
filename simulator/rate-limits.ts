import type { SimulatorClock } from './clock.ts';
import { Problem } from './problems.ts';

/** A token bucket, as Atlas's own rate limits are. */
export interface RateLimit {
  readonly capacity: number;
  readonly refillRate: number;
  readonly refillDurationSeconds: number;
}

interface Bucket {
  tokens: number;
  updatedAtMs: number;
}

/** Recorded capacities: they belong to one account and are here only so that the headers look real. */
const RECORDED_CAPACITY = { backup: 1200, clusters: 10_000 };

/**
 * One bucket for each project and set of endpoints. Without a limit of its own the headers are written and nothing is
 * ever refused.
 */
export class RateLimits {
  readonly #clock: SimulatorClock;
  readonly #limit: RateLimit | undefined;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: SimulatorClock, limit: RateLimit | undefined) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Takes one request off the bucket and gives the headers of its response. Throws the 429. */
  take(scope: { endpointSet: 'backup' | 'clusters'; groupId: string; path: string }): Record<string, string> {
    const capacity = this.#limit?.capacity ?? RECORDED_CAPACITY[scope.endpointSet];
    const { refillRate, refillDurationSeconds } = this.#limit ?? {
      refillRate: capacity,
      refillDurationSeconds: 60,
    };
    const now = this.#clock.now();
    const key = `${scope.endpointSet} ${scope.groupId}`;
    const bucket = this.#buckets.get(key) ?? { tokens: capacity, updatedAtMs: now };
    const perMs = refillRate / (refillDurationSeconds * 1000);
    bucket.tokens = Math.min(capacity, bucket.tokens + (now - bucket.updatedAtMs) * perMs);
    bucket.updatedAtMs = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1 && this.#limit) {
      const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1000));
      throw rateLimited(scope.path, { seconds, limit: this.#limit });
    }
    bucket.tokens = Math.max(1, bucket.tokens) - 1;
    return { 'RateLimit-Limit': String(capacity), 'RateLimit-Remaining': String(Math.floor(bucket.tokens)) };
  }
}

/** The documented 429. Its headers carry `Retry-After` in whole seconds. */
export function rateLimited(path: string, options: { seconds: number; limit: RateLimit }): Problem {
  const { capacity, refillRate, refillDurationSeconds } = options.limit;
  return new Problem({
    status: 429,
    errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
    detail: `Rate limit exceeded for ${path}. Please retry after ${options.seconds} seconds. Request capacity: ${capacity}. Refill rate: ${refillRate} per ${refillDurationSeconds} seconds.`,
    parameters: [path, options.seconds, capacity, refillRate, refillDurationSeconds],
    headers: {
      'RateLimit-Limit': String(capacity),
      'RateLimit-Remaining': '0',
      'Retry-After': String(options.seconds),
    },
  });
}
