/** What `verify` and `audit` find of a simulated Atlas that writes into a real S3 server: no Temporal, no mocks. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startExportStage, type ExportStage } from '../proof/support/exported.ts';
import { runCommand, type CommandEnd, type CommandEnvironment } from './command.ts';

export interface ProofCommands extends ExportStage {
  readonly environment: CommandEnvironment;
  /** Where the settings keep manifests. */
  readonly manifests: string;
  /** The public half of the key that signs them. */
  readonly publicKeyFile: string;
  cli(words: readonly string[], environment?: CommandEnvironment): Promise<CommandEnd>;
  /** Where an object of the export bucket is on this machine. */
  fileOf(key: string): string;
  /** The names of a file's neighbours below the manifests' folder, as paths from it. */
  kept(): Promise<string[]>;
}

export async function startProofCommands(): Promise<ProofCommands> {
  const stage = await startExportStage();
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-proof-commands-'));
  const manifests = join(folder, 'manifests');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyFile = join(folder, 'key.pem');
  const publicKeyFile = join(folder, 'key.pub.pem');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const { simulator, server, location } = stage;
  const environment = {
    MONGODB_ATLAS_BASE_URL: simulator.baseUrl,
    MONGODB_ATLAS_PUBLIC_API_KEY: simulator.credentials.publicKey,
    MONGODB_ATLAS_PRIVATE_API_KEY: simulator.credentials.privateKey,
    ATLAS_EXPORT_BUCKETS: 's3://*',
    ATLAS_EXPORT_S3_ENDPOINT: server.endpoint,
    ATLAS_EXPORT_S3_REGION: server.region,
    ATLAS_EXPORT_S3_PATH_STYLE: 'true',
    ATLAS_EXPORT_MANIFESTS: manifests,
    ATLAS_EXPORT_MANIFEST_KEY_FILE: keyFile,
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  };
  return {
    ...stage,
    environment,
    manifests,
    publicKeyFile,
    cli: (words, more = {}) => runCommand(words, { ...environment, ...more }),
    fileOf: (key) => join(server.folder, location.bucketName, ...key.split('/')),
    kept: async () => {
      const names = await readdir(manifests, { recursive: true }).catch(() => []);
      return names.filter((name) => name.endsWith('.json') || name.endsWith('.jsonl')).sort();
    },
    stop: async () => {
      await stage.stop();
      await rm(folder, { recursive: true });
    },
  };
}
