import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Location } from '../bucket/index.ts';
import { s3Client } from '../bucket/s3-bucket.ts';
import type { PutObject } from './bucket-store.ts';

/** Needs `s3:PutObject`. */
export function openS3Writer(location: S3Location): { put: PutObject; closeWriter: () => void } {
  const client = s3Client(location);
  return {
    put: async (key, content) => {
      await client.send(new PutObjectCommand({ Bucket: location.bucketName, Key: key, Body: content }));
    },
    closeWriter: () => client.destroy(),
  };
}
