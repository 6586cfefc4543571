import type { BucketUpload } from './bucket-upload.ts';

/** A server that speaks S3, for the simulator to write exports to. */
export interface BucketTarget {
  readonly endpoint: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Loads the S3 library, which a simulator that writes nothing does not need. */
export async function openS3Upload(target: BucketTarget): Promise<BucketUpload> {
  const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { endpoint, region = 'us-east-1', accessKeyId, secretAccessKey } = target;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  const made = new Map<string, Promise<void>>();
  const make = async (bucketName: string): Promise<void> => {
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucketName }));
    } catch (error) {
      // Somebody has made it already: all the better.
      if (!(error instanceof Error && error.name.startsWith('BucketAlready'))) throw error;
    }
  };
  return {
    makeBucket: (bucketName) => {
      const making = made.get(bucketName) ?? make(bucketName);
      made.set(bucketName, making);
      making.catch(() => made.delete(bucketName));
      return making;
    },
    put: async (bucketName, { key, body }) => {
      await client.send(new PutObjectCommand({ Bucket: bucketName, Key: key, Body: body() }));
    },
    close: () => client.destroy(),
  };
}
