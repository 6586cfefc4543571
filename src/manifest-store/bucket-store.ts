import { bucketError } from '../bucket/bucket-error.ts';
import { locationText, openBucket, type BucketLocation } from '../bucket/index.ts';
import { exportsFolder } from '../proof/export-layout.ts';
import { checkedName, storedBytesMax, type ManifestStore } from './manifest-store.ts';

export interface BucketStorePlace {
  readonly location: BucketLocation;
  /** Manifests' keys begin with it. Not empty, and nowhere where Atlas exports to. */
  readonly prefix: string;
}

/** Writes one object. What it fails with is the vendor's own error. */
export type PutObject = (key: string, content: Buffer) => Promise<void>;

/**
 * Keeps manifests in a bucket, under a prefix of their own. The worker's role needs to put objects there, and there only.
 * @throws RangeError where the prefix is empty or could meet an export: an export is never written to.
 */
export async function openBucketStore({ location, prefix }: BucketStorePlace): Promise<ManifestStore> {
  const folder = manifestsFolder(prefix);
  const { put, closeWriter } = await openWriter(location);
  const bucket = await openBucket(location);
  const keyOf = (name: string): string => `${folder}${checkedName(name)}`;
  return {
    put: async (name, content) => {
      const key = keyOf(name);
      const call = `write of ${locationText(location)}/${key}`;
      try {
        await put(key, content);
      } catch (error) {
        throw bucketError(error, { call, ofObject: false });
      }
      return `${locationText(location)}/${key}`;
    },
    has: async (name) => {
      const { objects } = await bucket.list({ prefix: keyOf(name), pageSize: 1 });
      return objects.some(({ key }) => key === keyOf(name));
    },
    list: async function* (name) {
      let continuation: string | undefined;
      do {
        const page = await bucket.list({ prefix: `${keyOf(name)}/`, continuation });
        for (const { key } of page.objects) yield key.slice(folder.length);
        ({ continuation } = page);
      } while (continuation !== undefined);
    },
    addressOf: (name) => `${locationText(location)}/${keyOf(name)}`,
    read: (name) => bucket.read(keyOf(name), { bytesMax: storedBytesMax }),
    close: async () => {
      closeWriter();
      await bucket.close();
    },
  };
}

/**
 * A prefix as keys begin with it.
 * @throws RangeError where it is empty or could meet an export.
 */
export function manifestsFolder(prefix: string): string {
  const inner = prefix.replaceAll(/^\/+|\/+$/g, '');
  const folder = `${inner}/`;
  if (inner === '' || inner.split('/').some((part) => part === '' || /^\.+$/.test(part))) {
    throw new RangeError('manifests in a bucket need a prefix of their own');
  }
  if (folder.startsWith(exportsFolder)) {
    throw new RangeError(`manifests are never written below ${exportsFolder}, where the exports are`);
  }
  return folder;
}

async function openWriter(
  location: BucketLocation,
): Promise<{ readonly put: PutObject; readonly closeWriter: () => void }> {
  switch (location.provider) {
    case 'AWS':
      return (await import('./s3-writer.ts')).openS3Writer(location);
    case 'AZURE':
      return (await import('./azure-writer.ts')).openAzureWriter(location);
    case 'GCP':
      return (await import('./google-writer.ts')).openGoogleWriter(location);
  }
}
