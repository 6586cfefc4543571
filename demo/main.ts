import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { ExportClient, type ExportHandle } from '../src/client.ts';
import { startDevServer, type DevServer } from '../src/testing/dev-server.ts';
import { freePort } from '../src/testing/free-port.ts';
import { startDemoBucket } from './demo-bucket.ts';
import { startDemoWorld, type DemoExport } from './demo-world.ts';
import { progressScreen, type ProgressScreen } from '../src/cli/progress/progress-screen.ts';
import { proofFromBooks, proofFromBucket } from './proof.ts';
import { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from './worker-process.ts';

/** When the worker is killed: when about this part of the replica set's export is done. */
const killAtShare = 0.45;
const redrawEveryMs = 500;

interface RunningExport {
  readonly name: string;
  readonly handle: ExportHandle;
}

const usage = `Usage: npm run demo [-- --keep]

Exports two snapshots of a simulated Atlas with a real Temporal server and a real worker, kills the worker
half-way, and proves from Atlas's own books and from the bucket that nothing was lost and nothing doubled.

  --keep   stay up at the end, to look around in the Web UI; Ctrl-C ends it
  --help   this text
`;

/** Everything that has to be ended, in the order it was started. */
const ends: (() => Promise<unknown>)[] = [];

async function main(keep: boolean): Promise<number> {
  const screen = progressScreen(process.stdout);
  screen.say('Starting a Temporal server with its Web UI, a simulated Atlas and a worker …');
  const server = await startDevServer({ ui: true, report: (line) => screen.say(`  ${line}`) });
  ends.push(() => server.stop());
  const world = await startDemoWorld();
  ends.push(() => world.simulator.close());
  const bucket = await startDemoBucket(world.simulator, (line) => screen.say(line));
  if (bucket !== undefined) ends.push(() => bucket.stop());
  const workerOptions: WorkerProcessOptions = {
    temporalAddress: server.address,
    atlasUrl: world.simulator.baseUrl,
    publicKey: world.simulator.credentials.publicKey,
    privateKey: world.simulator.credentials.privateKey,
    taskQueue: 'atlas-export',
    httpPort: await freePort(),
    settings: bucket?.settings ?? {},
  };
  let worker = await startWorkerProcess(workerOptions);
  ends.push(() => worker.stop());
  screen.say(
    `  Temporal ${server.address} · simulated Atlas ${world.simulator.baseUrl} · worker process ${worker.pid}`,
  );

  const connection = await Connection.connect({ address: server.address });
  ends.push(() => connection.close());
  const client = new ExportClient({ client: new Client({ connection, namespace: server.namespace }) });
  const exports = world.exports({ verify: bucket !== undefined });
  const running = await startExports({ client, exports, server, screen });
  const replace = async (): Promise<void> => {
    worker = await replaceWorker(worker, workerOptions, screen);
  };
  const stopWatching = watch(running, screen, replace);
  const results = await Promise.all(running.map(({ handle }) => handle.result()));
  await stopWatching();

  const proof = proofFromBooks(world.simulator, results);
  screen.say(`\nBoth exports finished. From the simulated Atlas's own books:`);
  for (const line of proof.lines) screen.say(line);
  const seen = bucket === undefined ? undefined : await proofFromBucket(results);
  if (seen !== undefined) {
    screen.say('And from the bucket, looked into by the worker:');
    for (const line of seen.lines) screen.say(line);
  }
  for (const { clusterName, prefix, polls } of results)
    screen.say(`  ${clusterName}: ${polls} looks, data under ${prefix}`);
  if (keep) await stayUp(server, screen);
  return proof.holds && seen?.holds !== false ? 0 : 1;
}

async function startExports(demo: {
  client: ExportClient;
  exports: readonly DemoExport[];
  server: DevServer;
  screen: ProgressScreen;
}): Promise<RunningExport[]> {
  const running: RunningExport[] = [];
  demo.screen.say('\nStarted two exports. Follow them in the Web UI:');
  for (const { name, request } of demo.exports) {
    const handle = await demo.client.start(request);
    running.push({ name, handle });
    const path = `namespaces/${demo.server.namespace}/workflows/${encodeURIComponent(handle.workflowId)}/${handle.runId}`;
    demo.screen.say(`  ${name}: ${demo.server.uiUrl}/${path}`);
  }
  demo.screen.say('');
  return running;
}

/** Shows the exports until told to stop; has the worker replaced once, half-way. */
function watch(
  running: readonly RunningExport[],
  screen: ProgressScreen,
  replace: () => Promise<void>,
): () => Promise<void> {
  const stop = new AbortController();
  const watching = (async () => {
    let replaced: Promise<void> | undefined;
    for (let last = false; !last;) {
      last = stop.signal.aborted;
      const exports = await Promise.all(
        running.map(async ({ name, handle }) => ({
          name,
          status: await handle.status().catch(() => undefined),
        })),
      );
      screen.show(exports.flatMap(({ name, status }) => (status === undefined ? [] : [{ name, status }])));
      const [first] = exports;
      const { exportedCollections = 0, totalCollections = 0 } = first?.status?.job?.exportStatus ?? {};
      if (totalCollections > 0 && exportedCollections / totalCollections >= killAtShare)
        replaced ??= replace();
      await delay(redrawEveryMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    await replaced;
  })();
  return async () => {
    stop.abort();
    await watching;
  };
}

async function replaceWorker(
  worker: WorkerProcess,
  options: WorkerProcessOptions,
  screen: ProgressScreen,
): Promise<WorkerProcess> {
  await worker.kill();
  screen.say(`--- killed the worker (process ${worker.pid}, SIGKILL); Atlas and Temporal go on without it`);
  await delay(3_000);
  const next = await startWorkerProcess(options);
  screen.say(`--- started another worker (process ${next.pid}); it has never heard of these exports`);
  return next;
}

async function stayUp(server: DevServer, screen: ProgressScreen): Promise<void> {
  screen.say(`\nStaying up: Web UI at ${server.uiUrl}. Ctrl-C ends it.`);
  await new Promise(() => setInterval(() => undefined, 60_000));
}

async function endEverything(): Promise<void> {
  for (const end of ends.splice(0).toReversed()) await end().catch(() => undefined);
}

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
if (values.help === true) {
  process.stdout.write(usage);
} else {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      process.stderr.write('\nEnding …\n');
      void endEverything().finally(() => process.exit(exitCode));
    });
  }
  try {
    process.exitCode = await main(values.keep);
  } catch (error) {
    process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await endEverything();
  }
}
