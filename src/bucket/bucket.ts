import type { Readable } from 'node:stream';

/** One object, as a listing names it. */
export interface BucketObject {
  readonly key: string;
  readonly bytes: number;
  /** The storage's word for this content: it changes when the object is written again. Absent where it gives none. */
  readonly etag?: string;
}

export interface ObjectPage {
  /** In the storage's order, which is that of the keys' bytes. */
  readonly objects: readonly BucketObject[];
  /** Where the next page begins; absent on the last page. Opaque, short, and good in another process too. */
  readonly continuation?: string;
}

export interface ListOptions {
  readonly prefix: string;
  /** From an earlier page of the same prefix. */
  readonly continuation?: string | undefined;
  /** 1 to 1,000. @default 1000 */
  readonly pageSize?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions {
  /** A larger object is refused, whatever its listing said. */
  readonly bytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A bucket or container, to look into. There is no way to write, delete or change anything here, so that credentials
 * that may only list and read do, and a bucket under object lock is no different.
 *
 * Every method fails with {@link BucketError}. None repeats a request: retries belong to the caller.
 */
export interface Bucket {
  /** One page of the objects whose keys begin with a prefix: one request. */
  list(options: ListOptions): Promise<ObjectPage>;
  /** A small object, whole: one request. */
  read(key: string, options: ReadOptions): Promise<Buffer>;
  /** A large object, piece by piece, no faster than it is read: one request. Its errors are {@link BucketError}s too. */
  stream(key: string, options?: StreamOptions): Promise<Readable>;
  /** Closes connections. */
  close(): Promise<void>;
}
