import * as v from 'valibot';
import { BucketError, type BucketErrorCode } from './errors.ts';

export interface FailedCall {
  /** For example `list of s3://archive`. */
  readonly call: string;
  /** Whether the call was about one object, whose absence then is not the bucket's. */
  readonly ofObject: boolean;
  /** The caller's, which decides over everything else. */
  readonly signal?: AbortSignal | undefined;
}

/** What can be read off a vendor's error, whichever vendor's it is. */
interface Facts {
  readonly status: number | undefined;
  /** The storage's own codes and names, the most telling one first. */
  readonly words: readonly string[];
  readonly saysNoCredential: boolean;
}

const bucketMissing = ['NoSuchBucket', 'ContainerNotFound', 'ContainerBeingDeleted', 'PermanentRedirect'];
const objectArchived = ['InvalidObjectState', 'BlobArchived'];
const rateLimited = [
  'SlowDown',
  'ServerBusy',
  'TooManyRequestsException',
  'rateLimitExceeded',
  'userRateLimitExceeded',
];
/** Said before any request is sent: the chain of default credentials came to its end, or a token could not be had. */
const noCredential = [
  'CredentialsProviderError',
  'CredentialUnavailableError',
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
];
/** Google's library says it in words alone. */
const noGoogleCredential = /^Could not load the default credentials|^Unable to detect a Project Id/;
const timeouts = [
  'TimeoutError',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'REQUEST_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
];
const systemCode = /^(?:E[A-Z]{3,}|UND_ERR_[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE|REQUEST_SEND_ERROR)$/;

/** The one place that turns what a vendor's library throws into what this product says. A bug stays what it is. */
export function bucketError(error: unknown, failed: FailedCall): Error {
  if (error instanceof BucketError) return error;
  const facts = factsOf(error);
  if (isBug(error) && facts.status === undefined) return error;
  const code = failed.signal?.aborted === true ? 'BUCKET_ABORTED' : codeOf(facts, failed);
  const word = facts.words.find((candidate) => candidate !== 'Error' && candidate !== 'RestError');
  const reasons = [facts.status === undefined ? '' : `HTTP ${facts.status}`, word ?? ''].filter(
    (part) => part !== '',
  );
  return new BucketError({
    code,
    message: `${failed.call}: ${meaningOf[code]}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`,
    status: facts.status,
    storageCode: word,
  });
}

const meaningOf: Record<BucketErrorCode, string> = {
  BUCKET_NOT_FOUND: 'there is no such bucket here',
  BUCKET_OBJECT_NOT_FOUND: 'there is no such object',
  BUCKET_OBJECT_ARCHIVED: 'the object is archived and has to be restored before it can be read',
  BUCKET_OBJECT_TOO_LARGE: 'the object is larger than it may be',
  BUCKET_UNAUTHORIZED: 'the worker has no credential that may do this',
  BUCKET_RATE_LIMITED: 'the storage asks for fewer requests',
  BUCKET_UNAVAILABLE: 'the storage has a problem of its own',
  BUCKET_CONNECTION: 'no connection, or one that broke',
  BUCKET_TIMEOUT: 'no answer in time',
  BUCKET_REJECTED: 'the storage refuses the request',
  BUCKET_LOCATION: 'it is not known where the bucket is',
  BUCKET_ABORTED: 'given up by the caller',
};

function codeOf({ status, words, saysNoCredential }: Facts, { ofObject }: FailedCall): BucketErrorCode {
  const says = (known: readonly string[]): boolean => words.some((word) => known.includes(word));
  if (says(bucketMissing)) return 'BUCKET_NOT_FOUND';
  if (says(objectArchived)) return 'BUCKET_OBJECT_ARCHIVED';
  if (status === 429 || says(rateLimited)) return 'BUCKET_RATE_LIMITED';
  if (says(noCredential) || saysNoCredential || status === 401 || status === 403)
    return 'BUCKET_UNAUTHORIZED';
  if (status === 404) return ofObject ? 'BUCKET_OBJECT_NOT_FOUND' : 'BUCKET_NOT_FOUND';
  if (status === 408 || (status === undefined && says(timeouts))) return 'BUCKET_TIMEOUT';
  if (status !== undefined && status >= 500) return 'BUCKET_UNAVAILABLE';
  // An answer of 200 whose body broke off still carries the 200.
  if (words.some((word) => systemCode.test(word))) return 'BUCKET_CONNECTION';
  if (status !== undefined && status >= 300) return 'BUCKET_REJECTED';
  return 'BUCKET_CONNECTION';
}

/** The vendors keep status and code in different places: `$metadata`, `statusCode`, `code`, `name`, `errors[].reason`. */
function factsOf(error: unknown): Facts {
  const words: string[] = [];
  let status: number | undefined;
  let level: unknown = error;
  for (let depth = 0; depth < 4 && isRecord(level); depth += 1) {
    const { $metadata: metadata, details, errors } = level;
    const numbers = [
      level['statusCode'],
      level['status'],
      isRecord(metadata) ? metadata['httpStatusCode'] : 0,
      level['code'],
    ];
    status ??= numbers.find((number): number is number => isHttpStatus(number));
    const [first]: unknown[] = Array.isArray(errors) ? errors : [];
    const said = [
      level['Code'],
      level['code'],
      isRecord(details) ? details['errorCode'] : undefined,
      isRecord(first) ? first['reason'] : undefined,
      level['name'],
    ];
    words.push(...said.filter((word): word is string => typeof word === 'string' && word !== ''));
    level = level['cause'];
  }
  const saysNoCredential = error instanceof Error && noGoogleCredential.test(error.message);
  return { status, words, saysNoCredential };
}

function isBug(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof v.ValiError;
}

function isHttpStatus(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
