import { randomUUID } from 'node:crypto';
import { mkdir, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkedName, storedBytesMax, type ManifestStore } from './manifest-store.ts';

/** Keeps manifests in a folder of the worker's machine, or one that several machines share. */
export function openFolderStore(folder: string): ManifestStore {
  const root = resolve(folder);
  const pathOf = (name: string): string => join(root, ...checkedName(name).split('/'));
  return {
    put: async (name, content) => {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, content);
      return path;
    },
    has: async (name) => (await sizeOf(pathOf(name))) !== undefined,
    read: async (name) => {
      const path = pathOf(name);
      const bytes = await sizeOf(path);
      if (bytes !== undefined && bytes > storedBytesMax) throw new RangeError(`${path} has ${bytes} bytes`);
      return await readFile(path);
    },
    list: (folder) => namesBelow(pathOf(folder), folder),
    addressOf: pathOf,
    close: () => Promise.resolve(),
  };
}

async function* namesBelow(path: string, name: string): AsyncGenerator<string> {
  if ((await sizeOf(path)) === undefined) return;
  for await (const entry of await opendir(path)) {
    const inner = `${name}/${entry.name}`;
    if (entry.isDirectory()) yield* namesBelow(join(path, entry.name), inner);
    else yield inner;
  }
}

/** Beside it first and then into place, on the disk before it has the name: a crash leaves the old file or the new one. */
async function writeWhole(path: string, content: Buffer): Promise<void> {
  const scratch = `${path}.writing-${randomUUID().slice(0, 8)}`;
  try {
    const file = await open(scratch, 'wx', 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(scratch, path);
  } finally {
    await rm(scratch, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
