/*
 * What an error says of a create's effect is what keeps an export from being made twice. Every way for a
 * create to end without an answer, on a real connection.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { AtlasClientOptions } from '../../src/atlas/index.ts';
import { RAW_CHALLENGE, rawAnswer, startRawServer } from './support/raw-server.ts';
import type { RawServer } from './support/raw-server.ts';
import { portOf } from './support/scripted-server.ts';
import {
  CLUSTER,
  EXPORT_JOB,
  EXPORT_JOB_LOCATOR,
  EXPORT_REQUEST,
  failureOf,
  startClient,
} from './support/test-client.ts';

const SHORT = { timeouts: { requestTimeoutMs: 150 } };

interface CreateCase {
  readonly title: string;
  readonly code: string;
  readonly effect: 'none' | 'unknown';
  readonly options?: Partial<AtlasClientOptions>;
  /** What the server does with the authorized create. */
  readonly answer: (socket: Socket) => void;
}

const JOB_TEXT = JSON.stringify(EXPORT_JOB);
const CASES: readonly CreateCase[] = [
  {
    title: 'a reset instead of an answer',
    code: 'ATLAS_CONNECTION',
    effect: 'unknown',
    answer: (socket) => socket.resetAndDestroy(),
  },
  {
    title: 'a close instead of an answer',
    code: 'ATLAS_CONNECTION',
    effect: 'unknown',
    answer: (socket) => socket.end(),
  },
  {
    title: 'a 408, which a proxy may say after it has passed the request on',
    code: 'ATLAS_UNAVAILABLE',
    effect: 'unknown',
    answer: (socket) => socket.end(rawAnswer('408 Request Timeout', [], '')),
  },
  {
    title: 'no answer in time',
    code: 'ATLAS_TIMEOUT',
    effect: 'unknown',
    options: SHORT,
    answer: () => undefined,
  },
  {
    title: 'headers that do not come in time',
    code: 'ATLAS_TIMEOUT',
    effect: 'unknown',
    options: { timeouts: { headersTimeoutMs: 100 } },
    answer: () => undefined,
  },
  {
    title: 'a body that stops half-way',
    code: 'ATLAS_TIMEOUT',
    effect: 'unknown',
    options: { timeouts: { bodyTimeoutMs: 100 } },
    answer: (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${JOB_TEXT.length}\r\n\r\n${JOB_TEXT.slice(0, 20)}`),
  },
  {
    title: 'a body that never stops dripping',
    code: 'ATLAS_TIMEOUT',
    effect: 'unknown',
    options: SHORT,
    answer: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const drip = setInterval(() => socket.write('1\r\n \r\n'), 20);
      socket.once('close', () => clearInterval(drip));
    },
  },
  {
    title: 'a body cut off by the end of the connection',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    answer: (socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${JOB_TEXT.length}\r\n\r\n${JOB_TEXT.slice(0, 20)}`),
  },
  {
    title: 'a body larger than is read',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    options: { bodyBytesMax: 500 },
    answer: (socket) => socket.write(rawAnswer('200 OK', [], `${JOB_TEXT}${' '.repeat(400)}`)),
  },
  {
    title: 'an answer that is no HTTP',
    code: 'ATLAS_CONNECTION',
    effect: 'unknown',
    answer: (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n'),
  },
  {
    title: 'a success that is no JSON',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    answer: (socket) => socket.write(rawAnswer('200 OK', [], 'ok')),
  },
  {
    title: 'a success without a body',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    answer: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  },
  {
    title: 'a success in HTML',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    answer: (socket) => socket.write(rawAnswer('200 OK', [], '<html><title>Log in</title></html>')),
  },
  {
    title: 'a success of the wrong shape',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    answer: (socket) => socket.write(rawAnswer('200 OK', [], '{"id":5}')),
  },
  {
    title: 'a redirect',
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    answer: (socket) => socket.write(rawAnswer('303 See Other', ['Location: /'], '')),
  },
  {
    title: 'a 500',
    code: 'ATLAS_UNAVAILABLE',
    effect: 'unknown',
    answer: (socket) => socket.write(rawAnswer('500 Oh', [], '')),
  },
  {
    title: 'a 503 whose body is cut off',
    code: 'ATLAS_UNAVAILABLE',
    effect: 'unknown',
    answer: (socket) => socket.end('HTTP/1.1 503 Oh\r\nContent-Length: 9\r\n\r\n<ht'),
  },
  {
    title: 'a 409',
    code: 'ATLAS_CONFLICT',
    effect: 'none',
    answer: (socket) => socket.write(rawAnswer('409 Conflict', [], '')),
  },
  {
    title: 'a 400 whose body does not come',
    code: 'ATLAS_REJECTED',
    effect: 'none',
    options: SHORT,
    answer: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\n'),
  },
];

function startCreateServer(test: TestContext, answer: (socket: Socket) => void): Promise<RawServer> {
  return startRawServer(test, (request, socket) => {
    if (/^authorization:/im.test(request)) answer(socket);
    else socket.write(RAW_CHALLENGE);
  });
}

describe('a create that ends with', () => {
  for (const { title, code, effect, options, answer } of CASES) {
    it(`${title} is ${code}, effect ${effect}`, async (test) => {
      const server = await startCreateServer(test, answer);
      const { client } = startClient(test, server.baseUrl, options);
      const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
      assert.deepEqual([error.code, error.effect], [code, effect], error.message);
      assert.equal(error.operation, 'createExportJob');
    });
  }

  it('a refused connection is ATLAS_CONNECTION, effect none', async (test) => {
    const { client, events } = startClient(test, await closedPortUrl());
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual(
      [error.code, error.effect, error.networkCode],
      ['ATLAS_CONNECTION', 'none', 'ECONNREFUSED'],
    );
    assert.equal(events[0]?.wireRequests, 0);
  });

  it('a host that does not exist is ATLAS_CONNECTION, effect none', async (test) => {
    const { client } = startClient(test, 'http://no-such-host.invalid');
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([error.code, error.effect], ['ATLAS_CONNECTION', 'none']);
  });

  it('a challenge leg that is reset is ATLAS_CONNECTION, effect none: no body had left', async (test) => {
    const server = await startRawServer(test, (_request, socket) => socket.resetAndDestroy());
    const { client } = startClient(test, server.baseUrl);
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([error.code, error.effect], ['ATLAS_CONNECTION', 'none']);
  });

  it('its time over before it got a connection is ATLAS_TIMEOUT, effect none, and is never sent', async (test) => {
    const held: Socket[] = [];
    const sent: string[] = [];
    const server = await startRawServer(test, (request, socket) => {
      if (!/^authorization:/im.test(request)) {
        socket.write(RAW_CHALLENGE);
        return;
      }
      sent.push(request.slice(0, request.indexOf(' ')));
      if (request.startsWith('GET')) held.push(socket);
    });
    const { client } = startClient(test, server.baseUrl, {
      connectionsMax: 1,
      timeouts: { requestTimeoutMs: 400 },
    });
    const occupying = failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    const waiting = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.deepEqual([waiting.code, waiting.effect], ['ATLAS_TIMEOUT', 'none']);
    assert.equal((await occupying).code, 'ATLAS_TIMEOUT');
    await server.ended(1);
    await client.close();
    assert.deepEqual(sent, ['GET']);
  });
});

describe('a read', () => {
  it('is without effect, however it ends', async (test) => {
    const server = await startCreateServer(test, (socket) => socket.resetAndDestroy());
    const { client } = startClient(test, server.baseUrl);
    const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.deepEqual([error.code, error.effect], ['ATLAS_CONNECTION', 'none']);
  });
});

describe('sendBefore', () => {
  it('is asked after the challenge, right before the body leaves', async (test) => {
    const order: string[] = [];
    const server = await startRawServer(test, (request, socket) => {
      const authorized = /^authorization:/im.test(request);
      order.push(authorized ? 'request' : 'challenge');
      socket.write(authorized ? rawAnswer('200 OK', [], JOB_TEXT) : RAW_CHALLENGE);
    });
    const { client } = startClient(test, server.baseUrl);
    const sendBefore = (): boolean => order.push('asked') > 0;
    await client.createExportJob(CLUSTER, EXPORT_REQUEST, { sendBefore });
    assert.deepEqual(order, ['challenge', 'asked', 'request']);
  });

  for (const [title, guard] of [
    ['says no', (): boolean => false],
    [
      'throws',
      (): boolean => {
        throw new Error('broken guard');
      },
    ],
  ] as const) {
    it(`that ${title} ends the call with ATLAS_NOT_SENT, effect none, nothing sent, client usable`, async (test) => {
      const authorized: string[] = [];
      const server = await startRawServer(test, (request, socket) => {
        if (/^authorization:/im.test(request)) authorized.push(request);
        socket.write(/^authorization:/im.test(request) ? rawAnswer('200 OK', [], JOB_TEXT) : RAW_CHALLENGE);
      });
      const { client } = startClient(test, server.baseUrl);
      const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST, { sendBefore: guard }));
      assert.deepEqual([error.code, error.effect], ['ATLAS_NOT_SENT', 'none']);
      assert.deepEqual(authorized, []);
      assert.equal((await client.createExportJob(CLUSTER, EXPORT_REQUEST)).id, EXPORT_JOB.id);
      assert.equal(authorized.length, 1);
    });
  }
});

