/** Atlas's own documents are five deep at the most; whatever is deeper than this is none of them. */
const DEPTH_MAX = 64;

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const OPENERS = new Set(['[', '{'].map((character) => character.charCodeAt(0)));
const CLOSERS = new Set([']', '}'].map((character) => character.charCodeAt(0)));

/**
 * `JSON.parse` of a body. A megabyte of open brackets keeps V8's parser busy for a third of a second, in which a
 * worker does nothing else; so depth is looked at first, which takes a few milliseconds.
 *
 * @throws {SyntaxError} when `text` is no JSON, or is nested deeper than 64.
 */
export function parseJsonText(text: string): unknown {
  if (isDeep(text)) throw new SyntaxError(`nested deeper than ${DEPTH_MAX}`);
  return JSON.parse(text);
}

function isDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === BACKSLASH) index += 1;
      else if (character === QUOTE) inString = false;
    } else if (character === QUOTE) {
      inString = true;
    } else if (OPENERS.has(character)) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (CLOSERS.has(character)) {
      depth -= 1;
    }
  }
  return false;
}
