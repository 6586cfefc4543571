/**
 * Goal: the README's tables, kept by hand for people in a hurry, say neither less nor more than the code. Method: the
 * first cell of each row is compared with what the contract lists.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { exportFailureTypes } from '../../src/contract/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

/** The names in code font in the first cell of each row of the table whose heading row begins so. */
function namesOfTable(heading: string): string[] {
  const rows = readme.slice(readme.indexOf(`\n| ${heading} `) + 1).split('\n');
  const rowsEnd = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(2, rowsEnd).flatMap((row) => {
    const [, cell = ''] = row.split('|');
    return [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  });
}

test('the README lists each type of failure once', () => {
  assert.deepEqual(namesOfTable('type').toSorted(), exportFailureTypes.toSorted());
});

test('the README lists each field of a request once', () => {
  const schema: unknown = JSON.parse(readFileSync(`${root}docs/schema/export-request.schema.json`, 'utf8'));
  const { properties } = v.parse(v.object({ properties: v.record(v.string(), v.unknown()) }), schema);
  assert.deepEqual(namesOfTable('field').toSorted(), Object.keys(properties).toSorted());
});
