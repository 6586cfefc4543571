/*
 * What is different over TLS: the socket to be reset is the one below. Runs in a process of its own (node's
 * runner gives every file one), since it trusts the test certificate for all of it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { RAW_CHALLENGE, rawAnswer } from './support/raw-server.ts';
import { portOf } from './support/scripted-server.ts';
import { CLUSTER, EXPORT_JOB, EXPORT_REQUEST, failureOf, startClient } from './support/test-client.ts';

const PEM = readFileSync(new URL('../../../test/atlas/fixtures/localhost.pem', import.meta.url));

/** Resolves `ended` with how the first connection ended: its error's code, or `end`. */
async function startTlsServer(
  test: TestContext,
  onCreate: (socket: TLSSocket) => void,
): Promise<{ readonly baseUrl: string; readonly ended: Promise<string> }> {
  const sockets = new Set<TLSSocket>();
  let noteEnd: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    noteEnd = resolve;
  });
  const server = createServer({ key: PEM, cert: PEM }, (socket) => {
    sockets.add(socket);
    socket.on('data', (chunk) => {
      if (/^authorization:/im.test(chunk.toString())) onCreate(socket);
      else socket.write(RAW_CHALLENGE);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => noteEnd(error.code ?? error.name));
    socket.once('end', () => noteEnd('end'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  test.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return { baseUrl: `https://localhost:${portOf(server.address())}`, ended };
}

describe('over TLS', () => {
  before(() => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  });

  it('a create goes through, and the connection is closed in the ordinary way', async (test) => {
    const answer = rawAnswer('200 OK', [], JSON.stringify(EXPORT_JOB));
    const server = await startTlsServer(test, (socket) => socket.write(answer));
    const { client } = startClient(test, server.baseUrl);
    assert.equal((await client.createExportJob(CLUSTER, EXPORT_REQUEST)).id, EXPORT_JOB.id);
    await client.close();
    assert.equal(await server.ended, 'end');
  });

  it('a create that is given up resets the connection', async (test) => {
    const abort = new AbortController();
    const server = await startTlsServer(test, () => abort.abort());
    const { client } = startClient(test, server.baseUrl);
    const call = client.createExportJob(CLUSTER, EXPORT_REQUEST, { signal: abort.signal });
    const error = await failureOf(call);
    assert.deepEqual([error.code, error.effect], ['ATLAS_ABORTED', 'unknown']);
    assert.equal(await server.ended, 'ECONNRESET');
  });

  it('a server that does not speak TLS is ATLAS_CONNECTION, effect none', async (test) => {
    const server = createPlainServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    test.after(() => server.close());
    const { client } = startClient(test, `https://localhost:${portOf(server.address())}`);
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([error.code, error.effect], ['ATLAS_CONNECTION', 'none'], error.message);
  });

  it('a server that never finishes the handshake is over with the time to connect', async (test) => {
    const server = createPlainServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    test.after(() => server.close());
    const { client } = startClient(test, `https://localhost:${portOf(server.address())}`, {
      timeouts: { connectTimeoutMs: 100 },
    });
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([error.code, error.effect], ['ATLAS_TIMEOUT', 'none'], error.message);
    assert.equal(error.networkCode, 'UND_ERR_CONNECT_TIMEOUT');
  });
});
