import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import { addExport } from '../../demo/add-export.ts';
import {
  startWorkerProcess,
  type WorkerProcess,
  type WorkerProcessOptions,
} from '../../demo/worker-process.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/index.ts';
import { ExportClient, statusQuery, type ExportRequest } from '../../src/client.ts';
import { startDevServer, type DevServer } from '../../src/testing/dev-server.ts';
import { freePort } from '../../src/testing/free-port.ts';
import { findOrBuildTemporalCli } from '../../src/testing/temporal-cli.ts';
import { assertDocument, assertDocumentsOf, statusDocumentName } from '../contract/documents.ts';

const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A whole world of one test file: Temporal with its database, a simulated Atlas, and workers when asked for. */
export interface Stage {
  readonly server: DevServer;
  readonly simulator: Simulator;
  readonly client: ExportClient;
  readonly taskQueue: string;
  /** Everything the workers have written. */
  readonly written: () => string;
  /** Host and port of the latest worker's health and metrics. */
  readonly httpAddress: () => string;
  /** Metrics as the latest worker serves them. */
  metrics(): Promise<string>;
  startWorker(
    settings?: Readonly<Record<string, string>>,
    build?: Pick<WorkerProcessOptions, 'workerFile'>,
  ): Promise<WorkerProcess>;
  /** Runs the real Temporal CLI against the server; returns what it prints. */
  temporal(...parameters: string[]): Promise<string>;
  /** A cluster with one completed snapshot, and the request to export it to a bucket of its own. */
  addExport(options?: AddExportOptions): ExportRequest;
  close(): Promise<void>;
}

export interface StageOptions extends Pick<SimulatorOptions, 'refuseSecondActiveExport' | 'clock'> {
  /** Whether Temporal serves its Web UI. @default false */
  readonly ui?: boolean;
  /** @default one that no other stage has */
  readonly taskQueue?: string;
}

export interface AddExportOptions {
  /** Three by default; 0 for a replica set. */
  readonly shards?: number;
  readonly queuedMs?: number;
  readonly runningMs?: number;
}

/** Secrets that stand nowhere else, so that a search for them finds leaks and nothing else. */
export const stageSecrets = {
  privateKey: `private-${randomBytes(12).toString('hex')}`,
  clientSecret: `secret-${randomBytes(12).toString('hex')}`,
};

export async function startStage({
  ui = false,
  taskQueue = `end-to-end-${randomBytes(4).toString('hex')}`,
  ...options
}: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-stage-'));
  const server = await startDevServer({ dbFilename: join(folder, 'temporal.db'), ui, report });
  const simulator = await startSimulator({ ...stageSecrets, ...options, exportsAtOnceReplicaSetsMax: 1_000 });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection, interceptors: { workflow: [checkedStatuses] } });
  const cli = await findOrBuildTemporalCli({ report });
  const workers: WorkerProcess[] = [];
  let written = '';
  let httpPort = 0;
  let clusters = 0;
  return {
    server,
    simulator,
    taskQueue,
    client: new ExportClient({ client, taskQueue }),
    written: () => written,
    httpAddress: () => `127.0.0.1:${httpPort}`,
    metrics: async () => (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text(),
    startWorker: async (settings = {}, build = {}) => {
      httpPort = await freePort();
      const worker = await startWorkerProcess({
        ...build,
        temporalAddress: server.address,
        atlasUrl: simulator.baseUrl,
        publicKey: simulator.credentials.publicKey,
        privateKey: simulator.credentials.privateKey,
        taskQueue,
        httpPort,
        settings: { ATLAS_EXPORT_LOG_LEVEL: 'debug', ...settings },
        onOutput: (text) => {
          written += text;
        },
      });
      workers.push(worker);
      return worker;
    },
    temporal: async (...parameters) => {
      const { stdout } = await promisify(execFile)(cli, [...parameters, '--address', server.address], {
        env: { PATH: process.env['PATH'], HOME: folder },
        maxBuffer: 50_000_000,
      });
      return stdout;
    },
    addExport: ({ shards = 3, queuedMs = 300, runningMs = 2_000 } = {}) => {
      clusters += 1;
      return addExport(simulator, {
        clusterName: `cluster-${clusters}`,
        shards,
        plan: { queuedMs, runningMs },
      });
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      try {
        await assertEveryAnswer(client);
      } finally {
        await connection.close();
        await simulator.close();
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Every status that a test is answered has to be what its JSON Schema says. */
const checkedStatuses: WorkflowClientInterceptor = {
  query: async (input, next) => {
    const answer: unknown = await next(input);
    if (input.queryType === statusQuery) assertDocument(statusDocumentName(answer), answer);
    return answer;
  },
};

/** The same for whatever the runs of the whole test left in their histories. */
async function assertEveryAnswer(client: Client): Promise<void> {
  for await (const { workflowId, runId } of client.workflow.list()) {
    assertDocumentsOf(await client.workflow.getHandle(workflowId, runId).fetchHistory());
  }
}
