/** A client of the tests' own, on node:http, so that the simulator is not judged by the product's client. */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { Simulator } from '../../simulator/index.ts';

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown;
}

export interface HttpRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** One request on the wire, without credentials. Rejects when the connection fails or the body is cut short. */
export async function send(simulator: Simulator, request: HttpRequest): Promise<HttpResponse> {
  return await new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body } = request;
    const length: Record<string, string> =
      body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port: simulator.port,
        method,
        path,
        agent: false,
        headers: { ...headers, ...length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface DigestAnswer {
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly username: string;
  readonly password: string;
  readonly algorithm?: 'MD5' | 'SHA-256';
  readonly nc?: string;
  readonly cnonce?: string;
}

/** The `Authorization` header of RFC 7616, section 3.4.1. */
export function digestHeader(answer: DigestAnswer): string {
  const {
    method,
    uri,
    nonce,
    username,
    password,
    algorithm = 'MD5',
    nc = '00000001',
    cnonce = '0a4f113b',
  } = answer;
  const hash = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const realm = 'MMS Public API';
  const secret = hash(`${username}:${realm}:${password}`);
  const response = hash(`${secret}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
  return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="${cnonce}"`;
}

export function nonceOf(response: HttpResponse): string {
  const nonce = /nonce="([^"]+)"/.exec(response.headers['www-authenticate'] ?? '')?.[1];
  if (nonce === undefined) throw new Error(`no challenge in a response with status ${response.status}`);
  return nonce;
}

const ACCEPT = 'application/vnd.atlas.2024-08-05+json';

/** A request with credentials: challenged, then answered, as the official clients do it. v2 headers unless given. */
export async function call(simulator: Simulator, request: HttpRequest): Promise<HttpResponse> {
  const { publicKey: username, privateKey: password } = simulator.credentials;
  const { method = 'GET', path: uri, body } = request;
  const headers = {
    Accept: ACCEPT,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...request.headers,
  };
  const challenge = await send(simulator, { ...request, headers });
  const algorithm = /algorithm=SHA-256/.test(challenge.headers['www-authenticate'] ?? '') ? 'SHA-256' : 'MD5';
  const authorization = digestHeader({
    method,
    uri,
    nonce: nonceOf(challenge),
    username,
    password,
    algorithm,
  });
  return await send(simulator, { ...request, headers: { ...headers, Authorization: authorization } });
}

/** The body as an object. Throws where it is none. */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`not an object: ${String(value)}`);
  return { ...value };
}

/** The items of a list response. */
export function resultsOf(response: HttpResponse): Record<string, unknown>[] {
  const { results } = objectOf(response.json);
  if (!Array.isArray(results)) throw new Error(`no results in ${response.text}`);
  return results.map(objectOf);
}
