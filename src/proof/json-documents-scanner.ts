import { isUtf8 } from 'node:buffer';

/*
 * Whether bytes are JSON objects one after the other, exactly as RFC 8259 has it, without building any value.
 *
 * JSON.parse needs a whole line as a string and makes objects that nobody looks at, which costs more than gunzip does.
 * This keeps a few numbers between chunks, so that a document of any size passes in constant memory. Property tests
 * hold its answers equal to JSON.parse's.
 */

/** Deeper than any document of MongoDB's: 100 levels, and twice that in extended JSON. */
export const jsonDepthMax = 1_000;

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const zero = 0x30;
const nine = 0x39;
const point = 0x2e;

/** What the next byte is looked at as. Numbers and not words: they are compared for every token. */
const betweenDocuments = 0;
const beforeValue = 1;
const beforeValueOrEnd = 2;
const beforeName = 3;
const beforeNameOrEnd = 4;
const beforeColon = 5;
const afterValue = 6;
const inString = 7;
const inEscape = 8;
const inHex = 9;
const inLiteral = 10;
const afterMinus = 11;
const afterZero = 12;
const inInteger = 13;
const afterPoint = 14;
const inFraction = 15;
const afterExponentMark = 16;
const afterExponentSign = 17;
const inExponent = 18;

/** Bytes that a string can hold as they are: all but controls, the quote and the backslash. */
const isPlain = new Uint8Array(256).fill(1, 0x20);
isPlain[quote] = 0;
isPlain[backslash] = 0;
const isSpace = bytesIn(' \t\r\n');
const isDigit = bytesIn('0123456789');
const isHexDigit = bytesIn('0123456789abcdefABCDEF');
const isSimpleEscape = bytesIn('"\\/bfnrt');
const literals = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

