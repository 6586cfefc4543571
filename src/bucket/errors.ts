/** Every `code` a {@link BucketError} can carry. Stable: this is what to match on. */
export type BucketErrorCode =
  /** The bucket or container does not exist, or not under this name, region or address. */
  | 'BUCKET_NOT_FOUND'
  /** The object does not exist, or no longer does. */
  | 'BUCKET_OBJECT_NOT_FOUND'
  /** The object is in a storage class that has to be restored before it can be read. */
  | 'BUCKET_OBJECT_ARCHIVED'
  /** The object is larger than what the caller takes. */
  | 'BUCKET_OBJECT_TOO_LARGE'
  /** No credential, a wrong one, or one that may not list or read here. */
  | 'BUCKET_UNAUTHORIZED'
  /** The storage asks to be left alone for a while. */
  | 'BUCKET_RATE_LIMITED'
  /** The storage has a problem of its own (5xx): later the same request may work. */
  | 'BUCKET_UNAVAILABLE'
  /** No connection, or one that broke in the middle. */
  | 'BUCKET_CONNECTION'
  /** A time limit passed. */
  | 'BUCKET_TIMEOUT'
  /** The storage refuses the request as it is: the same one will be refused again. */
  | 'BUCKET_REJECTED'
  /** The export bucket's document or the settings do not say where the bucket is. */
  | 'BUCKET_LOCATION'
  /** The caller's signal was aborted. */
  | 'BUCKET_ABORTED';

const transientCodes: readonly BucketErrorCode[] = [
  'BUCKET_RATE_LIMITED',
  'BUCKET_UNAVAILABLE',
  'BUCKET_CONNECTION',
  'BUCKET_TIMEOUT',
];

export interface BucketErrorOptions {
  readonly code: BucketErrorCode;
  readonly message: string;
  readonly status?: number | undefined;
  readonly storageCode?: string | undefined;
}

/**
 * What every call of a bucket fails with.
 *
 * Carries no `cause`: the vendors' errors hold whole requests, with their signatures and tokens.
 */
export class BucketError extends Error {
  readonly code: BucketErrorCode;
  /** The HTTP status, where there was an answer. */
  declare readonly status?: number;
  /** The storage's or the system's own word, such as `NoSuchBucket` or `ECONNREFUSED`: shown, not matched on. */
  declare readonly storageCode?: string;

  constructor(options: BucketErrorOptions) {
    super(options.message);
    this.name = 'BucketError';
    this.code = options.code;
    if (options.status !== undefined) this.status = options.status;
    if (options.storageCode !== undefined) this.storageCode = options.storageCode;
  }
}

/** Whether the same call may work a little later, without anybody changing anything. */
export function isTransient(error: BucketError): boolean {
  return transientCodes.includes(error.code);
}
