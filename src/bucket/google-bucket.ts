import { Storage } from '@google-cloud/storage';
import * as v from 'valibot';
import type { Bucket } from './bucket.ts';
import { bucketError } from './bucket-error.ts';
import { BucketError } from './errors.ts';
import { GoogleDownloads } from './google-downloads.ts';
import { pageSizeDefault, silenceTimeoutMs } from './limits.ts';
import { locationText, type GoogleLocation } from './location.ts';
import { wholeObject } from './object-stream.ts';

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
  const storage = googleStorage(location);
  const bucket = storage.bucket(location.bucketName);
  const downloads = new GoogleDownloads(storage, location);
  const name = locationText(location);
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
        const failed = { call, ofObject: true, signal };
        return await wholeObject(await downloads.open({ key, failed, bytesMax }), { call, bytesMax });
      } catch (error) {
        // Of an object without bytes there is no range.
        if (error instanceof BucketError && error.status === 416) return Buffer.alloc(0);
        throw error;
      }
    },
    stream: (key, options) =>
      downloads.open({
        key,
        failed: { call: `read of ${name}/${key}`, ofObject: true, signal: options?.signal },
      }),
    close: () => downloads.close(),
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
