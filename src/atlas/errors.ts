/**
 * Whether the request may have changed something at Atlas.
 *
 * `none`: it cannot have (never sent, refused with a 4xx, or a read). `unknown`: it left this process and
 * no answer says what became of it. After `unknown` a create must look before it asks again.
 */
export type AtlasEffect = 'none' | 'unknown';

/** Every `code` an {@link AtlasError} can carry. Stable: this is what to match on. */
export type AtlasErrorCode =
  | 'ATLAS_UNAUTHORIZED'
  | 'ATLAS_FORBIDDEN'
  | 'ATLAS_NOT_FOUND'
  | 'ATLAS_CONFLICT'
  | 'ATLAS_REJECTED'
  | 'ATLAS_RATE_LIMITED'
  | 'ATLAS_UNAVAILABLE'
  | 'ATLAS_CONNECTION'
  | 'ATLAS_TIMEOUT'
  | 'ATLAS_RESPONSE'
  | 'ATLAS_NOT_SENT'
  | 'ATLAS_ABORTED';

export interface AtlasErrorOptions {
  readonly message: string;
  readonly operation: string;
  readonly effect: AtlasEffect;
  readonly status?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly detail?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly networkCode?: string | undefined;
}

/**
 * What every call of the Atlas client fails with. One subclass per thing a caller can do about it.
 *
 * Carries no `cause`: the errors below it (undici's parser error holds raw response bytes) could hold a nonce.
 */
export abstract class AtlasError extends Error {
  abstract readonly code: AtlasErrorCode;
  /** The client's method that failed, such as `getExportJob`. */
  readonly operation: string;
  readonly effect: AtlasEffect;
  /** The HTTP status, when there was an answer. */
  declare readonly status?: number;
  /** Atlas's own error code, such as `CLUSTER_NOT_FOUND`. An open set: classify on `code`, show this. */
  declare readonly errorCode?: string;
  /** Atlas's own explanation, shortened and cleaned. */
  declare readonly detail?: string;
  /** How long Atlas asked to wait, in milliseconds, from the moment this error was made. */
  declare readonly retryAfterMs?: number;
  /** The system's or undici's code for a failed connection, such as `ECONNREFUSED`. */
  declare readonly networkCode?: string;

  constructor(options: AtlasErrorOptions) {
    super(options.message);
    this.name = new.target.name;
    this.operation = options.operation;
    this.effect = options.effect;
    if (options.status !== undefined) this.status = options.status;
    if (options.errorCode !== undefined) this.errorCode = options.errorCode;
    if (options.detail !== undefined) this.detail = options.detail;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.networkCode !== undefined) this.networkCode = options.networkCode;
  }
}

/** 401, but for a stale nonce: a wrong or revoked key, one of another project, or (Atlas does both) a missing permission. */
export class AtlasUnauthorizedError extends AtlasError {
  readonly code = 'ATLAS_UNAUTHORIZED';
}

/** 403: a missing role, or an address that is not on the IP access list. */
export class AtlasForbiddenError extends AtlasError {
  readonly code = 'ATLAS_FORBIDDEN';
}

/** 404: no such project, cluster, snapshot, bucket or export job. */
export class AtlasNotFoundError extends AtlasError {
  readonly code = 'ATLAS_NOT_FOUND';
}

/** 409: in conflict with what Atlas is doing, such as a second active export of one snapshot. */
export class AtlasConflictError extends AtlasError {
  readonly code = 'ATLAS_CONFLICT';
}

/** Any other 4xx (400, 402, 406, …): the same request will be refused again. */
export class AtlasRejectedError extends AtlasError {
  readonly code = 'ATLAS_REJECTED';
}

/** 429, or held back here because of an earlier 429 whose `Retry-After` has not passed. */
export class AtlasRateLimitedError extends AtlasError {
  readonly code = 'ATLAS_RATE_LIMITED';
}

/**
 * 5xx, 405 `WRITES_NOT_ALLOWED_DURING_APP_UPGRADES`, or 401 for a nonce that was stale twice: later the same request
 * may work.
 */
export class AtlasUnavailableError extends AtlasError {
  readonly code = 'ATLAS_UNAVAILABLE';
}

/** No connection, or one that broke before an answer came. */
export class AtlasConnectionError extends AtlasError {
  readonly code = 'ATLAS_CONNECTION';
}

/** One of the client's time limits passed. */
export class AtlasTimeoutError extends AtlasError {
  readonly code = 'ATLAS_TIMEOUT';
}

/** A success or redirect whose body cannot be used: too large, truncated, not JSON, or of the wrong shape. */
export class AtlasResponseError extends AtlasError {
  readonly code = 'ATLAS_RESPONSE';
}

/** The caller's `sendBefore` said no: nothing was sent. */
export class AtlasNotSentError extends AtlasError {
  readonly code = 'ATLAS_NOT_SENT';
}

/** The caller's signal was aborted. */
export class AtlasAbortedError extends AtlasError {
  readonly code = 'ATLAS_ABORTED';
}
