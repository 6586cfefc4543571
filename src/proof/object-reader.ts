import type { Bucket, BucketObject } from '../bucket/index.ts';
import type { ObjectRow } from './evidence.ts';
import { exportKey } from './export-layout.ts';
import type { ListedObjects } from './listed-pages.ts';
import { checkObject } from './object-check.ts';
import { ReadAhead } from './read-ahead.ts';

export interface ObjectToRead {
  readonly object: BucketObject;
  readonly kind: 'data' | 'metadata';
}

export interface ObjectReaderOptions {
  readonly bucket: Bucket;
  readonly signal: AbortSignal | undefined;
  /** What an earlier run has read and reported. */
  readonly readBefore: readonly ObjectRow[];
}

/**
 * Reads a full check's objects. One at a time is checked, so that a crash loses one; the next are on their way
 * meanwhile, which is downloading and no work.
 */
export class ObjectReader {
  readonly #readBefore: ReadonlyMap<string, ObjectRow>;
  readonly #ahead: ReadAhead;

  constructor({ readBefore, ...options }: ObjectReaderOptions) {
    this.#readBefore = new Map(readBefore.map((row) => [row.key, row]));
    this.#ahead = new ReadAhead(options);
  }

  /** A page is next, after those that were announced before. */
  announce(page: ListedObjects): void {
    this.#ahead.announce(this.plan(page).pending.map(({ object }) => object));
  }

  /** What of a page is known, and what is left to read, in order. */
  plan({ objects, prefix }: ListedObjects): {
    readonly known: readonly ObjectRow[];
    readonly pending: readonly ObjectToRead[];
  } {
    const known: ObjectRow[] = [];
    const pending: ObjectToRead[] = [];
    for (const object of objects) {
      const { kind } = exportKey(object.key, prefix);
      const row = this.#readBefore.get(object.key);
      if (row !== undefined && row.bytes === object.bytes && row.etag === object.etag) known.push(row);
      else if (kind === 'data' || kind === 'metadata') pending.push({ object, kind });
    }
    return { known, pending };
  }

  /**
   * Reads the object that was announced next.
   * @throws {BucketError}
   */
  async read(next: ObjectToRead): Promise<ObjectRow> {
    const stream = await this.#ahead.next();
    return await checkObject({ ...next, stream, onRead: (bytes) => this.#ahead.passed(bytes) });
  }

  /** Gives up what is on its way. */
  async stop(): Promise<void> {
    await this.#ahead.stop();
  }
}
