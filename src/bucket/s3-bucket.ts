import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Bucket, BucketObject } from './bucket.ts';
import { bucketError, type FailedCall } from './bucket-error.ts';
import { connectionsMax, connectTimeoutMs, pageSizeDefault, silenceTimeoutMs } from './limits.ts';
import { locationText, type S3Location } from './location.ts';
import { objectStream, wholeObject } from './object-stream.ts';

// The library warns of Node.js releases that its later versions will not run on. Which one is installed is ours to say.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** A bucket of Amazon S3, or of a server that speaks its protocol. Needs `s3:ListBucket` and `s3:GetObject`. */
export function openS3Bucket(location: S3Location): Bucket {
  const client = s3Client(location);
  const name = locationText(location);
  const get = async (key: string, failed: FailedCall): Promise<Readable> => {
    const input = new GetObjectCommand({ Bucket: location.bucketName, Key: key });
    const { Body: body } = await asBucketError(failed, client.send(input, abortable(failed.signal)));
    if (!(body instanceof Readable)) throw new TypeError('the S3 library gave no Node stream');
    return objectStream(body, failed);
  };
  return {
    list: async ({ prefix, continuation, pageSize = pageSizeDefault, signal }) => {
      const input = new ListObjectsV2Command({
        Bucket: location.bucketName,
        Prefix: prefix,
        MaxKeys: pageSize,
        // The last key and not S3's token, of which nobody says how long it lives.
        ...(continuation === undefined ? {} : { StartAfter: continuation }),
      });
      const failed = { call: `list of ${name}`, ofObject: false, signal };
      const answer = await asBucketError(failed, client.send(input, abortable(signal)));
      const objects = (answer.Contents ?? []).map(({ Key, Size, ETag }): BucketObject => {
        return { key: Key ?? '', bytes: Size ?? 0, ...(ETag === undefined ? {} : { etag: ETag }) };
      });
      const last = objects.at(-1)?.key;
      return answer.IsTruncated === true && last !== undefined
        ? { objects, continuation: last }
        : { objects };
    },
    read: async (key, { bytesMax, signal }) => {
      const call = `read of ${name}/${key}`;
      return await wholeObject(await get(key, { call, ofObject: true, signal }), { call, bytesMax });
    },
    stream: (key, options) =>
      get(key, { call: `read of ${name}/${key}`, ofObject: true, signal: options?.signal }),
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** One attempt per call, since Temporal is who repeats. */
export function s3Client(location: S3Location): S3Client {
  return new S3Client({
    maxAttempts: 1,
    forcePathStyle: location.forcePathStyle ?? false,
    ...(location.region === undefined ? {} : { region: location.region }),
    ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint }),
    // A checksum of our own is taken of what matters; S3-compatible servers differ in which they know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: silenceTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: connectionsMax },
      httpsAgent: { maxSockets: connectionsMax },
    },
  });
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

async function asBucketError<Answer>(failed: FailedCall, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw bucketError(error, failed);
  }
}
