import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../src/testing/free-port.ts';
import {
  findOrBuildGoProgram,
  type GoProgram,
  type GoProgramOptions,
} from '../../../src/testing/go-program.ts';
import { startLocalServer } from '../../../src/testing/local-server.ts';

/** Speaks Google Cloud Storage's JSON API. It checks no credential and no permission. */
const fakeGcsServer: GoProgram = {
  name: 'fake-gcs-server',
  module: 'github.com/fsouza/fake-gcs-server',
  version: 'v1.56.1',
  title: 'The Google Cloud Storage server',
};

export interface GoogleServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function findOrBuildGoogleServer(options: GoProgramOptions): Promise<string> {
  return await findOrBuildGoProgram(fakeGcsServer, options);
}

export async function startGoogleServer(): Promise<GoogleServer> {
  const command = await findOrBuildGoogleServer({ report: () => {} });
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-gcs-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startLocalServer({
    title: fakeGcsServer.title,
    command,
    arguments: [
      '-scheme=http',
      '-host=127.0.0.1',
      `-port=${port}`,
      '-backend=memory',
      `-external-url=${endpoint}`,
      `-public-host=127.0.0.1:${port}`,
      `-filesystem-root=${folder}`,
      '-log-level=error',
    ],
    url: `${endpoint}/storage/v1/b`,
  });
  return {
    endpoint,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
