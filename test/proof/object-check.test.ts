/**
 * Goal: damage to an object is found, whatever it is, and nothing whole is called damaged. Method: gzip made here, damaged
 * in every way that storage or a broken upload can, streamed in pieces of any size.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BucketError } from '../../src/bucket/index.ts';
import type { ObjectRow } from '../../src/proof/evidence.ts';
import { checkObject } from '../../src/proof/object-check.ts';

const key = 'prefix/db/orders/rs.0.json.gz';
const lines = (count: number): string =>
  Array.from({ length: count }, (_, n) => `{"_id":{"$numberInt":"${n}"},"name":"Straße ${n}"}\n`).join('');

function streamOf(content: Buffer, pieceBytes = 1_000): Readable {
  const pieces = Array.from({ length: Math.ceil(content.length / pieceBytes) }, (_, n) =>
    content.subarray(n * pieceBytes, (n + 1) * pieceBytes),
  );
  return Readable.from(pieces, { objectMode: false });
}

async function checked(content: Buffer, pieceBytes?: number): Promise<ObjectRow> {
  const stream = streamOf(content, pieceBytes);
  return await checkObject({ stream, object: { key, bytes: content.length }, kind: 'data' });
}

const codesOf = ({ findings }: ObjectRow): string[] => findings.map(({ code }) => code);
/** By zlib in one piece, and nothing of ours. */
function unpacks(packed: Buffer): boolean {
  try {
    return gunzipSync(packed).toString() === lines(500);
  } catch {
    return false;
  }
}

const whole = gzipSync(lines(500));

describe('the check of a data file', () => {
  it('counts documents and hashes what is stored', async () => {
    for (const pieceBytes of [1, 7, 100_000]) {
      assert.deepEqual(await checked(whole, pieceBytes), {
        kind: 'object',
        key,
        bytes: whole.length,
        sha256: createHash('sha256').update(whole).digest('hex'),
        documents: 500,
        bytesUnpacked: Buffer.byteLength(lines(500)),
        findings: [],
      });
    }
  });

  it('takes gzip of several members for one file, as gunzip does', async () => {
    const several = Buffer.concat([whole, gzipSync(''), gzipSync(lines(3))]);
    const row = await checked(several, 50);
    assert.deepEqual([row.documents, codesOf(row)], [503, []]);
  });

  it('takes a file without documents', async () => {
    const row = await checked(gzipSync(''));
    assert.deepEqual([row.documents, codesOf(row)], [0, []]);
  });

  it('finds a file that is cut off, wherever it is', async () => {
    for (let bytes = 0; bytes < whole.length; bytes += bytes < 30 || bytes > whole.length - 30 ? 1 : 97) {
      const row = await checked(whole.subarray(0, bytes), 64);
      assert.deepEqual(codesOf(row), ['GZIP_TRUNCATED'], `after ${bytes} bytes`);
      assert.equal(row.sha256, undefined);
    }
    const second = gzipSync(lines(3));
    for (const bytes of [1, 5, second.length - 1]) {
      const row = await checked(Buffer.concat([whole, second.subarray(0, bytes)]));
      assert.deepEqual(codesOf(row), ['GZIP_TRUNCATED'], `${bytes} bytes of a second member`);
    }
  });

  it('finds a changed bit, wherever it matters', async () => {
    let found = 0;
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      const [code, ...more] = codesOf(await checked(damaged));
      if (unpacks(damaged)) assert.equal(code, undefined, `byte ${at}`);
      else assert.ok(code === 'GZIP_CORRUPT' || code === 'GZIP_TRUNCATED', `byte ${at}: ${String(code)}`);
      assert.deepEqual(more, []);
      if (code !== undefined) found += 1;
    }
    // What no checksum is of: the header's time and system, and the bits that fill up the last byte.
    assert.ok(found >= whole.length - 10, `${found} of ${whole.length}`);
  });

  it('warns of bytes after the end that gunzip passes over, and finds those that it does not', async () => {
    assert.deepEqual(codesOf(await checked(Buffer.concat([whole, Buffer.alloc(8)]))), [
      'GZIP_TRAILING_BYTES',
    ]);
    assert.deepEqual(codesOf(await checked(Buffer.concat([whole, Buffer.from('more')]))), ['GZIP_CORRUPT']);
  });

  it('finds lines that are no JSON documents, and goes on to the checksum', async () => {
    const row = await checked(gzipSync(`${lines(2)}{"_id":\n${lines(2)}`));
    assert.deepEqual(codesOf(row), ['JSON_INVALID']);
    assert.match(row.findings[0]?.what ?? '', /^line 3, byte \d+ when unpacked: not JSON/);
    assert.notEqual(row.sha256, undefined);
    assert.deepEqual(codesOf(await checked(gzipSync('[1]\n'))), ['JSON_INVALID']);
    assert.deepEqual(codesOf(await checked(gzipSync('{"a":1}\n{"a"'))), ['JSON_INVALID']);
    const both = Buffer.concat([gzipSync('not json\n'), gzipSync(lines(1)).subarray(0, 25)]);
    assert.deepEqual(codesOf(await checked(both)), ['GZIP_TRUNCATED']);
  });

  it('only warns where documents do not have lines of their own, which is not documented', async () => {
    assert.deepEqual(codesOf(await checked(gzipSync('{"a":1}{"a":2}\n'))), ['JSON_NOT_LINES']);
  });

  it('finds that an object was written anew since it was listed', async () => {
    const row = await checkObject({ stream: streamOf(whole), object: { key, bytes: 5 }, kind: 'data' });
    assert.deepEqual(codesOf(row), ['OBJECT_CHANGED']);
  });

  it('throws when storage fails in the middle, which says nothing about the object', async () => {
    const broken = new BucketError({ code: 'BUCKET_CONNECTION', message: 'broke' });
    const stream = Readable.from(
      (async function* () {
        yield whole.subarray(0, 100);
        throw await Promise.resolve(broken);
      })(),
      { objectMode: false },
    );
    await assert.rejects(checkObject({ stream, object: { key, bytes: 1 }, kind: 'data' }), broken);
  });

  it('reads metadata.json as one JSON object', async () => {
    const check = async (text: string): Promise<string[]> => {
      const content = Buffer.from(text);
      const object = { key: 'prefix/db/orders/metadata.json', bytes: content.length };
      return codesOf(await checkObject({ stream: streamOf(content), object, kind: 'metadata' }));
    };
    assert.deepEqual(await check('{\n  "indexes": []\n}'), []);
    assert.deepEqual(await check('{}{}'), ['JSON_INVALID']);
    assert.deepEqual(await check('{"indexes":'), ['JSON_INVALID']);
    assert.deepEqual(await check(''), ['JSON_INVALID']);
  });
});
