import type { AtlasApiVersion } from './api-version.ts';
import type { DigestCredentials } from './digest.ts';
import type { ServiceAccountCredentials } from './service-account.ts';

/** An API key pair (digest), or a service account (OAuth 2). */
export type AtlasCredentials =
  | ({ readonly type: 'digest' } & DigestCredentials)
  | ({ readonly type: 'serviceAccount' } & ServiceAccountCredentials);

/** Time limits, each in milliseconds. A request is over when the first of them passes. */
export interface AtlasTimeouts {
  /** Opening a connection; the TLS handshake has as much again. @default 3000 */
  readonly connectTimeoutMs?: number;
  /** From a request sent to the headers of its answer. @default 8000 */
  readonly headersTimeoutMs?: number;
  /** Between two pieces of an answer's body. @default 5000 */
  readonly bodyTimeoutMs?: number;
  /**
   * One request of a call, a list making one for each page: waiting for a free connection, any digest
   * challenge or token, and the whole answer. Outranks the others. @default 10000
   */
  readonly requestTimeoutMs?: number;
}

/** What became of one call of the client. */
export interface AtlasRequestEvent {
  /** The client's method, such as `getExportJob`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly groupId: string;
  /** The HTTP status of the last answer; absent when there was none. */
  readonly status?: number;
  /** The `code` of the error the call failed with; absent when it succeeded. */
  readonly code?: string;
  readonly durationMs: number;
  /** HTTP requests sent for this call: its pages, and any challenge or token it was the one to fetch. */
  readonly wireRequests: number;
  /** The last answer's `RateLimit-Remaining`. */
  readonly rateLimitRemaining?: number;
  /** The last answer's `Date`: what time it is at Atlas. */
  readonly dateMs?: number;
}

export interface AtlasClientOptions {
  /** Atlas's origin, such as `https://cloud.mongodb.com`, without a path. */
  readonly baseUrl: string;
  readonly credentials: AtlasCredentials;
  /** @default 'v2' */
  readonly apiVersion?: AtlasApiVersion;
  readonly timeouts?: AtlasTimeouts;
  /** The largest list page read, in bytes; a single document may have a fifth of it. @default 5242880 */
  readonly bodyBytesMax?: number;
  /** The most pages of one list, 500 items each. A longer list is an error. @default 200 */
  readonly pagesMax?: number;
  /** Connections kept to Atlas; further requests wait for one. @default 16 */
  readonly connectionsMax?: number;
  /** @default 'atlas-export-worker' */
  readonly userAgent?: string;
  /** Called once for every call of the client, after it ended. */
  readonly onRequest?: (event: AtlasRequestEvent) => void;
}

/** The options with every default filled in. */
export interface ResolvedAtlasClientOptions {
  readonly baseUrl: URL;
  readonly credentials: AtlasCredentials;
  readonly apiVersion: AtlasApiVersion;
  readonly timeouts: Required<AtlasTimeouts>;
  readonly bodyBytesMax: number;
  readonly pagesMax: number;
  readonly connectionsMax: number;
  readonly userAgent: string;
  readonly onRequest: (event: AtlasRequestEvent) => void;
}

/**
 * Fills in defaults and checks what a caller can get wrong.
 *
 * @throws {TypeError} naming every option that is wrong, and never its value: it may be a secret.
 */
export function resolveAtlasClientOptions(options: AtlasClientOptions): ResolvedAtlasClientOptions {
  const { timeouts = {} } = options;
  const numbers = {
    'timeouts.connectTimeoutMs': timeouts.connectTimeoutMs ?? 3_000,
    'timeouts.headersTimeoutMs': timeouts.headersTimeoutMs ?? 8_000,
    'timeouts.bodyTimeoutMs': timeouts.bodyTimeoutMs ?? 5_000,
    'timeouts.requestTimeoutMs': timeouts.requestTimeoutMs ?? 10_000,
    bodyBytesMax: options.bodyBytesMax ?? 5 * 1024 * 1024,
    pagesMax: options.pagesMax ?? 200,
    connectionsMax: options.connectionsMax ?? 16,
  };
  const problems = Object.entries(numbers)
    .filter(([, value]) => !Number.isSafeInteger(value) || value < 1)
    .map(([name]) => `${name} must be a whole number above 0`);
  const baseUrl = originFrom(options.baseUrl);
  if (baseUrl === undefined)
    problems.push('baseUrl must be an http or https URL without path, query or user');
  problems.push(...credentialProblems(options.credentials));
  const userAgent = options.userAgent ?? 'atlas-export-worker';
  if (!isVisibleText(userAgent)) problems.push('userAgent must be printable ASCII');
  if (problems.length > 0 || baseUrl === undefined) throw new TypeError(problems.join('; '));
  return {
    baseUrl,
    credentials: options.credentials,
    apiVersion: options.apiVersion ?? 'v2',
    timeouts: {
      connectTimeoutMs: numbers['timeouts.connectTimeoutMs'],
      headersTimeoutMs: numbers['timeouts.headersTimeoutMs'],
      bodyTimeoutMs: numbers['timeouts.bodyTimeoutMs'],
      requestTimeoutMs: numbers['timeouts.requestTimeoutMs'],
    },
    bodyBytesMax: numbers.bodyBytesMax,
    pagesMax: numbers.pagesMax,
    connectionsMax: numbers.connectionsMax,
    userAgent,
    onRequest: options.onRequest ?? ((): void => undefined),
  };
}

/** What must never be shown: the keys and secrets themselves. */
export function secretsOf(credentials: AtlasCredentials): string[] {
  return credentials.type === 'digest' ? [credentials.privateKey] : [credentials.clientSecret];
}

function originFrom(baseUrl: string): URL | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const url = new URL(baseUrl);
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username + url.password === '';
  return bare && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

function credentialProblems(credentials: AtlasCredentials): string[] {
  const parts: Record<string, string> =
    credentials.type === 'digest'
      ? { publicKey: credentials.publicKey, privateKey: credentials.privateKey }
      : { clientId: credentials.clientId, clientSecret: credentials.clientSecret };
  return Object.entries(parts)
    .filter(([, value]) => value === '' || !isVisibleText(value))
    .map(([name]) => `credentials.${name} must be printable ASCII and not empty`);
}

function isVisibleText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
