import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { BucketError, type Bucket, type BucketObject } from '../bucket/index.ts';

/** How far before its turn an object is asked for, in packed bytes: a third of a second of checking at most. */
const aheadBytesMax = 16 * 1024 * 1024;
/** Connections that wait for their turn; a bucket keeps about 1 MB of each, and no more. */
const aheadObjectsMax = 12;

/**
 * Objects that are asked for before it is their turn to be checked, so that many small ones do not each wait for the
 * storage. What comes early stays in the buffers of the bucket's own streams. A large object delays the next request
 * until it is nearly read: a storage closes connections that nobody reads from.
 */
export class ReadAhead {
  readonly #bucket: Bucket;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #announced: BucketObject[] = [];
  readonly #asked: { readonly bytes: number; readonly stream: Promise<Readable> }[] = [];
  /** Of the object whose turn it is. */
  #bytesLeft = 0;

  constructor({ bucket, signal }: { readonly bucket: Bucket; readonly signal: AbortSignal | undefined }) {
    this.#bucket = bucket;
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    // Every download that is under way listens to it.
    setMaxListeners(0, this.#signal);
  }

  /** Their turn comes in this order, after those that were announced before. */
  announce(objects: readonly BucketObject[]): void {
    this.#announced.push(...objects);
    this.#ask();
  }

  /**
   * The next announced object, from its beginning.
   * @throws {BucketError}
   */
  async next(): Promise<Readable> {
    // What has come already would go on being read.
    if (this.#signal.aborted) {
      throw new BucketError({ code: 'BUCKET_ABORTED', message: 'reading the objects was given up' });
    }
    if (this.#asked.length === 0) this.#askOne();
    const next = this.#asked.shift();
    if (next === undefined) throw new RangeError('no object is announced');
    this.#bytesLeft = next.bytes;
    this.#ask();
    return await next.stream;
  }

  /** So much of the object whose turn it is has been read. */
  passed(bytes: number): void {
    this.#bytesLeft = Math.max(0, this.#bytesLeft - bytes);
    this.#ask();
  }

  /** Lets go of everything that was asked for. */
  async stop(): Promise<void> {
    this.#announced.length = 0;
    this.#stop.abort();
    await Promise.allSettled(this.#asked.map(({ stream }) => stream));
  }

  #ask(): void {
    while (this.#announced.length > 0 && this.#hasRoom()) this.#askOne();
  }

  #hasRoom(): boolean {
    const bytes = this.#asked.reduce((sum, each) => sum + each.bytes, this.#bytesLeft);
    return this.#asked.length < aheadObjectsMax && bytes < aheadBytesMax;
  }

  #askOne(): void {
    const object = this.#announced.shift();
    if (object === undefined) return;
    const stream = this.#opened(object.key);
    // Whoever takes it is told; it may fail long before.
    stream.catch(() => {});
    this.#asked.push({ bytes: object.bytes, stream });
  }

  async #opened(key: string): Promise<Readable> {
    const stream = await this.#bucket.stream(key, { signal: this.#signal });
    stream.on('error', () => {});
    return stream;
  }
}
