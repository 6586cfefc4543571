/** The simulator as a process of its own, and its control endpoints. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { call, objectOf } from './atlas-http.ts';
import { createExport, inSmallWorld } from './small-world.ts';

const MAIN = fileURLToPath(new URL('../../simulator/main.js', import.meta.url));

function start(
  args: readonly string[],
  environment: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...environment }, stdio: 'pipe' });
}

/** The introduction, complete once its last command is there. */
async function introduction(child: ChildProcessWithoutNullStreams): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('jobs list')) return text;
  }
  throw new Error(`the simulator ended early: ${text}`);
}

async function control(
  baseUrl: string,
  request: { method?: string; path: string; body?: unknown },
): Promise<Record<string, unknown>> {
  const { method = 'GET', path, body } = request;
  return await new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(path, baseUrl), { method, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      response.on('end', () => resolve({ httpStatus: response.statusCode, ...objectOf(JSON.parse(text)) }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`it starts with a demo world, says how to use it, and ends with 0 on ${signal}`, async () => {
    const child = start(['--port', '0', '--speed', '60'], { SIMULATOR_SEED: 'main-test' });
    try {
      const text = await introduction(child);
      const baseUrl = /base URL +(\S+)/.exec(text)?.[1] ?? '';
      assert.match(text, /the keys are fake/);
      assert.match(text, /curl --digest --user/);
      assert.match(text, /MONGODB_ATLAS_OPS_MANAGER_URL=http:\/\/127\.0\.0\.1:\d+\//);
      assert.deepEqual(await control(baseUrl, { path: '/simulator/health' }), {
        httpStatus: 200,
        status: 'ok',
      });
    } finally {
      child.kill(signal);
    }
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
}

test('a server for exports without its keys ends it with code 2', async () => {
  const child = start(['--port', '0'], { SIMULATOR_S3_ENDPOINT: 'http://127.0.0.1:9' });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const [code] = await once(child, 'close');
  assert.equal(code, 2);
  assert.match(text, /SIMULATOR_S3_ENDPOINT needs SIMULATOR_S3_ACCESS_KEY_ID/);
});

test('a wrong setting ends it with code 2 and names every problem', async () => {
  const child = start(['--port', 'x', '--speed=-1']);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const [code] = await once(child, 'close');
  assert.equal(code, 2);
  assert.match(text, /port must be .*; speed must be /);
});

test('another process can read the books, script faults and add to the world', async () => {
  await inSmallWorld(async (world) => {
    const { simulator } = world;
    const { baseUrl } = simulator;
    await createExport(world, { clusterName: 'orders', snapshotId: world.ordersSnapshotId });
    const books = await control(baseUrl, { path: '/simulator/books' });
    assert.deepEqual([books['createsAccepted'], books['wireRequestCount']], [1, 2]);
    assert.ok(Array.isArray(books['jobs']) && books['jobs'].length === 1);
    const fault = { match: { operation: 'getCluster' }, fault: { kind: 'notFound' } };
    assert.equal(
      (await control(baseUrl, { method: 'POST', path: '/simulator/faults', body: fault }))['httpStatus'],
      200,
    );
    assert.equal((await call(simulator, { path: `${world.group}/clusters/orders` })).status, 404);
    const body = {
      clusters: [{ clusterName: 'extra', clusterType: 'SHARDED', shardCount: 2 }],
      snapshots: [{ clusterName: 'extra' }],
      plans: [{ snapshotId: world.eventsSnapshotId, runningMs: 5, outcome: 'Failed' }],
    };
    assert.equal(
      (await control(baseUrl, { method: 'POST', path: '/simulator/worlds', body }))['httpStatus'],
      200,
    );
    assert.equal((await call(simulator, { path: `${world.group}/clusters/extra` })).status, 200);
    const exportId = simulator.books.jobs[0]?.exportId;
    await control(baseUrl, { method: 'POST', path: '/simulator/cancellations', body: { exportId } });
    assert.equal(simulator.books.jobs[0]?.state, 'Cancelled');
  });
});

test('a wrong control request is answered with 400 and what is wrong', async () => {
  await inSmallWorld(async ({ simulator }) => {
    const post = async (path: string, body: unknown): Promise<unknown[]> => {
      const { httpStatus, error } = await control(simulator.baseUrl, { method: 'POST', path, body });
      return [httpStatus, error];
    };
    assert.deepEqual(await post('/simulator/faults', { fault: { kind: 'flood' } }), [
      400,
      'fault is not one the simulator knows',
    ]);
    assert.deepEqual(
      await post('/simulator/faults', { match: { operation: 'dance' }, fault: { kind: 'notFound' } }),
      [400, 'no operation dance'],
    );
    assert.deepEqual(await post('/simulator/worlds', { clusters: [{ clusterName: 'a' }] }), [
      400,
      'clusterType is missing',
    ]);
    assert.equal((await control(simulator.baseUrl, { path: '/simulator/nothing' }))['httpStatus'], 404);
  });
});
