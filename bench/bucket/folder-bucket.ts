import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Bucket, BucketObject } from '../../src/bucket/index.ts';

/** A folder looked into as a bucket: what a check costs without any storage in the way. */
export function openFolderBucket(folder: string): Bucket {
  return {
    list: async ({ prefix, continuation, pageSize = 1_000 }) => {
      const after = (await objectsBelow(folder)).filter(
        ({ key }) => key.startsWith(prefix) && key > (continuation ?? ''),
      );
      const objects = after.slice(0, pageSize);
      const last = objects.at(-1)?.key;
      return after.length > objects.length && last !== undefined
        ? { objects, continuation: last }
        : { objects };
    },
    read: (key) => readFile(join(folder, key)),
    stream: (key) => Promise.resolve(createReadStream(join(folder, key), { highWaterMark: 256 * 1024 })),
    close: () => Promise.resolve(),
  };
}

async function objectsBelow(folder: string): Promise<BucketObject[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const objects = entries
    .filter((entry) => entry.isFile())
    .map(async (entry): Promise<BucketObject> => {
      const path = join(entry.parentPath, entry.name);
      return { key: relative(folder, path), bytes: (await stat(path)).size };
    });
  return (await Promise.all(objects)).sort((left, right) => (left.key < right.key ? -1 : 1));
}
