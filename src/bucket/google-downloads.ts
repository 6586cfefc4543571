import type { Readable } from 'node:stream';
import type { Storage } from '@google-cloud/storage';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import * as v from 'valibot';
import { bucketError, type FailedCall } from './bucket-error.ts';
import { connectionsMax, connectTimeoutMs, silenceTimeoutMs } from './limits.ts';
import type { GoogleLocation } from './location.ts';
import { objectStream } from './object-stream.ts';

const refusalBytesMax = 64 * 1024;

const refusalSchema = v.object({ error: v.object({ errors: v.array(v.object({ reason: v.string() })) }) });

export interface Download {
  readonly key: string;
  readonly failed: FailedCall;
  /** No more bytes than this and one. @default all */
  readonly bytesMax?: number;
}

/**
 * The bytes of objects, over Google's JSON API. Of the library it is only the credential: its own downloads share
 * connections with everything else in the process, and one that is broken off, as that of a damaged object is, destroys
 * all of them.
 */
export class GoogleDownloads {
  readonly #storage: Storage;
  readonly #location: GoogleLocation;
  readonly #dispatcher: Dispatcher = new EnvHttpProxyAgent({
    connections: connectionsMax,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: silenceTimeoutMs,
    // The stream itself knows whose silence it is.
    bodyTimeout: 0,
  });

  constructor(storage: Storage, location: GoogleLocation) {
    this.#storage = storage;
    this.#location = location;
  }

  /**
   * An object as it is stored: a gzip that is marked as one would else be unpacked by the server, and what is broken
   * in it hidden.
   * @throws {BucketError}
   */
  async open({ key, failed, bytesMax }: Download): Promise<Readable> {
    try {
      failed.signal?.throwIfAborted();
      const { apiEndpoint } = this.#storage;
      const { bucketName } = this.#location;
      const path = `/storage/v1/b/${encodeURIComponent(bucketName)}/o/${encodeURIComponent(key)}?alt=media`;
      const { statusCode, body } = await request(`${apiEndpoint}${path}`, {
        dispatcher: this.#dispatcher,
        headers: {
          ...(await this.#credential()),
          'accept-encoding': 'gzip',
          ...(bytesMax === undefined ? {} : { range: `bytes=0-${bytesMax}` }),
        },
        signal: failed.signal ?? null,
      });
      if (statusCode >= 300) throw await refusal(statusCode, body);
      return objectStream(body, failed);
    } catch (error) {
      throw bucketError(error, failed);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** None is sent to another server than Google's. */
  async #credential(): Promise<Record<string, string>> {
    if (this.#location.endpoint !== undefined) return {};
    const headers = await this.#storage.authClient.getRequestHeaders();
    return { ...headers };
  }
}

/** As Google's library says it, for the one place that reads vendors' errors. */
async function refusal(statusCode: number, body: Dispatcher.ResponseData['body']): Promise<Error> {
  const text = await textOf(body);
  const { output, success } = v.safeParse(refusalSchema, parsed(text));
  return Object.assign(new Error('refused'), {
    code: statusCode,
    ...(success ? { errors: output.error.errors } : {}),
  });
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > refusalBytesMax) break;
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
