import { Readable } from 'node:stream';
import { BucketError, type Bucket, type BucketObject } from '../../src/bucket/index.ts';

/** A bucket in memory, so that it can hold keys that no server takes. Keys come in the order of their bytes. */
export function memoryBucket(objects: ReadonlyMap<string, Buffer>): Bucket {
  const keys = [...objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const content = (key: string): Buffer => {
    const found = objects.get(key);
    if (found === undefined) throw new BucketError({ code: 'BUCKET_NOT_FOUND', message: `no object ${key}` });
    return found;
  };
  return {
    list: async ({ prefix, continuation = '', pageSize = 1_000 }) => {
      const from = Number(continuation);
      const below = keys.filter((key) => key.startsWith(prefix));
      const page = below.slice(from, from + pageSize);
      const listed = page.map((key): BucketObject => ({
        key,
        bytes: content(key).length,
        etag: `"${key.length}"`,
      }));
      const next = from + pageSize;
      return next < below.length ? { objects: listed, continuation: String(next) } : { objects: listed };
    },
    read: async (key, { bytesMax }) => {
      const found = content(key);
      if (found.length > bytesMax)
        throw new BucketError({ code: 'BUCKET_OBJECT_TOO_LARGE', message: 'too large' });
      return found;
    },
    stream: async (key) => Readable.from([content(key)]),
    close: async () => undefined,
  };
}
