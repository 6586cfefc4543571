import { createHash } from 'node:crypto';
import { Transform, type Readable, type TransformCallback, type TransformOptions } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type ZlibOptions } from 'node:zlib';
import { BucketError, type BucketObject } from '../bucket/index.ts';
import type { ObjectRow } from './evidence.ts';
import { finding, type Finding } from './findings.ts';
import { JsonDocumentsScanner, type JsonProblem } from './json-documents-scanner.ts';

/** Larger pieces cost fewer turns between threads, smaller ones less memory. */
const unpackedChunkBytes = 256 * 1024;
const packedChunkBytes = 256 * 1024;
/** Gunzip, on its thread, may be some pieces ahead of the scan, so that neither waits for the other. */
const unpacking: ZlibOptions & TransformOptions = {
  chunkSize: unpackedChunkBytes,
  readableHighWaterMark: 4 * unpackedChunkBytes,
};

export interface ObjectToCheck {
  readonly object: BucketObject;
  readonly kind: 'data' | 'metadata';
  /** All of it, as stored. */
  readonly stream: Readable;
  /** Is told of what has been read, piece by piece. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/**
 * Reads one object and says what it is made of, in memory that does not grow with it.
 * @throws {BucketError} where it cannot be read; that is no finding, since it says nothing about the object.
 */
export async function checkObject(check: ObjectToCheck): Promise<ObjectRow> {
  const { object, kind } = check;
  const read = kind === 'data' ? await readDataFile(check) : await readMetadata(check);
  const changed =
    read.bytes === object.bytes || read.findings.some(({ code }) => code.startsWith('GZIP_'))
      ? []
      : [finding('OBJECT_CHANGED', object.key, `${object.bytes} bytes were listed and ${read.bytes} read`)];
  return {
    kind: 'object',
    key: object.key,
    ...(object.etag === undefined ? {} : { etag: object.etag }),
    ...read,
    findings: [...changed, ...read.findings],
  };
}

type WhatWasRead = Omit<ObjectRow, 'kind' | 'key' | 'etag'>;

/** Counts and hashes what passes. */
class Stored extends Transform {
  bytes = 0;
  readonly #sha256 = createHash('sha256');
  readonly #onRead: ObjectToCheck['onRead'];

  constructor(onRead: ObjectToCheck['onRead']) {
    super({ readableHighWaterMark: packedChunkBytes });
    this.#onRead = onRead;
  }

  sha256(): string {
    return this.#sha256.digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#sha256.update(chunk);
    this.bytes += chunk.length;
    this.#onRead?.(chunk.length);
    done(null, chunk);
  }
}

/** A collection's options and indexes; what else stands in it is not documented. */
async function readMetadata({ object: { key }, stream, onRead }: ObjectToCheck): Promise<WhatWasRead> {
  const stored = new Stored(onRead);
  const scanner = new JsonDocumentsScanner();
  const problem = await pipeline(stream, stored, (chunks) => scanned(chunks, scanner));
  const isOne = problem === undefined && scanner.documents === 1;
  const what = problem === undefined ? `${scanner.documents} JSON objects and not one` : problemText(problem);
  return {
    bytes: stored.bytes,
    sha256: stored.sha256(),
    findings: isOne ? [] : [finding('JSON_INVALID', key, what)],
  };
}

async function readDataFile({ object: { key }, stream, onRead }: ObjectToCheck): Promise<WhatWasRead> {
  const stored = new Stored(onRead);
  const scanner = new JsonDocumentsScanner();
  let bytesUnpacked = 0;
  const gunzip = createGunzip(unpacking);
  const count = (bytes: number): void => void (bytesUnpacked += bytes);
  let problem: JsonProblem | undefined;
  try {
    problem = await pipeline(stream, stored, gunzip, (chunks) => scanned(chunks, scanner, count));
  } catch (error) {
    const damage = gzipFinding(error, key);
    if (damage === undefined) throw error;
    return { bytes: stored.bytes, bytesUnpacked, documents: scanner.documents, findings: [damage] };
  }
  const trailing = stored.bytes - gunzip.bytesWritten;
  return {
    bytes: stored.bytes,
    sha256: stored.sha256(),
    documents: scanner.documents,
    bytesUnpacked,
    findings: [
      ...(trailing > 0 ? [finding('GZIP_TRAILING_BYTES', key, `${trailing} bytes after the end`)] : []),
      ...jsonFindings(scanner, problem, key),
    ],
  };
}

/** Takes all of it, also after the first problem: checksums still have to be seen. */
async function scanned(
  chunks: AsyncIterable<Buffer>,
  scanner: JsonDocumentsScanner,
  onChunk?: (bytes: number) => void,
): Promise<JsonProblem | undefined> {
  let problem: JsonProblem | undefined;
  for await (const chunk of chunks) {
    onChunk?.(chunk.length);
    problem ??= scanner.push(chunk);
  }
  return problem ?? scanner.end();
}

function jsonFindings(
  scanner: JsonDocumentsScanner,
  problem: JsonProblem | undefined,
  key: string,
): Finding[] {
  if (problem !== undefined) return [finding('JSON_INVALID', key, problemText(problem))];
  if (scanner.documentsOffLine === 0) return [];
  const what = `${scanner.documentsOffLine} documents are not alone on a line of their own`;
  return [finding('JSON_NOT_LINES', key, what)];
}

function problemText({ line, offset, what }: JsonProblem): string {
  return `line ${line}, byte ${offset} when unpacked: ${what}`;
}

/** zlib's own errors: the object's fault. All others are the way there. */
function gzipFinding(error: unknown, key: string): Finding | undefined {
  if (error instanceof BucketError || !(error instanceof Error) || !('code' in error)) return undefined;
  if (error.code === 'Z_BUF_ERROR')
    return finding('GZIP_TRUNCATED', key, 'the compressed data ends in the middle');
  if (error.code === 'Z_DATA_ERROR') return finding('GZIP_CORRUPT', key, error.message);
  return undefined;
}
