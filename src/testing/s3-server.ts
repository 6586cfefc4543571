import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBuildCommand } from './build-command.ts';
import { freePort } from './free-port.ts';
import { findOrBuildGoProgram, type GoProgram, type GoProgramOptions } from './go-program.ts';
import { startLocalServer } from './local-server.ts';
import type { Report } from './report.ts';

/** A gateway from S3's protocol to a folder, Apache 2.0: it checks signatures, knows users and enforces bucket policies. */
const versitygw: GoProgram = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
  title: 'The S3 server',
};

/** As its image is tagged. */
export const s3ServerVersion = versitygw.version;

export interface S3Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A server that speaks S3. It dies with this process; `stop` removes what it kept. */
export interface S3Server extends S3Key {
  readonly endpoint: string;
  readonly region: string;
  /** A bucket is a folder in it, an object a file. */
  readonly folder: string;
  /** Adds a user who may nothing until a bucket's policy says so. */
  addUser(user: S3Key): Promise<void>;
  stop(): Promise<void>;
}

export async function findOrBuildS3Server(options: GoProgramOptions): Promise<string> {
  return await findOrBuildGoProgram(versitygw, options);
}

/** Starts an S3 server, which is built first where it is not yet. Buckets are made by its clients. */
export async function startS3Server(options: { readonly report?: Report } = {}): Promise<S3Server> {
  const program = await findOrBuildS3Server({ report: options.report ?? (() => {}) });
  const root = await mkdtemp(join(tmpdir(), 'atlas-export-s3-'));
  const folder = join(root, 'buckets');
  for (const name of ['buckets', 'users', 'sidecar']) await mkdir(join(root, name));
  const [port, adminPort] = [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${port}`;
  const key = { accessKeyId: 'local-test-root', secretAccessKey: 'local-test-root-secret' };
  const server = await startLocalServer({
    title: versitygw.title,
    command: program,
    arguments: [
      `--port=127.0.0.1:${port}`,
      `--admin-port=127.0.0.1:${adminPort}`,
      `--access=${key.accessKeyId}`,
      `--secret=${key.secretAccessKey}`,
      `--iam-dir=${join(root, 'users')}`,
      '--keep-alive',
      '--quiet',
      'posix',
      // Attributes beside the files: not every file system has extended ones.
      `--sidecar=${join(root, 'sidecar')}`,
      folder,
    ],
    url: `${endpoint}/`,
  });
  return {
    ...key,
    endpoint,
    region: 'us-east-1',
    folder,
    addUser: async (user) => {
      await runBuildCommand({
        title: 'Adding a user to the S3 server',
        command: program,
        arguments: [
          'admin',
          `--access=${key.accessKeyId}`,
          `--secret=${key.secretAccessKey}`,
          `--endpoint-url=http://127.0.0.1:${adminPort}`,
          'create-user',
          `--access=${user.accessKeyId}`,
          `--secret=${user.secretAccessKey}`,
          '--role=user',
        ],
        report: () => {},
      });
    },
    stop: async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
