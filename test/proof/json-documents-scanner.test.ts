/**
 * Goal: the scanner says of every text what JSON.parse says of it, however it is cut into pieces. Method: properties over
 * valid documents, valid documents with a byte changed, and bytes made of JSON's own characters; JSON.parse is the judge.
 */
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  jsonDepthMax,
  JsonDocumentsScanner,
  type JsonProblem,
} from '../../src/proof/json-documents-scanner.ts';

interface Scan {
  readonly problem: JsonProblem | undefined;
  readonly documents: number;
  readonly documentsOffLine: number;
}

function scan(bytes: Buffer, pieceBytes: number = bytes.length + 1): Scan {
  const scanner = new JsonDocumentsScanner();
  let problem: JsonProblem | undefined;
  for (let at = 0; at < bytes.length && problem === undefined; at += pieceBytes) {
    problem = scanner.push(bytes.subarray(at, at + pieceBytes));
  }
  problem ??= scanner.end();
  return { problem, documents: scanner.documents, documentsOffLine: scanner.documentsOffLine };
}

/** Whether one line is one JSON object, by JSON.parse and by nothing of ours. */
function isObjectLine(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function agrees(bytes: Buffer, pieceBytes: number): void {
  const { problem, documents } = scan(bytes, pieceBytes);
  const isOne = problem === undefined && documents === 1;
  assert.equal(
    isOne,
    isObjectLine(bytes),
    `${JSON.stringify(bytes.toString('latin1'))}: ${problem?.what ?? 'fine'}`,
  );
}

const documents = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }));
const pieces = fc.integer({ min: 1, max: 9 });
const jsonish = fc
  .array(
    fc.constantFrom(
      ...'{}[]":,\\/ubfnrtaE+-.019e \t\n'.split(''),
      'true',
      'false',
      'null',
      '"a":',
      '\\u00e9',
      'é',
      '\u2028',
      '𝄞',
    ),
  )
  .map((parts) => `{"a":${parts.join('')}}`);

describe('the scanner of JSON documents', () => {
  it('takes every object that JSON.stringify writes, with and without white space', () => {
    fc.assert(
      fc.property(documents, pieces, fc.constantFrom(undefined, 1, '\t'), (document, pieceBytes, space) => {
        agrees(Buffer.from(JSON.stringify(document, undefined, space)), pieceBytes);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with JSON.parse when one byte is another', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(documents, change, pieces, (document, { at, byte }, pieceBytes) => {
        const bytes = Buffer.from(JSON.stringify(document));
        bytes[at % bytes.length] = byte;
        agrees(bytes, pieceBytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it("agrees with JSON.parse on texts of JSON's own characters", () => {
    fc.assert(
      fc.property(jsonish, pieces, (text, pieceBytes) => agrees(Buffer.from(text), pieceBytes)),
      { numRuns: 5_000 },
    );
  });

  it('agrees with JSON.parse on what is easily got wrong', () => {
    const values = [
      '0',
      '-0',
      '01',
      '-',
      '1.',
      '.5',
      '1.5',
      '1e5',
      '1E+5',
      '1e',
      '1e-',
      '1e+05',
      '+1',
      '0x1',
      '1_0',
      'Infinity',
      'NaN',
      '"\\u12"',
      '"\\uD800"',
      '"\\x41"',
      '"\\/"',
      '"\u007f"',
      '"\u0000"',
      '"\t"',
      '"\n"',
      'tru',
      'truee',
      'True',
      'nul',
      '[1,]',
      '[,1]',
      '[1 2]',
      '[]',
      '[[]]',
      '{"b":1,}',
      '{"b"}',
      '{b:1}',
      "{'b':1}",
      '{"b":1 "c":2}',
      '{}',
      '"',
      '1]',
      '[1}',
      '{"b":[}',
      '"a" "b"',
      '1,2',
      '/* c */ 1',
      '1 ',
      ' 1',
      '\u00a01',
      '\ufeff1',
      '\v1',
    ];
    for (const value of values) {
      for (const pieceBytes of [1, 2, 1000]) agrees(Buffer.from(`{"a":${value}}`), pieceBytes);
    }
    for (const text of ['', ' ', '{', '}', '{}', '[]', '1', '"a"', 'null', '{}x', '\ufeff{}', '{}\u0000']) {
      for (const pieceBytes of [1, 1000]) agrees(Buffer.from(text), pieceBytes);
    }
    for (const bytes of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
      [0x80],
      [0xff],
    ]) {
      const text = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
      for (const pieceBytes of [1, 2, 3, 1000]) agrees(text, pieceBytes);
    }
  });

  it('counts documents, and those that are not alone on a line of their own', () => {
    const count = (text: string): readonly number[] => {
      const { problem, documents: all, documentsOffLine } = scan(Buffer.from(text));
      assert.equal(problem, undefined, text);
      return [all, documentsOffLine];
    };
    assert.deepEqual(count('{"a":1}\n{"a":2}\n'), [2, 0]);
    assert.deepEqual(count('{"a":1}\r\n\r\n{"a":2}'), [2, 0]);
    assert.deepEqual(count('{"a":1} {"a":2}\n{"a":3}\n'), [3, 1]);
    assert.deepEqual(count('{\n"a":1}\n{"a":2}\n'), [2, 1]);
    assert.deepEqual(count(''), [0, 0]);
  });

  it('says where a text stops being JSON', () => {
    const { problem } = scan(Buffer.from('{"a":1}\n{"a":2}\n{"a" 3}\n'), 4);
    assert.deepEqual(problem, { line: 3, offset: 21, what: 'not JSON: "3" cannot stand here' });
    assert.equal(scan(Buffer.from('{"a":1}\n{"a":')).problem?.what, 'the last document is cut off');
  });

  it('stops at nesting that no document has', () => {
    const nested = (depth: number): Buffer => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    assert.equal(scan(nested(jsonDepthMax - 1)).problem, undefined);
    assert.notEqual(scan(nested(jsonDepthMax)).problem, undefined);
  });
});
