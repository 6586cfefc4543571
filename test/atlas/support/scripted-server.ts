import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A request as it came off the wire. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | object;
}

/** Answers one request; what it leaves unanswered hangs until the test ends. */
export type Script = (request: SeenRequest, response: ServerResponse) => Reply | undefined;

export interface ScriptedServer {
  readonly baseUrl: string;
  readonly seen: SeenRequest[];
}

/** A real HTTP server on a free port that answers as `script` says and closes with the test. */
export async function startScriptedServer(test: TestContext, script: Script): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    readBody(incoming).then(
      (body) => {
        const request: SeenRequest = {
          method: incoming.method ?? '',
          path: incoming.url ?? '',
          headers: incoming.headers,
          body,
        };
        seen.push(request);
        const reply = script(request, response);
        return reply === undefined ? undefined : send(response, reply);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  test.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { baseUrl: `http://127.0.0.1:${portOf(server.address())}`, seen };
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  return address.port;
}

function send(response: ServerResponse, reply: Reply): void {
  const { status = 200, headers = {}, body = '' } = reply;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = { 'content-type': 'application/json' };
  response.writeHead(status, typeof body === 'string' ? headers : { ...contentType, ...headers });
  response.end(text);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
