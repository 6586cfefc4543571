import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { portOf } from './scripted-server.ts';

export interface RawServer {
  readonly baseUrl: string;
  /** How each connection ended, as far as it has: the code of its error, or `end`. */
  readonly endings: string[];
  /** Resolves when `endings` has this many entries. */
  ended(count: number): Promise<void>;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

/** A TCP server that sees requests byte by byte. `onRequest` gets one whole request at a time. */
export async function startRawServer(
  test: TestContext,
  onRequest: (request: string, socket: Socket) => void,
): Promise<RawServer> {
  const endings: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const note = (ending: string): void => {
    endings.push(ending);
    for (const { count, resolve } of waiting) if (endings.length >= count) resolve();
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const length = wholeRequestLength(received);
      if (length === undefined) return;
      const request = received.slice(0, length);
      received = received.slice(length);
      onRequest(request, socket);
    });
    socket.once('end', () => note('end'));
    socket.once('error', (error: NodeJS.ErrnoException) => note(error.code ?? error.name));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  test.after(stop);
  return {
    baseUrl: `http://127.0.0.1:${portOf(server.address())}`,
    endings,
    stop,
    ended: (count) =>
      new Promise((resolve) => {
        if (endings.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

function wholeRequestLength(received: string): number | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const bodyLength = Number(/^content-length: (\d+)$/im.exec(received.slice(0, headEnd))?.[1] ?? 0);
  const length = headEnd + 4 + bodyLength;
  return received.length >= length ? length : undefined;
}

/** An HTTP/1.1 answer as text. */
export function rawAnswer(status: string, headers: readonly string[], body: string): string {
  const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export const RAW_CHALLENGE = rawAnswer(
  '401 Unauthorized',
  ['WWW-Authenticate: Digest realm="r", nonce="raw-nonce-1", algorithm=MD5, qop="auth", stale=false'],
  '',
);
