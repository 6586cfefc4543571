import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** Stands before an S3 server: sees what is asked of it, and holds, refuses or breaks off requests. */
export interface S3Gate {
  readonly endpoint: string;
  /** Keys of the objects that were asked for, in order; with repetition. */
  readonly opened: readonly string[];
  /** Keys of the requests that are held now. */
  readonly held: readonly string[];
  /** Whether connections break off. */
  isDown: boolean;
  /**
   * From now on requests for the objects of such keys are held. By key and not by number: many are under way at once,
   * and come in any order.
   */
  hold(key: RegExp): void;
  /**
   * Holds the next answer of an object of that key after some of its bytes. Resolves with the key when these have been
   * taken.
   */
  holdInside(place: { readonly key: RegExp; readonly bytes: number }): Promise<string>;
  /** Lets everything that is held, and everything after it, through. */
  release(): void;
  close(): Promise<void>;
}

export async function startS3Gate(target: string): Promise<S3Gate> {
  const opened: string[] = [];
  const waiting = new Map<string, () => void>();
  let holding: RegExp | undefined;
  let isDown = false;
  let inside:
    { readonly key: RegExp; readonly bytes: number; readonly taken: (key: string) => void } | undefined;
  const server = createServer((incoming, answer) => {
    if (isDown) return void incoming.socket.destroy();
    const key = keyOf(incoming);
    if (key === undefined) return forward(target, incoming, answer);
    opened.push(key);
    if (inside?.key.test(key) === true) {
      const { bytes, taken } = inside;
      inside = undefined;
      const release = new Promise<void>((resolve) => waiting.set(key, resolve));
      return forward(target, incoming, answer, (response) =>
        passInTwo(response, answer, { bytes, between: () => (taken(key), release) }),
      );
    }
    if (holding?.test(key) !== true) return forward(target, incoming, answer);
    waiting.set(key, () => forward(target, incoming, answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate is not listening');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    opened,
    get held() {
      return [...waiting.keys()];
    },
    get isDown() {
      return isDown;
    },
    set isDown(down) {
      isDown = down;
      if (down) server.closeAllConnections();
    },
    hold: (key) => {
      holding = key;
    },
    holdInside: ({ key, bytes }) =>
      new Promise((taken) => {
        inside = { key, bytes, taken };
      }),
    release: () => {
      holding = undefined;
      for (const go of waiting.values()) go();
      waiting.clear();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Of a request for an object of an export; `.complete` is read by every check, so it is none. */
function keyOf({ method, url = '' }: IncomingMessage): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://gate');
  const isObject = method === 'GET' && !searchParams.has('list-type') && /\.json(?:\.gz)?$/.test(pathname);
  return isObject ? decodeURIComponent(pathname) : undefined;
}

/** The signature is over the Host header, which therefore goes on as it came. */
function forward(
  target: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  pass: (response: IncomingMessage) => void = (response) => void response.pipe(answer),
): void {
  const { hostname, port } = new URL(target);
  const { method, url, headers } = incoming;
  const onward = request({ hostname, port, method, path: url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    pass(response);
  });
  onward.on('error', () => answer.destroy());
  answer.on('error', () => onward.destroy());
  incoming.pipe(onward);
}

/** Whoever reads may die between. */
function passInTwo(
  response: IncomingMessage,
  answer: ServerResponse,
  { bytes, between }: { readonly bytes: number; readonly between: () => Promise<void> },
): void {
  const halves = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let passed = 0;
    let isHeld = false;
    for await (const chunk of chunks) {
      yield chunk;
      passed += chunk.length;
      // Asked for more, so all that came before has been taken.
      if (passed < bytes || isHeld) continue;
      isHeld = true;
      await between();
    }
  };
  pipeline(response, halves, answer).catch(() => {});
}
