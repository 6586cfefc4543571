import type { Bucket } from './bucket.ts';
import type { BucketLocation } from './location.ts';

/**
 * Opens a bucket for looking. Nothing is sent yet. The vendor's library is loaded here and nowhere else: a worker
 * that opens no bucket never loads one.
 */
export async function openBucket(location: BucketLocation): Promise<Bucket> {
  switch (location.provider) {
    case 'AWS':
      return (await import('./s3-bucket.ts')).openS3Bucket(location);
    case 'AZURE':
      return (await import('./azure-bucket.ts')).openAzureBucket(location);
    case 'GCP':
      return (await import('./google-bucket.ts')).openGoogleBucket(location);
  }
}
