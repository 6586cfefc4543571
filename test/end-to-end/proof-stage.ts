import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportPlan } from '../../simulator/index.ts';
import type { ExportRequest } from '../../src/client.ts';
import { startS3Server, type S3Server } from '../../src/testing/s3-server.ts';
import { startS3Gate, type S3Gate } from './s3-gate.ts';
import { startStage, type AddExportOptions, type Stage } from './stage.ts';

/** A stage whose simulated Atlas writes its exports into a real S3 server, before which a gate stands. */
export interface ProofStage extends Stage {
  readonly gate: S3Gate;
  /** The public half of the key that signs manifests. */
  readonly publicKey: KeyObject;
  /** What a worker needs to look into the buckets. */
  readonly access: Readonly<Record<string, string>>;
  /** Returns when all that has been exported by now is in the bucket. */
  allInBucket(): Promise<void>;
  /** An export of a replica set, unless told otherwise, that goes and is written as the plan says. */
  addProofExport(plan?: Partial<ExportPlan>, options?: AddExportOptions): ExportRequest;
}

export async function startProofStage(): Promise<ProofStage> {
  const stage = await startStage();
  const server: S3Server = await startS3Server({ report: (line) => void process.stderr.write(`${line}\n`) });
  const gate = await startS3Gate(server.endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-proof-'));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyFile = join(folder, 'manifest-key.pem');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const writer = await stage.simulator.writeExportsTo(server, { everyMs: 20 });
  return {
    ...stage,
    gate,
    publicKey,
    access: {
      ATLAS_EXPORT_BUCKETS: 's3://*',
      ATLAS_EXPORT_S3_ENDPOINT: gate.endpoint,
      ATLAS_EXPORT_S3_REGION: server.region,
      ATLAS_EXPORT_S3_PATH_STYLE: 'true',
      ATLAS_EXPORT_MANIFESTS: join(folder, 'manifests'),
      ATLAS_EXPORT_MANIFEST_KEY_FILE: keyFile,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    },
    allInBucket: () => writer.settle(),
    addProofExport: (plan = {}, options = {}) => {
      const asked = stage.addExport({ shards: 0, runningMs: 1_000, ...options });
      stage.simulator.setExportPlan({ clusterName: asked.clusterName }, plan);
      return asked;
    },
    close: async () => {
      await writer.stop();
      await stage.close();
      await gate.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
