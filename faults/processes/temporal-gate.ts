import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type Http2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { gunzipSync } from 'node:zlib';
import { deferred } from './deferred.ts';
import { Holds } from './holds.ts';

/** A door between one worker and the Temporal server, at which any gRPC call can be stopped on either side. */
export interface TemporalGate {
  readonly address: string;
  /** Texts begin with the call's name, such as `RespondActivityTaskCompleted`; its messages follow as bytes. */
  readonly holds: Holds;
  close(): Promise<void>;
}

/** Every call of the worker is unary: one message each way, which is read whole before it goes on. */
interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

export async function startTemporalGate({ address }: { address: string }): Promise<TemporalGate> {
  const holds = new Holds();
  const sessions = new Set<Http2Session>();
  const server = createServer();
  server.on('session', (downstream) => {
    const upstream = connect(`http://${address}`);
    sessions.add(downstream).add(upstream);
    // Whichever end goes takes the other along, as it would without a gate between them.
    upstream.on('error', () => {}).on('close', () => downstream.destroy());
    downstream.on('error', () => {}).on('close', () => upstream.destroy());
    downstream.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on('error', () => {});
      carry({ upstream, holds }, stream, headers).catch(() => {
        stream.close(constants.NGHTTP2_CANCEL);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listening = server.address();
  if (listening === null || typeof listening === 'string') throw new Error('the gate is not listening');
  return {
    address: `127.0.0.1:${listening.port}`,
    holds,
    close: async () => {
      server.close();
      for (const session of sessions) session.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}

interface Carrier {
  readonly upstream: ClientHttp2Session;
  readonly holds: Holds;
}

async function carry(
  { upstream, holds }: Carrier,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const name = headers[':path']?.split('/').at(-1) ?? '';
  const body = await readAll(stream);
  const asked = `${name}\n${messageText(body)}`;
  if ((await holds.pass({ side: 'request', text: asked })) === 'lose' || stream.destroyed) {
    stream.close(constants.NGHTTP2_CANCEL);
    return;
  }
  const reply = await ask(upstream, { stream, headers, body });
  const answered = `${asked}\n${messageText(reply.body)}`;
  if ((await holds.pass({ side: 'reply', text: answered })) === 'lose' || stream.destroyed) {
    stream.close(constants.NGHTTP2_CANCEL);
    return;
  }
  answer(stream, reply);
}

async function ask(
  upstream: ClientHttp2Session,
  asked: { stream: ServerHttp2Stream; headers: IncomingHttpHeaders; body: Buffer },
): Promise<Reply> {
  const onward = upstream.request(endToEnd(asked.headers));
  const ended = deferred<Reply>();
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  onward
    .on('response', (received) => (headers = received))
    .on('trailers', (received) => (trailers = received))
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('end', () => ended.resolve({ headers, trailers, body: Buffer.concat(chunks) }))
    .on('error', ended.reject)
    .on('close', () => ended.reject(new Error('the server closed the call')));
  // A worker that is gone asks for nothing any more: the server must learn it, or it hands tasks to nobody.
  asked.stream.once('close', () => onward.close(constants.NGHTTP2_CANCEL));
  onward.end(asked.body);
  return ended.promise;
}

function answer(stream: ServerHttp2Stream, { headers, body, trailers }: Reply): void {
  if (Object.keys(trailers).length === 0) {
    stream.respond(endToEnd(headers), { endStream: true });
    return;
  }
  stream.respond(endToEnd(headers), { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(endToEnd(trailers)));
  stream.end(body);
}

/** HTTP/2 knows no connection headers; Node adds symbols of its own, which are not passed on. */
function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'connection'));
}

/** The bytes of each gRPC frame, unpacked: names and ids in them are plain text. */
function messageText(body: Buffer): string {
  let text = '';
  for (let at = 0; at + 5 <= body.length;) {
    const isPacked = body.readUInt8(at) === 1;
    const end = at + 5 + body.readUInt32BE(at + 1);
    const message = body.subarray(at + 5, end);
    text += (isPacked ? gunzipSync(message) : message).toString('latin1');
    at = end;
  }
  return text;
}

async function readAll(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
