import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { report } from './support/example-files.ts';
import { describeExample } from './support/example-behaviour.ts';
import { findOrBuildGoExample, goExampleFolder } from './support/go-example.ts';

describeExample({
  language: 'Go',
  prepare: async () => [await findOrBuildGoExample({ report })],
});

test('the example in Go, its generated types included, is formatted as gofmt does', async () => {
  const { stdout } = await promisify(execFile)('gofmt', ['-d', goExampleFolder]);
  assert.equal(stdout, '');
});
