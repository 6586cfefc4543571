/** The same bucket on each kind of storage: a real server of its own, and a way to set the scene. */
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Storage } from '@google-cloud/storage';
import type { BucketLocation } from '../../../src/bucket/index.ts';
import { startS3Server, type S3Key } from '../../../src/testing/s3-server.ts';
import { startAzureServer } from './azure-server.ts';
import { startGoogleServer } from './google-server.ts';

export interface BucketStage {
  readonly name: string;
  /** A bucket that is there, with a credential that may list and read and nothing else where the server can enforce that. */
  readonly location: BucketLocation;
  /** The same, with a credential that may also write. */
  readonly writable: BucketLocation;
  /** A bucket that is not there. */
  readonly missing: BucketLocation;
  /** What a wrong credential gets at, where the server checks credentials. */
  readonly refused: BucketLocation | undefined;
  put(key: string, content: Buffer): Promise<void>;
  /** The S3 library takes its credential from the environment when it is first used. */
  as(who: 'reader' | 'writer' | 'stranger'): void;
  stop(): Promise<void>;
}

const bucketName = 'snapshot-archive';

function useAwsKey({ accessKeyId, secretAccessKey }: S3Key): void {
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
}

/** What docs/proof.md asks to give the worker. */
export function readerPolicy(principal: string): object {
  const resource = `arn:aws:s3:::${bucketName}`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: [principal] }, Action: ['s3:ListBucket'], Resource: [resource] },
      {
        Effect: 'Allow',
        Principal: { AWS: [principal] },
        Action: ['s3:GetObject'],
        Resource: [`${resource}/*`],
      },
    ],
  };
}

export async function startS3Stage(): Promise<BucketStage> {
  const server = await startS3Server();
  const root = { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey };
  const reader = { accessKeyId: 'local-reader', secretAccessKey: 'local-reader-secret' };
  const stranger = { accessKeyId: 'local-nobody', secretAccessKey: 'local-nobody-secret' };
  const { endpoint, region } = server;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: root });
  await client.send(new CreateBucketCommand({ Bucket: bucketName }));
  await server.addUser(reader);
  const policy = JSON.stringify(readerPolicy(reader.accessKeyId));
  await client.send(new PutBucketPolicyCommand({ Bucket: bucketName, Policy: policy }));
  const keys = { reader, writer: root, stranger };
  useAwsKey(reader);
  const at = (name: string): BucketLocation => ({
    provider: 'AWS',
    bucketName: name,
    region,
    endpoint,
    forcePathStyle: true,
  });
  return {
    name: 'S3',
    location: at(bucketName),
    writable: at(bucketName),
    missing: at('no-such-bucket'),
    refused: at(bucketName),
    put: async (key, content) => {
      await client.send(new PutObjectCommand({ Bucket: bucketName, Key: key, Body: content }));
    },
    as: (who) => useAwsKey(keys[who]),
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

export async function startAzureStage(): Promise<BucketStage> {
  const server = await startAzureServer();
  const { serviceUrl } = server;
  const container = server.service.getContainerClient(bucketName);
  await container.create();
  const at = (name: string, permissions: string): BucketLocation => ({
    provider: 'AZURE',
    serviceUrl,
    bucketName: name,
    sasToken: server.signature(name, permissions),
  });
  return {
    name: 'Azure Blob Storage',
    location: at(bucketName, 'rl'),
    writable: at(bucketName, 'rlcw'),
    missing: at('no-such-container', 'rl'),
    refused: at(bucketName, 'd'),
    put: async (key, content) => {
      await container.getBlockBlobClient(key).upload(content, content.length);
    },
    as: () => {},
    stop: () => server.stop(),
  };
}

export async function startGoogleStage(): Promise<BucketStage> {
  const server = await startGoogleServer();
  const { endpoint } = server;
  const storage = new Storage({ apiEndpoint: endpoint, projectId: 'local-test' });
  await storage.createBucket(bucketName);
  const location: BucketLocation = { provider: 'GCP', bucketName, endpoint };
  return {
    name: 'Google Cloud Storage',
    location,
    writable: location,
    missing: { provider: 'GCP', bucketName: 'no-such-bucket', endpoint },
    refused: undefined,
    put: async (key, content) => {
      await storage.bucket(bucketName).file(key).save(content, { resumable: false });
    },
    as: () => {},
    stop: () => server.stop(),
  };
}
