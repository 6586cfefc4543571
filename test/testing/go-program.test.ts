/** Goal: whoever lacks what a test needs is told what to install. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { findOrBuildGoProgram } from '../../src/testing/go-program.ts';

it('a program that is built with Go says so where Go is not there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-no-go-'));
  t.after(() => rm(folder, { recursive: true }));
  const program = { name: 'thing', module: 'example.com/thing', version: 'v1.0.0', title: 'The thing' };
  const environment = { XDG_CACHE_HOME: folder, PATH: folder };
  await assert.rejects(findOrBuildGoProgram(program, { report: () => {}, environment }), /Install Go/);
});
