import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BucketError, type Bucket, type BucketObject } from '../bucket/index.ts';
import type { ObjectRow } from './evidence.ts';
import type { ExportKey } from './export-layout.ts';
import { finding, type Finding } from './findings.ts';
import { JsonDocumentsScanner, type JsonProblem } from './json-documents-scanner.ts';

/** Larger pieces cost fewer turns between threads, smaller ones less memory. */
const unpackedChunkBytes = 256 * 1024;
const packedChunkBytes = 256 * 1024;
/** A collection's options and indexes; what else stands in it is not documented. */
const metadataBytesMax = 16 * 1024 * 1024;

export interface ObjectToCheck {
  readonly bucket: Bucket;
  readonly object: BucketObject;
  readonly kind: ExportKey['kind'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads one object and says what it is made of, in memory that does not grow with it.
 * @throws {BucketError} where it cannot be read; that is no finding, since it says nothing about the object.
 */
export async function checkObject(check: ObjectToCheck): Promise<ObjectRow> {
  const { bucket, object, kind, signal } = check;
  const isData = kind === 'data';
  const read = isData
    ? await readDataFile(await bucket.stream(object.key, { signal }), object.key)
    : readSmallFile(await bucket.read(object.key, { bytesMax: metadataBytesMax, signal }), object.key);
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

function readSmallFile(content: Buffer, key: string): WhatWasRead {
  const scanner = new JsonDocumentsScanner();
  const problem = scanner.push(content) ?? scanner.end();
  const isOne = problem === undefined && scanner.documents === 1;
  const what = problem === undefined ? `${scanner.documents} JSON objects and not one` : problemText(problem);
  return {
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    findings: isOne ? [] : [finding('JSON_INVALID', key, what)],
  };
}

async function readDataFile(stream: Readable, key: string): Promise<WhatWasRead> {
  const sha256 = createHash('sha256');
  const scanner = new JsonDocumentsScanner();
  let bytes = 0;
  let bytesUnpacked = 0;
  let problem: JsonProblem | undefined;
  const counted = new Transform({
    readableHighWaterMark: packedChunkBytes,
    transform(chunk: Buffer, _encoding, done) {
      sha256.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  const gunzip = createGunzip({ chunkSize: unpackedChunkBytes });
  const findings: Finding[] = [];
  try {
    await pipeline(stream, counted, gunzip, async (unpacked: AsyncIterable<Buffer>) => {
      for await (const chunk of unpacked) {
        bytesUnpacked += chunk.length;
        // After the first problem the checksums still have to be seen.
        problem ??= scanner.push(chunk);
      }
    });
  } catch (error) {
    const damage = gzipFinding(error, key);
    if (damage === undefined) throw error;
    return { bytes, bytesUnpacked, documents: scanner.documents, findings: [damage] };
  }
  if (gunzip.bytesWritten < bytes) {
    findings.push(finding('GZIP_TRAILING_BYTES', key, `${bytes - gunzip.bytesWritten} bytes after the end`));
  }
  return {
    bytes,
    sha256: sha256.digest('hex'),
    documents: scanner.documents,
    bytesUnpacked,
    findings: [...findings, ...jsonFindings(scanner, problem ?? scanner.end(), key)],
  };
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
