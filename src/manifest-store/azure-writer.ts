import { containerClient } from '../bucket/azure-bucket.ts';
import type { AzureLocation } from '../bucket/index.ts';
import type { PutObject } from './bucket-store.ts';

/** Needs the role Storage Blob Data Contributor, or a signature with `c`, `w`, `r` and `l`. */
export function openAzureWriter(location: AzureLocation): { put: PutObject; closeWriter: () => void } {
  const client = containerClient(location);
  return {
    put: async (key, content) => {
      await client.getBlockBlobClient(key).upload(content, content.length);
    },
    closeWriter: () => {},
  };
}
