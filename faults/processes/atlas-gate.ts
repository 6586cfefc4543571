import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { deferred } from './deferred.ts';
import { Holds } from './holds.ts';

/** A door between one worker and the simulated Atlas, at which any call can be stopped on either side. */
export interface AtlasGate {
  readonly url: string;
  /** Texts look like `POST /api/atlas/… Digest` (the scheme of its credentials) with body and reply below. */
  readonly holds: Holds;
  close(): Promise<void>;
}

interface Whole {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

export async function startAtlasGate({ atlasUrl }: { atlasUrl: string }): Promise<AtlasGate> {
  const holds = new Holds();
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    carry({ atlasUrl, agent, holds }, request, response).catch(() => {
      // Atlas cut the connection: so does the gate.
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    holds,
    close: async () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}

interface Carrier {
  readonly atlasUrl: string;
  readonly agent: Agent;
  readonly holds: Holds;
}

async function carry(carrier: Carrier, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { holds } = carrier;
  const body = await readAll(request);
  const scheme = request.headers.authorization?.split(' ', 1)[0] ?? 'unauthorized';
  const asked = `${request.method} ${request.url} ${scheme}\n${body.toString('utf8')}`;
  if ((await holds.pass({ side: 'request', text: asked })) === 'lose') {
    response.destroy();
    return;
  }
  const answer = await forward(carrier, request, body);
  const answered = `${asked}\n${answer.status}\n${answer.body.toString('utf8')}`;
  if ((await holds.pass({ side: 'reply', text: answered })) === 'lose') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

async function forward({ atlasUrl, agent }: Carrier, asked: IncomingMessage, body: Buffer): Promise<Whole> {
  const onward = httpRequest(new URL(asked.url ?? '/', atlasUrl), {
    method: asked.method,
    headers: asked.headers,
    agent,
  });
  const answered = deferred<IncomingMessage>();
  onward.once('response', answered.resolve).once('error', answered.reject);
  onward.end(body);
  const answer = await answered.promise;
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await readAll(answer) };
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate is not listening');
  return address.port;
}
