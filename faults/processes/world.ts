import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startWorkerProcess, type WorkerProcess } from '../../demo/worker-process.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/index.ts';
import { ExportClient } from '../../src/client.ts';
import { startDevServer, type DevServer, type DevServerOptions } from '../../src/testing/dev-server.ts';
import { freePort } from '../../src/testing/free-port.ts';

/** Temporal with its database in a file, a simulated Atlas without its net against doubles, and an export client. */
export interface World {
  readonly folder: string;
  readonly server: DevServer;
  readonly simulator: Simulator;
  readonly temporal: Client;
  /** What goes before the world does: workers, gates, proxies. The last one first. */
  readonly closing: { close(): Promise<void> }[];
  close(): Promise<void>;
}

export async function startWorld(
  options: {
    readonly simulator?: Pick<SimulatorOptions, 'clock' | 'seed'>;
    readonly report?: (line: string) => void;
  } & Pick<DevServerOptions, 'dbFilename' | 'extraArgs'> = {},
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-faults-'));
  const { dbFilename = join(folder, 'temporal.db'), extraArgs = [], report = () => {} } = options;
  const server = await startDevServer({ dbFilename, extraArgs, report });
  const simulator = await startSimulator({
    ...options.simulator,
    refuseSecondActiveExport: false,
    exportsAtOnceReplicaSetsMax: 100_000,
  });
  const connection = await Connection.connect({ address: server.address });
  const closing: World['closing'] = [];
  return {
    folder,
    server,
    closing,
    simulator,
    temporal: new Client({ connection }),
    close: async () => {
      for (const each of closing.toReversed()) await each.close();
      await connection.close();
      await simulator.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where a worker finds the two services: themselves, or gates and proxies before them. */
export interface WorkerPlace {
  readonly temporalAddress: string;
  readonly atlasUrl: string;
  readonly taskQueue: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** @default this build's `dist/src/worker.js` */
  readonly workerFile?: string;
  readonly onOutput?: (text: string) => void;
}

export async function startWorker(world: World, place: WorkerPlace): Promise<WorkerProcess> {
  const { publicKey, privateKey } = world.simulator.credentials;
  const httpPort = await freePort();
  const worker = await startWorkerProcess({ ...place, publicKey, privateKey, httpPort });
  world.closing.push({ close: () => worker.kill() });
  return worker;
}

export function exportClient({ temporal }: World, taskQueue: string): ExportClient {
  return new ExportClient({ client: temporal, taskQueue });
}

export function newTaskQueue(): string {
  return `faults-${randomBytes(4).toString('hex')}`;
}
