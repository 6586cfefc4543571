import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Whether exports make progress through this worker, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  /** In a few words: `running`, `draining`, `no answer from Temporal`. */
  readonly state: string;
}

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Asked for every `/readyz`; should answer within a few seconds. */
  readonly readiness: () => Readiness | Promise<Readiness>;
  /** Prometheus text for `/metrics`. */
  readonly metrics: () => Promise<string>;
}

export interface HealthServer {
  /** Where it listens, as in a URL: `127.0.0.1:9464`. */
  readonly address: string;
  /** Answers what has been asked, within a second, and stops. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const closeTimeoutMs = 1_000;
const requestTimeoutMs = 10_000;
const connectionsMax = 200;

/**
 * Serves `/healthz` (the process answers), `/readyz` (the worker takes work: 200, else 503) and `/metrics`.
 * Rejects with node's own error where it cannot listen.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      (answered) => send(request, response, answered),
      () => send(request, response, text(500, 'internal error\n')),
    );
  });
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = requestTimeoutMs;
  server.maxConnections = connectionsMax;
  await listen(server, options);
  return { address: addressOf(server), close: () => close(server) };
}

async function answer(request: IncomingMessage, options: HealthServerOptions): Promise<Answer> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') {
    return text(404, 'not found: /healthz, /readyz and /metrics are here\n');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...text(405, 'GET and HEAD only\n'), headers: { allow: 'GET, HEAD' } };
  }
  if (path === '/healthz') return json(200, { alive: true });
  if (path === '/metrics') return metricsAnswer(options);
  const readiness = await options.readiness();
  return json(readiness.ready ? 200 : 503, readiness);
}

async function metricsAnswer({ metrics }: HealthServerOptions): Promise<Answer> {
  try {
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics() };
  } catch {
    return text(503, 'metrics are not there yet, or no longer\n');
  }
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers }: Answer,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listen(server: Server, { host, port }: HealthServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return String(address);
  return address.family === 'IPv6'
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const hardClose = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
    server.close(() => {
      clearTimeout(hardClose);
      resolve();
    });
    server.closeIdleConnections();
  });
}
