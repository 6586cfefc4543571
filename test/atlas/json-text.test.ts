import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseJsonText } from '../../src/atlas/json-text.ts';
import { PROPERTY_LIMITS } from './support/property-limits.ts';

describe('a body read as JSON', () => {
  test('is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => {
        assert.deepEqual(parseJsonText(text), JSON.parse(text));
      }),
      PROPERTY_LIMITS,
    );
  });

  test('may be 64 deep and no deeper, by lists and objects alike', () => {
    const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const objects = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    for (const nested of [lists, objects]) {
      assert.deepEqual(parseJsonText(nested(64)), JSON.parse(nested(64)));
      assert.throws(() => parseJsonText(nested(65)), SyntaxError);
    }
  });

  test('may hold any number of brackets in its strings, and side by side', () => {
    const strings = JSON.stringify(['['.repeat(1_000), '\\"[['.repeat(100), '{"']);
    assert.deepEqual(parseJsonText(strings), JSON.parse(strings));
    const wide = JSON.stringify(Array.from({ length: 1_000 }, () => [{}]));
    assert.deepEqual(parseJsonText(wide), JSON.parse(wide));
  });
});
