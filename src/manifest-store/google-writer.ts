import { googleStorage } from '../bucket/google-bucket.ts';
import type { GoogleLocation } from '../bucket/index.ts';
import type { PutObject } from './bucket-store.ts';

/** Needs `storage.objects.create`, and `storage.objects.delete` to write the same part again after a crash. */
export function openGoogleWriter(location: GoogleLocation): { put: PutObject; closeWriter: () => void } {
  const bucket = googleStorage(location).bucket(location.bucketName);
  return {
    put: async (key, content) => {
      await bucket.file(key).save(content, { resumable: false, validation: false });
    },
    closeWriter: () => {},
  };
}
