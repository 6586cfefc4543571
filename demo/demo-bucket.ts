import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../simulator/index.ts';
import { startS3Server } from '../src/testing/s3-server.ts';

/** A real S3 server that the simulated Atlas exports into, and what the worker needs to look into it. */
export interface DemoBucket {
  readonly endpoint: string;
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Undefined where the server can neither be found nor built, which is said: the rest of the demo needs none. */
export async function startDemoBucket(
  simulator: Simulator,
  say: (line: string) => void,
): Promise<DemoBucket | undefined> {
  const server = await startS3Server({ report: (line) => say(`  ${line}`) }).catch((error: unknown) => {
    say(`  No S3 server, so nobody will look into a bucket: ${error instanceof Error ? error.message : ''}`);
  });
  if (server === undefined) return undefined;
  // What Amazon's library says of coming versions of Node.js is for who deploys a worker, not for who watches this.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-demo-'));
  const writer = await simulator.writeExportsTo(server, { everyMs: 200 });
  return {
    endpoint: server.endpoint,
    settings: {
      ATLAS_EXPORT_BUCKETS: 's3://*',
      ATLAS_EXPORT_S3_ENDPOINT: server.endpoint,
      ATLAS_EXPORT_S3_REGION: server.region,
      ATLAS_EXPORT_S3_PATH_STYLE: 'true',
      ATLAS_EXPORT_MANIFESTS: folder,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    },
    stop: async () => {
      await writer.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
