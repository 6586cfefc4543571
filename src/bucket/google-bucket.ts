import type { Readable } from 'node:stream';
import { Storage, type File } from '@google-cloud/storage';
import * as v from 'valibot';
import type { Bucket } from './bucket.ts';
import { bucketError, type FailedCall } from './bucket-error.ts';
import { BucketError } from './errors.ts';
import { pageSizeDefault, silenceTimeoutMs } from './limits.ts';
import { locationText, type GoogleLocation } from './location.ts';
import { objectStream, wholeObject } from './object-stream.ts';

const pageSchema = v.object({
  items: v.optional(
    v.array(
      v.object({
        name: v.string(),
        // Google writes 64-bit numbers as strings.
        size: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.safeInteger(), v.minValue(0)),
        etag: v.optional(v.string()),
      }),
    ),
    [],
  ),
  nextPageToken: v.optional(v.string(), ''),
});

/** A bucket of Google Cloud Storage. Needs `storage.objects.list` and `storage.objects.get`. */
export function openGoogleBucket(location: GoogleLocation): Bucket {
  const bucket = googleStorage(location).bucket(location.bucketName);
  const name = locationText(location);
  // As stored: without `decompress: false` the library would unpack what is marked as gzip, and hide what is broken.
  const get = (key: string, failed: FailedCall, range = {}): Promise<Readable> =>
    answered(objectSource(bucket.file(key), range), failed);
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
        // The answer itself: with `fields` the library's files are no files, and without it a page is ten times as large.
        const [, , answer] = await bucket.getFiles(query);
        const { items, nextPageToken } = v.parse(pageSchema, answer);
        const objects = items.map(({ name, size, etag }) => ({
          key: name,
          bytes: size,
          ...(etag === undefined ? {} : { etag }),
        }));
        return nextPageToken === '' ? { objects } : { objects, continuation: nextPageToken };
      } catch (error) {
        throw bucketError(error, { call: `list of ${name}`, ofObject: false, signal });
      }
    },
    read: async (key, { bytesMax, signal }) => {
      const call = `read of ${name}/${key}`;
      try {
        // No more is asked for than is read: a download that is broken off costs the library every other connection.
        const range = { start: 0, end: bytesMax };
        return await wholeObject(await get(key, { call, ofObject: true, signal }, range), { call, bytesMax });
      } catch (error) {
        // Of an object without bytes there is no range.
        if (error instanceof BucketError && error.status === 416) return Buffer.alloc(0);
        throw error;
      }
    },
    stream: (key, options) =>
      get(key, { call: `read of ${name}/${key}`, ofObject: true, signal: options?.signal }),
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

function objectSource(file: File, range: { readonly start?: number; readonly end?: number }): Readable {
  return file.createReadStream({ decompress: false, validation: false, ...range });
}

/** The library's stream exists before its request is answered; ours after, so that a missing object is an error of the call. */
async function answered(source: Readable, failed: FailedCall): Promise<Readable> {
  await new Promise<void>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      source.off('response', onResponse).off('error', onError);
      failed.signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const onResponse = (response: unknown): void => {
      // A refusal is a response first and an error when its body has been read.
      if (!isRefusal(response)) settle(resolve);
    };
    const onError = (error: unknown): void => settle(() => reject(bucketError(error, failed)));
    const onAbort = (): void => {
      source.destroy();
      onError(new Error('aborted'));
    };
    source.on('response', onResponse).once('error', onError);
    failed.signal?.addEventListener('abort', onAbort, { once: true });
    if (failed.signal?.aborted === true) onAbort();
    // It asks when it is first read.
    source.read(0);
  });
  return objectStream(source, failed);
}

function isRefusal(response: unknown): boolean {
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return false;
  return typeof response.statusCode === 'number' && response.statusCode >= 300;
}
