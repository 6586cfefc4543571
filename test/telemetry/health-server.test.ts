import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { request } from 'undici';
import {
  startHealthServer,
  type HealthServer,
  type HealthServerOptions,
} from '../../src/telemetry/health-server.ts';

async function serve(t: TestContext, answers: Partial<HealthServerOptions> = {}): Promise<HealthServer> {
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    readiness: () => ({ ready: true, state: 'running' }),
    metrics: () => Promise.resolve('a_total 1\n'),
    ...answers,
  });
  t.after(() => server.close());
  return server;
}

async function ask(server: HealthServer, path: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
  const { statusCode, headers, body } = await request(`http://${server.address}${path}`, { method });
  return { status: statusCode, headers, body: await body.text() };
}

describe('the health server', () => {
  test('/healthz answers 200 while the process lives, ready or not', async (t) => {
    const server = await serve(t, { readiness: () => ({ ready: false, state: 'starting' }) });
    const { status, body } = await ask(server, '/healthz');
    assert.deepEqual([status, body], [200, '{"alive":true}\n']);
  });

  test('/readyz is 200 when ready and 503 when not, and says why', async (t) => {
    const readiness = { ready: true, state: 'running' };
    const server = await serve(t, { readiness: () => readiness });
    assert.deepEqual((await ask(server, '/readyz')).status, 200);
    readiness.ready = false;
    readiness.state = 'draining';
    const { status, body } = await ask(server, '/readyz');
    assert.deepEqual([status, JSON.parse(body)], [503, { ready: false, state: 'draining' }]);
  });

  test("/metrics is Prometheus's text format", async (t) => {
    const server = await serve(t);
    const { status, headers, body } = await ask(server, '/metrics');
    assert.deepEqual([status, body], [200, 'a_total 1\n']);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  });

  test('/metrics is 503 where there are none yet, without saying what went wrong inside', async (t) => {
    const server = await serve(t, { metrics: () => Promise.reject(new Error('secret place')) });
    const { status, body } = await ask(server, '/metrics');
    assert.equal(status, 503);
    assert.ok(!body.includes('secret place'));
  });

  test('a failing readiness is a 500 without details, and the server lives on', async (t) => {
    const server = await serve(t, { readiness: () => Promise.reject(new Error('secret place')) });
    const { status, body } = await ask(server, '/readyz');
    assert.equal(status, 500);
    assert.ok(!body.includes('secret place'));
    assert.equal((await ask(server, '/healthz')).status, 200);
  });

  test('a query string does not matter', async (t) => {
    assert.equal((await ask(await serve(t), '/healthz?verbose=1')).status, 200);
  });

  test('any other path is 404', async (t) => {
    const server = await serve(t);
    for (const path of ['/', '/metrics/', '/healthz/x', '//healthz', '/..%2fmetrics']) {
      assert.equal((await ask(server, path)).status, 404, path);
    }
  });

  test('HEAD gives the headers alone, POST is refused', async (t) => {
    const server = await serve(t);
    const head = await ask(server, '/metrics', 'HEAD');
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '10', '']);
    const post = await ask(server, '/healthz', 'POST');
    assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
  });

  test('a port that is taken rejects with the reason', async (t) => {
    const { address } = await serve(t);
    const port = Number(address.split(':').at(-1));
    await assert.rejects(serve(t, { port }), { code: 'EADDRINUSE' });
  });

  test('an IPv6 address is given as in a URL', async (t) => {
    const server = await serve(t, { host: '::1' });
    assert.match(server.address, /^\[::1\]:\d+$/);
    assert.equal((await ask(server, '/healthz')).status, 200);
  });

  test('close answers what was asked and does not wait for idle connections', async (t) => {
    let answer: ((readiness: { ready: boolean; state: string }) => void) | undefined;
    let asked = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await serve(t, {
      readiness: () => {
        asked();
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const idle = connect(Number(server.address.split(':')[1]), '127.0.0.1');
    await once(idle, 'connect');
    const underWay = ask(server, '/readyz');
    await arrived;
    const closed = server.close();
    answer?.({ ready: false, state: 'draining' });
    assert.equal((await underWay).status, 503);
    await closed;
    idle.destroy();
    await assert.rejects(ask(server, '/healthz'));
  });
});
