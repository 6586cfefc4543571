/** Goal: `run` needs nothing else, and neither loses nor doubles an export when it is killed. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../simulator/index.ts';
import { startDevServer } from '../../src/testing/dev-server.ts';
import { runCommand, startCommand, type CommandEnvironment, type RunningCommand } from './command.ts';

const waitMsMax = 90_000;

interface World {
  readonly simulator: Simulator;
  readonly environment: CommandEnvironment;
  readonly words: string[];
}

/** A cluster whose export takes `runningMs`, and a data folder of its own. */
async function world(t: TestContext, runningMs: number): Promise<World> {
  const simulator = await startSimulator({ seed: 'run' });
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-run-'));
  t.after(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });
  simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
  simulator.addSnapshot({ clusterName: 'orders' });
  simulator.addBucket({ bucketName: 'snapshot-archive' });
  simulator.setExportPlan({ clusterName: 'orders' }, { queuedMs: 200, runningMs, totalCollections: 50 });
  const { credentials, baseUrl, groupId } = simulator;
  return {
    simulator,
    environment: {
      XDG_DATA_HOME: folder,
      // The servers that are found or built are in the user's own cache.
      ...(process.env['XDG_CACHE_HOME'] === undefined
        ? {}
        : { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] }),
      MONGODB_ATLAS_BASE_URL: baseUrl,
      MONGODB_ATLAS_PUBLIC_API_KEY: credentials.publicKey,
      MONGODB_ATLAS_PRIVATE_API_KEY: credentials.privateKey,
    },
    words: ['run', '--project', groupId, '--cluster', 'orders', '--bucket', 'snapshot-archive'].concat([
      '--min-interval',
      '300ms',
      '--max-interval',
      '1s',
    ]),
  };
}

async function untilSaid(command: RunningCommand, what: string): Promise<void> {
  for (const end = Date.now() + waitMsMax; !command.stdout().includes(what); await delay(50)) {
    const story = `${command.stdout()}${command.stderr()}`;
    assert.ok(command.child.exitCode === null && Date.now() < end, `never said ${what}:\n${story}`);
  }
}

test('run goes on with the same export job after a kill -9, with one POST in the books of Atlas', async (t) => {
  const { simulator, environment, words } = await world(t, 8_000);
  const killed = startCommand(words, environment);
  await untilSaid(killed, 'InProgress');
  killed.child.kill('SIGKILL');
  await killed.end;
  const [job] = simulator.books.jobs;
  const again = await runCommand([...words, '--json'], environment);
  assert.equal(again.code, 0, again.stderr);
  const { result } = JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '');
  assert.equal(result.exportId, job?.exportId);
  assert.equal(result.origin, 'created', 'the same run, not another that found the job');
  const posts = simulator.books.requests.filter(({ operation }) => operation === 'createExportJob');
  assert.equal(posts.filter(({ status }) => status === 200).length, 1);
  assert.equal(simulator.books.createsAccepted, 1);
});

test('a second run on the same data is refused with exit code 2, and can export through the first one', async (t) => {
  const { simulator, environment, words } = await world(t, 60 * 60_000);
  const first = startCommand(words, environment);
  await untilSaid(first, 'InProgress');
  const second = await runCommand(words, environment);
  assert.equal(second.code, 2, second.stderr);
  assert.match(second.stderr, new RegExp(`Another atlas-export run \\(process ${first.child.pid} `));
  const address = /TEMPORAL_ADDRESS=(\S+)/.exec(second.stderr)?.[1] ?? '';
  const joining = startCommand(words, { ...environment, TEMPORAL_ADDRESS: address });
  await untilSaid(joining, 'InProgress');
  // Only now may it end, however slow the machine is.
  for (const { exportId } of simulator.books.jobs) simulator.endJob(exportId);
  const joined = await joining.end;
  const { code, stderr } = await first.end;
  assert.equal(code, 0, stderr);
  assert.equal(joined.code, 0, joined.stderr);
  assert.equal(simulator.books.createsAccepted, 1);
});

test('run uses the server that TEMPORAL_ADDRESS names', async (t) => {
  const { simulator, environment, words } = await world(t, 500);
  const server = await startDevServer();
  t.after(() => server.stop());
  const { code, stdout, stderr } = await runCommand(words, {
    ...environment,
    TEMPORAL_ADDRESS: server.address,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Exported\.$/m);
  assert.equal(simulator.books.createsAccepted, 1);
});

test('run stops on Ctrl-C with 130 and says how to go on', async (t) => {
  const { simulator, environment, words } = await world(t, 60_000);
  const command = startCommand(words, environment);
  await untilSaid(command, 'InProgress');
  command.child.kill('SIGINT');
  const { code, stderr } = await command.end;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Run the same command again/);
  assert.equal(simulator.books.createsAccepted, 1);
});

test('run names wrong settings before it starts anything', async (t) => {
  const { environment, words } = await world(t, 500);
  const { code, stdout, stderr } = await runCommand(words, {
    ...environment,
    MONGODB_ATLAS_PRIVATE_API_KEY: '',
  });
  assert.equal(code, 2);
  assert.match(stderr, /MONGODB_ATLAS_PRIVATE_API_KEY is missing/);
  assert.equal(stdout, '');
});
