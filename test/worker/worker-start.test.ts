/** How the worker process ends when it cannot start: no Temporal server is needed for that. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { completeEnvironment, secretKey, startWorkerProcess } from './worker-process.ts';

/** Accepts connections and never says a word; counts them. */
async function silentServer(
  t: TestContext,
): Promise<{ address: string; connections: () => number; connected: Promise<void> }> {
  let connections = 0;
  let connected = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const server: Server = createServer((socket) => {
    connections += 1;
    connected();
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { address: `127.0.0.1:${address.port}`, connections: () => connections, connected: first };
}

describe('the worker process', () => {
  test('ends with 2 and one message that names every wrong setting, before anything connects', async (t) => {
    const silent = await silentServer(t);
    const worker = startWorkerProcess(t, {
      ...completeEnvironment,
      TEMPORAL_ADDRESS: silent.address,
      MONGODB_ATLAS_BASE_URL: `http://${silent.address}/path`,
      MONGODB_ATLAS_PUBLIC_API_KEY: '',
      ATLAS_EXPORT_HTTP_PORT: 'http',
      ATLAS_EXPORT_TASK_QEUE: 'exports',
    });
    assert.equal(await worker.exit, 2);
    assert.deepEqual(worker.complaints().trimEnd().split('\n'), [
      'atlas-export-worker: 4 settings are wrong:',
      '  ATLAS_EXPORT_TASK_QEUE is not a setting; expected a known name, perhaps ATLAS_EXPORT_TASK_QUEUE',
      '  ATLAS_EXPORT_HTTP_PORT is "http"; expected a whole number from 0 to 65535',
      '  MONGODB_ATLAS_PUBLIC_API_KEY is missing; expected the value that belongs to MONGODB_ATLAS_PRIVATE_API_KEY',
      '  MONGODB_ATLAS_BASE_URL carries a path, a query or a fragment; expected an address such as https://cloud.mongodb.com, without a path',
    ]);
    assert.equal(worker.output(), '');
    assert.equal(silent.connections(), 0);
  });

  test('ends with 2 where its port for health and metrics is taken, and names it', async (t) => {
    const taken = await silentServer(t);
    const port = taken.address.split(':')[1] ?? '';
    const worker = startWorkerProcess(t, { ...completeEnvironment, ATLAS_EXPORT_HTTP_PORT: port });
    assert.equal(await worker.exit, 2);
    assert.match(
      worker.complaints(),
      new RegExp(`ATLAS_EXPORT_HTTP_PORT are 127\\.0\\.0\\.1 and ${port}, where .* \\(EADDRINUSE\\)`),
    );
  });

  test('ends with 3 and one line with the address when Temporal is not there, after trying for the set time', async (t) => {
    const worker = startWorkerProcess(t, {
      ...completeEnvironment,
      TEMPORAL_API_KEY: 'temporal-api-key-1234',
      TEMPORAL_TLS: 'false',
      ATLAS_EXPORT_CONNECT_TIMEOUT: '1s',
    });
    assert.equal(await worker.exit, 3);
    assert.equal(
      worker.complaints(),
      'atlas-export-worker: cannot reach Temporal at 127.0.0.1:1: Connection refused (gave up after 1 s)\n',
    );
    const tries = worker.records().filter(({ message }) => String(message).endsWith('trying again'));
    assert.ok(tries.length >= 2, `it should say each time that it tries again:\n${worker.output()}`);
    assert.ok(!`${worker.output()}${worker.complaints()}`.includes('temporal-api-key-1234'));
    assert.ok(!`${worker.output()}${worker.complaints()}`.includes(secretKey));
  });

  test('ends with 3 where somebody accepts the connection and never answers', async (t) => {
    const silent = await silentServer(t);
    const worker = startWorkerProcess(t, {
      ...completeEnvironment,
      TEMPORAL_ADDRESS: silent.address,
      ATLAS_EXPORT_CONNECT_TIMEOUT: '1s',
    });
    assert.equal(await worker.exit, 3);
    assert.match(
      worker.complaints(),
      new RegExp(`^atlas-export-worker: cannot reach Temporal at ${silent.address}: `),
    );
    assert.ok(silent.connections() > 0);
  });

  test('ends with 0 on SIGTERM while a connection attempt hangs', async (t) => {
    const silent = await silentServer(t);
    const worker = startWorkerProcess(t, {
      ...completeEnvironment,
      TEMPORAL_ADDRESS: silent.address,
      ATLAS_EXPORT_CONNECT_TIMEOUT: '5 minutes',
    });
    await silent.connected;
    worker.kill('SIGTERM');
    assert.equal(await worker.exit, 0, worker.complaints());
    assert.ok(worker.records().some(({ message }) => message === 'ended before the worker was up'));
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`is alive but not ready while it waits for Temporal, and ends with 0 on ${signal}`, async (t) => {
      const worker = startWorkerProcess(t, {
        ...completeEnvironment,
        ATLAS_EXPORT_CONNECT_TIMEOUT: '5 minutes',
      });
      await worker.logged(/trying again$/);
      assert.equal((await worker.ask('/healthz')).status, 200);
      const { status, body } = await worker.ask('/readyz');
      assert.deepEqual([status, JSON.parse(body)], [503, { ready: false, state: 'starting' }]);
      worker.kill(signal);
      assert.equal(await worker.exit, 0, worker.complaints());
    });
  }
});
