import type { Readable } from 'node:stream';
import { Storage, type File } from '@google-cloud/storage';
import type { Bucket, BucketObject } from './bucket.ts';
import { bucketError, type FailedCall } from './bucket-error.ts';
import { pageSizeDefault, silenceTimeoutMs } from './limits.ts';
import { locationText, type GoogleLocation } from './location.ts';
import { objectStream, wholeObject } from './object-stream.ts';

/** A bucket of Google Cloud Storage. Needs `storage.objects.list` and `storage.objects.get`. */
export function openGoogleBucket(location: GoogleLocation): Bucket {
  const bucket = googleStorage(location).bucket(location.bucketName);
  const name = locationText(location);
  // As stored: without `decompress: false` the library would unpack what is marked as gzip, and hide what is broken.
  const get = (key: string, failed: FailedCall): Promise<Readable> =>
    answered(objectSource(bucket.file(key)), failed);
  return {
    list: async ({ prefix, continuation, pageSize = pageSizeDefault, signal }) => {
      const query = {
        prefix,
        maxResults: pageSize,
        autoPaginate: false,
        fields: 'items(name,size,etag),nextPageToken',
        ...(continuation === undefined ? {} : { pageToken: continuation }),
      };
      try {
        signal?.throwIfAborted();
        const [files, next] = await bucket.getFiles(query);
        const token: unknown = isRecord(next) ? next['pageToken'] : undefined;
        const objects = files.map(asObject);
        return typeof token === 'string' && token !== '' ? { objects, continuation: token } : { objects };
      } catch (error) {
        throw bucketError(error, { call: `list of ${name}`, ofObject: false, signal });
      }
    },
    read: async (key, { bytesMax, signal }) => {
      const call = `read of ${name}/${key}`;
      return await wholeObject(await get(key, { call, ofObject: true, signal }), { call, bytesMax });
    },
    stream: (key, options) => get(key, { call: `read of ${name}/${key}`, ofObject: true, signal: options?.signal }),
    close: () => Promise.resolve(),
  };
}

/** One attempt per call, since Temporal is who repeats. */
export function googleStorage(location: GoogleLocation): Storage {
  return new Storage({
    retryOptions: { autoRetry: false, maxRetries: 0 },
    timeout: silenceTimeoutMs,
    ...(location.endpoint === undefined ? {} : { apiEndpoint: location.endpoint }),
  });
}

function objectSource(file: File): Readable {
  return file.createReadStream({ decompress: false, validation: false });
}

/** The library's stream exists before its request is answered; ours after, so that a missing object is an error of the call. */
async function answered(source: Readable, failed: FailedCall): Promise<Readable> {
  await new Promise<void>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      source.off('response', onResponse).off('error', onError);
      failed.signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const onResponse = (): void => settle(resolve);
    const onError = (error: unknown): void => settle(() => reject(bucketError(error, failed)));
    const onAbort = (): void => {
      source.destroy();
      onError(new Error('aborted'));
    };
    source.once('response', onResponse).once('error', onError);
    failed.signal?.addEventListener('abort', onAbort, { once: true });
    if (failed.signal?.aborted === true) onAbort();
    // It asks when it is first read.
    source.read(0);
  });
  return objectStream(source, failed);
}

function asObject({ name, metadata }: File): BucketObject {
  const { size, etag } = metadata;
  return { key: name, bytes: Number(size ?? 0), ...(etag === undefined ? {} : { etag }) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
