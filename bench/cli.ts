/** How long somebody waits for the command: for `--help`, and for the `status` of a running export. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addExport } from '../demo/add-export.ts';
import { startWorkerProcess } from '../demo/worker-process.ts';
import { startSimulator } from '../simulator/index.ts';
import { connectExportClient } from '../src/client.ts';
import { startDevServer } from '../src/testing/dev-server.ts';
import { freePort } from '../src/testing/free-port.ts';
import { median, rounded, runBenchmark, type Findings, type Mark, type Progress } from './benchmark.ts';

const command = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const taskQueue = 'bench-cli';
/** Rows are measured in turn, this often, and the middle is shown: the machine has other things to do. */
const rounds = 15;

interface Row {
  readonly name: string;
  /** What Node is started with. */
  readonly words: readonly string[];
  /** The mark; none for what the others are compared with. */
  readonly secondsMax?: number;
}

interface World {
  /** In which the command finds the server. */
  readonly environment: NodeJS.ProcessEnv;
  /** Of an export that goes on for longer than the benchmark. */
  readonly workflowId: string;
  readonly close: () => Promise<void>;
}

async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-cli-'));
  const server = await startDevServer({ dbFilename: join(folder, 'temporal.db'), ui: false });
  const simulator = await startSimulator({ seed: 'bench' });
  const worker = await startWorkerProcess({
    temporalAddress: server.address,
    atlasUrl: simulator.baseUrl,
    publicKey: simulator.credentials.publicKey,
    privateKey: simulator.credentials.privateKey,
    taskQueue,
    httpPort: await freePort(),
  });
  const client = await connectExportClient({
    taskQueue,
    temporal: { connectionOptions: { address: server.address } },
  });
  const plan = { queuedMs: 0, runningMs: 24 * 60 * 60 * 1000 };
  const request = addExport(simulator, { clusterName: 'orders', shards: 3, plan });
  const { workflowId } = await client.start(request);
  const { PATH, HOME } = process.env;
  return {
    environment: { PATH, HOME, TEMPORAL_ADDRESS: server.address, ATLAS_EXPORT_TASK_QUEUE: taskQueue },
    workflowId,
    close: async () => {
      await client.temporal.connection.close();
      await worker.kill();
      await simulator.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Seconds by the clock, from before the process is there until it is gone; it has to end well. */
async function secondsOf({ words }: Row, environment: NodeJS.ProcessEnv): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, words, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code]: unknown[] = await once(child, 'close');
  if (code !== 0) throw new Error(`node ${words.join(' ')} ended with ${String(code)}`);
  return (performance.now() - startedAtMs) / 1000;
}

async function measure(progress: Progress): Promise<Findings> {
  const world = await startWorld();
  try {
    const bare: Row = { name: 'node -e 0', words: ['-e', '0'] };
    const rows: Row[] = [
      bare,
      { name: 'atlas-export --help', words: [command, '--help'], secondsMax: 0.3 },
      { name: 'atlas-export status', words: [command, 'status', world.workflowId], secondsMax: 1 },
    ];
    const seconds = new Map<Row, number[]>(rows.map((row) => [row, []]));
    for (let round = 0; round <= rounds; round += 1) {
      progress(round === 0 ? 'once beforehand' : `round ${round} of ${rounds}`);
      for (const row of rows) {
        const taken = await secondsOf(row, world.environment);
        if (round > 0) seconds.get(row)?.push(taken);
      }
    }
    return findings(seconds, bare);
  } finally {
    await world.close();
  }
}

function findings(seconds: ReadonlyMap<Row, readonly number[]>, bare: Row): Findings {
  const medianOfBare = median(seconds.get(bare) ?? []);
  const marks = [...seconds].flatMap(([{ name, secondsMax }, taken]): Mark[] => {
    if (secondsMax === undefined) return [];
    const measured = median(taken);
    return [
      { what: `${name}, seconds`, wanted: `under ${secondsMax}`, measured, reached: measured < secondsMax },
    ];
  });
  return {
    tables: [
      {
        title: 'seconds by the clock',
        columns: ['', 'median', 'shortest', 'longest', 'of node -e 0'],
        rows: [...seconds].map(([{ name }, taken]) => [
          name,
          rounded(median(taken)),
          rounded(Math.min(...taken)),
          rounded(Math.max(...taken)),
          rounded(median(taken) / medianOfBare),
        ]),
      },
    ],
    marks,
    notes: ['Server, simulator and worker run on the same machine, with whatever else it has to do.'],
    conditions: { rounds, status: 'of a running export of three shards, with a worker that answers' },
  };
}

await runBenchmark('cli', measure);
