import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { freePort } from '../../../src/testing/free-port.ts';
import { startLocalServer } from '../../../src/testing/local-server.ts';

const accountName = 'localtest';
const accountKey = Buffer.from('a key of a server on this machine').toString('base64');

/** Microsoft's own Azurite. It checks signatures and what they permit. */
export interface AzureServer {
  readonly serviceUrl: string;
  /** With every permission, to set the scene. */
  readonly service: BlobServiceClient;
  /** A shared access signature of a container: `rl` may read and list. */
  signature(container: string, permissions: string): string;
  stop(): Promise<void>;
}

export async function startAzureServer(): Promise<AzureServer> {
  const manifest = createRequire(import.meta.url).resolve('azurite/package.json');
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-azure-'));
  const port = await freePort();
  const serviceUrl = `http://127.0.0.1:${port}/${accountName}`;
  const server = await startLocalServer({
    title: 'Azurite',
    command: process.execPath,
    arguments: [
      join(dirname(manifest), 'dist/src/blob/main.js'),
      '--blobHost=127.0.0.1',
      `--blobPort=${port}`,
      `--location=${folder}`,
      '--silent',
      '--disableTelemetry',
      // It knows the versions of the day it was made; the library may be younger.
      '--skipApiVersionCheck',
    ],
    environment: { ...process.env, AZURITE_ACCOUNTS: `${accountName}:${accountKey}` },
    url: `http://127.0.0.1:${port}/`,
  });
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  return {
    serviceUrl,
    service: new BlobServiceClient(serviceUrl, credential),
    signature: (containerName, permissions) =>
      generateBlobSASQueryParameters(
        {
          containerName,
          permissions: ContainerSASPermissions.parse(permissions),
          expiresOn: new Date(Date.now() + 3_600_000),
        },
        credential,
      ).toString(),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
