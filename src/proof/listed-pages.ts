import type { Bucket, BucketObject } from '../bucket/index.ts';

/** Where a listing goes on. */
export interface ListingPlace {
  /** Which prefix is being listed; their number once all are. */
  readonly prefixIndex: number;
  readonly continuation: string | undefined;
}

export interface ListedObjects {
  /** Normalized. */
  readonly prefix: string;
  readonly objects: readonly BucketObject[];
  /** Whether the prefix has no other page. */
  readonly endsPrefix: boolean;
  /** Of the page after it. */
  readonly next: ListingPlace;
}

export interface ListedPagesOptions {
  readonly bucket: Bucket;
  readonly prefixes: readonly string[];
  readonly from: ListingPlace;
  readonly pageSize: number;
  readonly signal?: AbortSignal | undefined;
  /** Is told of each page as it comes; then the page after the one that was taken is asked for at once. */
  readonly onAhead?: ((page: ListedObjects) => void) | undefined;
}

/** The pages of all prefixes, one after the other. */
export class ListedPages {
  readonly #options: ListedPagesOptions;
  readonly #stop = new AbortController();
  #place: ListingPlace;
  #ahead: Promise<ListedObjects> | undefined;

  constructor(options: ListedPagesOptions) {
    this.#options = options;
    this.#place = options.from;
  }

  /**
   * Undefined after the last.
   * @throws {BucketError}
   */
  async take(): Promise<ListedObjects | undefined> {
    if (this.#isOver(this.#place)) return undefined;
    const page = await (this.#ahead ?? this.#list(this.#place));
    this.#place = page.next;
    this.#ahead = undefined;
    if (this.#options.onAhead !== undefined && !this.#isOver(page.next)) {
      this.#ahead = this.#list(page.next);
      // Whoever takes it is told.
      this.#ahead.catch(() => {});
    }
    return page;
  }

  /** Gives up the page that was asked for ahead. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([this.#ahead]);
  }

  #isOver({ prefixIndex }: ListingPlace): boolean {
    return prefixIndex >= this.#options.prefixes.length;
  }

  async #list({ prefixIndex, continuation: from }: ListingPlace): Promise<ListedObjects> {
    const { bucket, prefixes, pageSize, signal, onAhead } = this.#options;
    const prefix = prefixes[prefixIndex] ?? '';
    const stop = this.#stop.signal;
    const { objects, continuation } = await bucket.list({
      prefix,
      continuation: from,
      pageSize,
      signal: signal === undefined ? stop : AbortSignal.any([signal, stop]),
    });
    const endsPrefix = continuation === undefined;
    const next = { prefixIndex: endsPrefix ? prefixIndex + 1 : prefixIndex, continuation };
    const page = { prefix, objects, endsPrefix, next };
    onAhead?.(page);
    return page;
  }
}
