/**
 * Goal: one code per thing a caller can do, whichever vendor's library failed, and no request of theirs in it. Method: the
 * shapes in which the three libraries throw, for what the real servers of bucket.test.ts cannot be made to say.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { BucketError, isTransient, type BucketErrorCode } from '../../src/bucket/index.ts';
import { bucketError } from '../../src/bucket/bucket-error.ts';

const aws = (name: string, httpStatusCode?: number): Error =>
  Object.assign(new Error(name), {
    name,
    $metadata: { httpStatusCode },
    $response: { secret: 'AKIASECRET' },
  });
const azure = (code: string, statusCode?: number): Error =>
  Object.assign(new Error(code), { name: 'RestError', code, statusCode, request: { secret: 'AKIASECRET' } });
const google = (code: number, reason: string): Error =>
  Object.assign(new Error(reason), { code, errors: [{ reason }], config: { secret: 'AKIASECRET' } });

const cases: readonly [error: Error, code: BucketErrorCode][] = [
  [aws('NoSuchBucket', 404), 'BUCKET_NOT_FOUND'],
  [aws('PermanentRedirect', 301), 'BUCKET_NOT_FOUND'],
  [aws('NoSuchKey', 404), 'BUCKET_OBJECT_NOT_FOUND'],
  [aws('InvalidObjectState', 403), 'BUCKET_OBJECT_ARCHIVED'],
  [aws('AccessDenied', 403), 'BUCKET_UNAUTHORIZED'],
  [aws('ExpiredToken', 400), 'BUCKET_UNAUTHORIZED'],
  [aws('CredentialsProviderError'), 'BUCKET_UNAUTHORIZED'],
  [aws('SlowDown', 503), 'BUCKET_RATE_LIMITED'],
  [aws('InternalError', 500), 'BUCKET_UNAVAILABLE'],
  [aws('TimeoutError'), 'BUCKET_TIMEOUT'],
  [aws('InvalidArgument', 400), 'BUCKET_REJECTED'],
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'BUCKET_CONNECTION'],
  [
    Object.assign(new Error('aborted'), { code: 'ECONNRESET', $metadata: { httpStatusCode: 200 } }),
    'BUCKET_CONNECTION',
  ],
  [azure('ContainerNotFound', 404), 'BUCKET_NOT_FOUND'],
  [azure('BlobNotFound', 404), 'BUCKET_OBJECT_NOT_FOUND'],
  [azure('BlobArchived', 409), 'BUCKET_OBJECT_ARCHIVED'],
  [azure('AuthorizationPermissionMismatch', 403), 'BUCKET_UNAUTHORIZED'],
  [azure('ServerBusy', 503), 'BUCKET_RATE_LIMITED'],
  [azure('REQUEST_SEND_ERROR'), 'BUCKET_CONNECTION'],
  [Object.assign(new Error('x'), { name: 'CredentialUnavailableError' }), 'BUCKET_UNAUTHORIZED'],
  [google(404, 'notFound'), 'BUCKET_OBJECT_NOT_FOUND'],
  [google(403, 'forbidden'), 'BUCKET_UNAUTHORIZED'],
  [google(403, 'userRateLimitExceeded'), 'BUCKET_RATE_LIMITED'],
  [google(429, 'rateLimitExceeded'), 'BUCKET_RATE_LIMITED'],
  [google(503, 'backendError'), 'BUCKET_UNAVAILABLE'],
  [Object.assign(new Error('Could not load the default credentials.'), {}), 'BUCKET_UNAUTHORIZED'],
];

describe('an error of a bucket', () => {
  for (const [error, code] of cases) {
    it(`is ${code} for ${error.message} (${error.name})`, () => {
      const mapped = bucketError(error, { call: 'read of s3://archive/x', ofObject: true });
      assert.ok(mapped instanceof BucketError);
      assert.equal(mapped.code, code);
      assert.ok(mapped.message.startsWith('read of s3://archive/x: '));
      assert.ok(
        !inspect(mapped, { depth: 9, showHidden: true }).includes('AKIASECRET'),
        'it carries the request',
      );
    });
  }

  it('of a listing is about the bucket', () => {
    const mapped = bucketError(google(404, 'notFound'), { call: 'list', ofObject: false });
    assert.ok(mapped instanceof BucketError && mapped.code === 'BUCKET_NOT_FOUND');
  });

  it("is the caller's where the caller gave up", () => {
    const mapped = bucketError(aws('AbortError'), {
      call: 'list',
      ofObject: false,
      signal: AbortSignal.abort(),
    });
    assert.ok(mapped instanceof BucketError && mapped.code === 'BUCKET_ABORTED');
  });

  it('hides no bug', () => {
    const bug = new TypeError('x is not a function');
    assert.equal(bucketError(bug, { call: 'list', ofObject: false }), bug);
  });

  it('says whether to come back later', () => {
    const transient = (code: BucketErrorCode): boolean => isTransient(new BucketError({ code, message: '' }));
    assert.ok(
      transient('BUCKET_UNAVAILABLE') && transient('BUCKET_RATE_LIMITED') && transient('BUCKET_TIMEOUT'),
    );
    assert.ok(
      !transient('BUCKET_UNAUTHORIZED') && !transient('BUCKET_NOT_FOUND') && !transient('BUCKET_ABORTED'),
    );
  });
});
