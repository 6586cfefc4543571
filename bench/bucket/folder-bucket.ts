import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Bucket, BucketObject } from '../../src/bucket/index.ts';

/** A folder looked into as a bucket: what a check costs without any storage in the way. */
export function openFolderBucket(folder: string): Bucket {
  return {
    list: async ({ prefix }) => ({
      objects: (await objectsBelow(folder)).filter(({ key }) => key.startsWith(prefix)),
    }),
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