function bytesIn(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

/** Where the bytes stop being JSON documents. */
export interface JsonProblem {
  /** On which the document that is wrong begins, from 1. */
  readonly line: number;
  /** Of the first byte that cannot be, from 0, in all that was scanned. */
  readonly offset: number;
  readonly what: string;
}

/** Scans a stream of JSON objects, chunk by chunk. After the first problem it is spent. */
export class JsonDocumentsScanner {
  #documents = 0;
  #documentsOffLine = 0;
  #mode = betweenDocuments;
  #depth = 0;
  /** Per level: 1 for an object, 0 for an array. */
  readonly #isObject = new Uint8Array(jsonDepthMax + 1);
  #stringIsName = false;
  #literal: Uint8Array = Buffer.alloc(0);
  /** Bytes of the literal, or digits of the \u escape, that have come. */
  #taken = 0;
  #line = 1;
  /** The lines on which the latest document began and ended; 0 before there is one. */
  #lineOfStart = 0;
  #lineOfEnd = 0;
  #offset = 0;
  /** The beginning of a character whose rest is in the next chunk. */
  #cutCharacter: Uint8Array = new Uint8Array(0);

  /** Documents that have ended. */
  get documents(): number {
    return this.#documents;
  }

  /** Of these, how many are not alone on one line of their own. */
  get documentsOffLine(): number {
    return this.#documentsOffLine;
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): JsonProblem | undefined {
    if (!this.#charactersHold(chunk)) return this.#problem(0, 'bytes that are not UTF-8');
    let at = 0;
    while (at < chunk.length) {
      const next = this.#token(chunk, at);
      if (next < 0) return this.#problem(at, `not JSON: ${shown(chunk[at] ?? 0)} cannot stand here`);
      at = next;
    }
    this.#offset += chunk.length;
    return undefined;
  }

  /** Says that nothing more comes. */
  end(): JsonProblem | undefined {
    if (this.#mode === betweenDocuments && this.#cutCharacter.length === 0) return undefined;
    return this.#problem(0, 'the last document is cut off');
  }

  /** Where the next token begins, or -1 where the byte at `at` is wrong. */
  #token(chunk: Uint8Array, at: number): number {
    switch (this.#mode) {
      case inString:
        return this.#string(chunk, at);
      case afterValue:
        return this.#afterValue(chunk, at);
      case beforeColon:
        return this.#colon(chunk, at);
      case beforeName:
      case beforeNameOrEnd:
        return this.#name(chunk, at);
      case beforeValue:
      case beforeValueOrEnd:
        return this.#value(chunk, at);
      case betweenDocuments:
        return this.#document(chunk, at);
      case inEscape:
      case inHex:
        return this.#escape(chunk, at);
      case inLiteral:
        return this.#inLiteral(chunk, at);
      default:
        return this.#number(chunk, at);
    }
  }

  #string(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.length && isPlain[chunk[at] ?? 0] === 1) at += 1;
    if (at === chunk.length) return at;
    const byte = chunk[at] ?? 0;
    if (byte === quote) this.#mode = this.#stringIsName ? beforeColon : afterValue;
    else if (byte === backslash) this.#mode = inEscape;
    else return -1;
    return at + 1;
  }

  #afterValue(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    const isObject = this.#isObject[this.#depth] === 1;
    if (byte === 0x2c) {
      this.#mode = isObject ? beforeName : beforeValue;
      return at + 1;
    }
    if (byte === (isObject ? 0x7d : 0x5d)) return this.#close(at);
    return this.#space(byte, at);
  }

  #colon(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte !== 0x3a) return this.#space(byte, at);
    this.#mode = beforeValue;
    return at + 1;
  }

  #name(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === quote) {
      this.#stringIsName = true;
      this.#mode = inString;
      return this.#string(chunk, at + 1);
    }
    if (byte === 0x7d && this.#mode === beforeNameOrEnd) return this.#close(at);
    return this.#space(byte, at);
  }

  #value(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === quote) {
      this.#stringIsName = false;
      this.#mode = inString;
      return this.#string(chunk, at + 1);
    }
    if (byte === 0x7b || byte === 0x5b) return this.#open(byte === 0x7b, at);
    if (byte === 0x5d && this.#mode === beforeValueOrEnd) return this.#close(at);
    if (byte === zero) this.#mode = afterZero;
    else if (isDigit[byte] === 1) this.#mode = inInteger;
    else if (byte === 0x2d) this.#mode = afterMinus;
    else if (isSpace[byte] === 1) return this.#space(byte, at);
    else {
      const literal = literals.get(byte);
      if (literal === undefined) return -1;
      this.#literal = literal;
      this.#taken = 1;
      this.#mode = inLiteral;
    }
    return at + 1;
  }

  #document(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte !== 0x7b) return this.#space(byte, at);
    this.#lineOfStart = this.#line;
    return this.#open(true, at);
  }

  #open(isObject: boolean, at: number): number {
    if (this.#depth === jsonDepthMax) return -1;
    this.#depth += 1;
    this.#isObject[this.#depth] = isObject ? 1 : 0;
    this.#mode = isObject ? beforeNameOrEnd : beforeValueOrEnd;
    return at + 1;
  }

  #close(at: number): number {
    this.#depth -= 1;
    this.#mode = afterValue;
    if (this.#depth > 0) return at + 1;
    this.#mode = betweenDocuments;
    this.#documents += 1;
    if (this.#lineOfStart !== this.#line || this.#lineOfEnd === this.#lineOfStart) {
      this.#documentsOffLine += 1;
    }
    this.#lineOfEnd = this.#line;
    return at + 1;
  }

  #space(byte: number, at: number): number {
    if (isSpace[byte] !== 1) return -1;
    if (byte === newline) this.#line += 1;
    return at + 1;
  }

  #escape(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (this.#mode === inHex) {
      if (isHexDigit[byte] !== 1) return -1;
      this.#taken += 1;
      if (this.#taken === 4) this.#mode = inString;
      return at + 1;
    }
    if (byte === 0x75) {
      this.#taken = 0;
      this.#mode = inHex;
      return at + 1;
    }
    if (isSimpleEscape[byte] !== 1) return -1;
    this.#mode = inString;
    return at + 1;
  }

  #inLiteral(chunk: Uint8Array, at: number): number {
    if (chunk[at] !== this.#literal[this.#taken]) return -1;
    this.#taken += 1;
    if (this.#taken === this.#literal.length) this.#mode = afterValue;
    return at + 1;
  }

  /** Where a number may end, it ends at the first byte that does not go on with it: that byte is looked at again. */
  #number(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    const next = nextInNumber(this.#mode, byte);
    if (next < 0) return -1;
    this.#mode = next;
    return next === afterValue ? at : at + 1;
  }

  #charactersHold(chunk: Uint8Array): boolean {
    const bytes = this.#cutCharacter.length === 0 ? chunk : Buffer.concat([this.#cutCharacter, chunk]);
    const whole = bytes.length - cutLength(bytes);
    this.#cutCharacter = bytes.slice(whole);
    return isUtf8(bytes.subarray(0, whole));
  }

  #problem(at: number, what: string): JsonProblem {
    const line = this.#depth > 0 ? this.#lineOfStart : this.#line;
    return { line, offset: this.#offset + at, what };
  }
}

/** What a number goes on as with one more byte; `afterValue` where it ended before the byte, -1 where it must not. */
function nextInNumber(mode: number, byte: number): number {
  const digit = byte >= zero && byte <= nine;
  switch (mode) {
    case inInteger:
    case afterZero:
      if (digit) return mode === inInteger ? inInteger : -1;
      if (byte === point) return afterPoint;
      return byte === 0x65 || byte === 0x45 ? afterExponentMark : afterValue;
    case afterMinus:
      if (byte === zero) return afterZero;
      return digit ? inInteger : -1;
    case afterPoint:
      return digit ? inFraction : -1;
    case inFraction:
      if (digit) return inFraction;
      return byte === 0x65 || byte === 0x45 ? afterExponentMark : afterValue;
    case afterExponentMark:
      if (byte === 0x2b || byte === 0x2d) return afterExponentSign;
      return digit ? inExponent : -1;
    case afterExponentSign:
      return digit ? inExponent : -1;
    default:
      return digit ? inExponent : afterValue;
  }
}

/** How many bytes at the end begin a UTF-8 character that goes on after them, 0 to 3. */
function cutLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16)}`;
}