describe('a caller that gives up', () => {
  it('gets ATLAS_ABORTED, and the socket of the create is reset rather than closed', async (test) => {
    const abort = new AbortController();
    const server = await startCreateServer(test, () => abort.abort());
    const { client } = startClient(test, server.baseUrl);
    const call = client.createExportJob(CLUSTER, EXPORT_REQUEST, { signal: abort.signal });
    const error = await failureOf(call);
    assert.deepEqual([error.code, error.effect], ['ATLAS_ABORTED', 'unknown']);
    await server.ended(1);
    assert.deepEqual(server.endings, ['ECONNRESET']);
  });

  it('before the call has begun sends nothing', async (test) => {
    const server = await startCreateServer(test, () => undefined);
    const { client, events } = startClient(test, server.baseUrl);
    const signal = AbortSignal.abort();
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST, { signal }));
    assert.deepEqual([error.code, error.effect, events[0]?.wireRequests], ['ATLAS_ABORTED', 'none', 0]);
  });

  for (const [title, options] of [
    ['whole call', SHORT],
    ['headers', { timeouts: { headersTimeoutMs: 100 } }],
  ] as const) {
    it(`because the time for the ${title} is over resets the socket too`, async (test) => {
      const server = await startCreateServer(test, () => undefined);
      const { client } = startClient(test, server.baseUrl, options);
      await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
      await server.ended(1);
      assert.deepEqual(server.endings, ['ECONNRESET']);
    });
  }

  it('with nothing under way closes its connections in the ordinary way', async (test) => {
    const server = await startCreateServer(test, (socket) => socket.write(rawAnswer('200 OK', [], JOB_TEXT)));
    const { client } = startClient(test, server.baseUrl);
    await client.createExportJob(CLUSTER, EXPORT_REQUEST);
    await client.close();
    await server.ended(1);
    assert.deepEqual(server.endings, ['end']);
    assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).code, 'ATLAS_CONNECTION');
  });
});

describe('a warm client whose server has gone', () => {
  it('fails 50 calls at once on 4 connections with the refusal, none at its time limit', async (test) => {
    const server = await startCreateServer(test, (socket) => socket.write(rawAnswer('200 OK', [], JOB_TEXT)));
    const { client } = startClient(test, server.baseUrl, { connectionsMax: 4 });
    await client.getExportJob(EXPORT_JOB_LOCATOR);
    await server.stop();
    const calls = Array.from({ length: 50 }, () =>
      failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST)),
    );
    for (const error of await Promise.all(calls)) {
      assert.equal(error.code, 'ATLAS_CONNECTION', error.message);
    }
  });
});

/** The address of a port that was free a moment ago. */
async function closedPortUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const port = portOf(server.address());
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return `http://127.0.0.1:${port}`;
}
