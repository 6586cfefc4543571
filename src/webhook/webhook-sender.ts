import { Agent, request } from 'undici';
import { signatureHeader } from './signature.ts';

/** Where to send, and what to sign with. */
export interface WebhookTarget {
  readonly url: string;
  /** One key, or two while one takes the place of the other. */
  readonly keys: readonly Buffer[];
}

export interface WebhookMessage {
  /** The same in every try, so that a receiver can tell a repetition. */
  readonly id: string;
  /** JSON text. */
  readonly body: string;
}

export interface WebhookAnswer {
  readonly status: number;
  /** `Retry-After` as received. */
  readonly retryAfter: string | undefined;
}

export interface WebhookSender {
  /**
   * Sends a message once, signed as Standard Webhooks says. An answer is every HTTP status: none is followed, none
   * repeated.
   *
   * @throws {WebhookNotAnsweredError} where no answer came
   */
  send(
    target: WebhookTarget,
    message: WebhookMessage,
    options?: { readonly signal?: AbortSignal },
  ): Promise<WebhookAnswer>;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** No answer came: no connection, or none in time. Carries no cause, which would name the address. */
export class WebhookNotAnsweredError extends Error {
  override readonly name = 'WebhookNotAnsweredError';
}

/** What a try may take, in milliseconds; the whole of it outranks its parts. */
const connectTimeoutMs = 5_000;
const headersTimeoutMs = 15_000;
const requestTimeoutMs = 15_000;

/** The body of an answer tells nothing. A little of it is read so that the connection can be used again. */
const bodyBytesRead = 16_384;
const bodyTimeoutMs = 2_000;

const connectionsMax = 8;

export interface WebhookSenderOptions {
  readonly userAgent: string;
  /** @default 15000 */
  readonly requestTimeoutMs?: number;
}

export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const timeoutMs = options.requestTimeoutMs ?? requestTimeoutMs;
  const agent = new Agent({
    connections: connectionsMax,
    pipelining: 1,
    connect: { timeout: Math.min(connectTimeoutMs, timeoutMs) },
    headersTimeout: Math.min(headersTimeoutMs, timeoutMs),
    bodyTimeout: bodyTimeoutMs,
  });
  return {
    send: async (target, { id, body }, { signal } = {}) => {
      const timestampSeconds = Math.floor(Date.now() / 1000);
      const limit = AbortSignal.timeout(timeoutMs);
      const answer = await answerOf(target.url, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': options.userAgent,
          'webhook-id': id,
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': signatureHeader({ id, timestampSeconds, body }, target.keys),
        },
        body,
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      };
    },
    close: () => agent.destroy(),
  };
}

type RequestOptions = NonNullable<Parameters<typeof request>[1]>;

type Answered = Awaited<ReturnType<typeof request>>;

async function answerOf(url: string, options: RequestOptions): Promise<Answered> {
  const answer = await request(url, options).catch((error: unknown) => {
    throw new WebhookNotAnsweredError(reasonOf(error));
  });
  // What the receiver has answered stands, whatever becomes of the rest of its answer.
  await answer.body
    .dump({ limit: bodyBytesRead, signal: AbortSignal.timeout(bodyTimeoutMs) })
    .catch(() => undefined);
  return answer;
}

/** A stable word for it: the texts of these errors name the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return 'no answer in time';
  if (error.name === 'AbortError') return 'interrupted';
  return 'code' in error && typeof error.code === 'string' ? `no answer (${error.code})` : 'no answer';
}
