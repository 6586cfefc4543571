/** Each kind of storage as a user has it: a bucket of exports, a place for manifests, and a worker's settings for both. */
import { Storage } from '@google-cloud/storage';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { BucketOptions, BucketTarget, BucketUpload } from '../../simulator/index.ts';
import { startS3Server } from '../../src/testing/s3-server.ts';
import { startAzureServer } from '../bucket/support/azure-server.ts';
import { startGoogleServer } from '../bucket/support/google-server.ts';

export interface CloudStage {
  /** What the simulated Atlas writes exports to. */
  readonly target: BucketTarget | BucketUpload;
  /** The export bucket, as somebody has registered it at Atlas. */
  readonly bucket: BucketOptions & { readonly bucketName: string };
  /** A worker's, without a key for manifests. */
  readonly settings: Readonly<Record<string, string>>;
  /** Everything below the place for manifests, read by the vendor's library; keys begin after it. */
  kept(): Promise<ReadonlyMap<string, Buffer>>;
  stop(): Promise<void>;
}

const bucketName = 'snapshot-archive';
const evidenceName = 'evidence';
const folder = 'exports/';

/** Manifests in a bucket of their own. */
export async function startS3Cloud(): Promise<CloudStage> {
  const server = await startS3Server();
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: evidenceName }));
  const bytesOf = async (Key: string): Promise<Buffer> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: evidenceName, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  return {
    target: server,
    bucket: { bucketName, cloudProvider: 'AWS' },
    settings: {
      ATLAS_EXPORT_BUCKETS: `s3://${bucketName}`,
      ATLAS_EXPORT_MANIFESTS: `s3://${evidenceName}/${folder}`,
      ATLAS_EXPORT_S3_ENDPOINT: endpoint,
      ATLAS_EXPORT_S3_REGION: region,
      ATLAS_EXPORT_S3_PATH_STYLE: 'true',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    kept: async () => {
      const list = new ListObjectsV2Command({ Bucket: evidenceName, Prefix: folder });
      const { Contents = [] } = await client.send(list);
      return await filled(
        Contents.map(({ Key = '' }) => Key),
        bytesOf,
      );
    },
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

/** Manifests in the container of the exports, which is the only one that the signature is for. */
export async function startAzureCloud(): Promise<CloudStage> {
  const server = await startAzureServer();
  const container = server.service.getContainerClient(bucketName);
  return {
    target: {
      makeBucket: async (name) => {
        await server.service.getContainerClient(name).createIfNotExists();
      },
      put: async (name, { key, body }) => {
        const content = body();
        const blob = server.service.getContainerClient(name).getBlockBlobClient(key);
        await blob.upload(content, content.length);
      },
      close: () => {},
    },
    bucket: { bucketName, cloudProvider: 'AZURE', serviceUrl: server.serviceUrl },
    settings: {
      ATLAS_EXPORT_BUCKETS: `azure://${bucketName}`,
      ATLAS_EXPORT_MANIFESTS: `azure://${bucketName}/${folder}`,
      ATLAS_EXPORT_AZURE_ENDPOINT: server.serviceUrl,
      ATLAS_EXPORT_AZURE_SAS_TOKEN: server.signature(bucketName, 'rcwl'),
    },
    kept: async () => {
      const keys: string[] = [];
      for await (const { name } of container.listBlobsFlat({ prefix: folder })) keys.push(name);
      return await filled(keys, (key) => container.getBlobClient(key).downloadToBuffer());
    },
    stop: () => server.stop(),
  };
}

/** Manifests in a bucket of their own. */
export async function startGoogleCloud(): Promise<CloudStage> {
  const server = await startGoogleServer();
  const storage = new Storage({ apiEndpoint: server.endpoint, projectId: 'local-test' });
  const evidence = storage.bucket(evidenceName);
  await storage.createBucket(evidenceName);
  return {
    target: {
      makeBucket: async (name) => {
        const [exists] = await storage.bucket(name).exists();
        if (!exists) await storage.createBucket(name);
      },
      put: async (name, { key, body }) => {
        await storage.bucket(name).file(key).save(body(), { resumable: false });
      },
      close: () => {},
    },
    bucket: { bucketName, cloudProvider: 'GCP' },
    settings: {
      ATLAS_EXPORT_BUCKETS: `gs://${bucketName}`,
      ATLAS_EXPORT_MANIFESTS: `gs://${evidenceName}/${folder}`,
      ATLAS_EXPORT_GCS_ENDPOINT: server.endpoint,
    },
    kept: async () => {
      const [files] = await evidence.getFiles({ prefix: folder });
      const contentOf = async (key: string): Promise<Buffer> => (await evidence.file(key).download())[0];
      return await filled(
        files.map(({ name }) => name),
        contentOf,
      );
    },
    stop: () => server.stop(),
  };
}

async function filled(
  keys: readonly string[],
  contentOf: (key: string) => Promise<Buffer>,
): Promise<ReadonlyMap<string, Buffer>> {
  const contents = keys.map(async (key): Promise<[string, Buffer]> => [
    key.slice(folder.length),
    await contentOf(key),
  ]);
  return new Map(await Promise.all(contents));
}
