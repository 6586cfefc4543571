import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { acceptedFiles, rejectedFiles, surroundings } from './lint-examples.ts';

/**
 * Goal: no rule that the design leans on is switched off, misspelt or overridden unnoticed.
 * Method: the real oxlint with the real settings looks at a small project of the same shape, in which each file
 * breaks one rule (or none).
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const reportSchema = v.object({
  diagnostics: v.array(v.object({ code: v.string(), filename: v.string(), message: v.string() })),
});

describe('the lint rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-export-lint-'));
  const found = new Map<string, string[]>();

  before(() => {
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
      cpSync(join(root, name), join(folder, name));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const { path, source } of [...surroundings, ...acceptedFiles, ...rejectedFiles]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
    const run = spawnSync(process.execPath, [oxlint, '--type-aware', '--format=json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(run.status, 1, `oxlint must run and find errors; it said:\n${run.stdout}${run.stderr}`);
    const { diagnostics } = v.parse(reportSchema, JSON.parse(run.stdout));
    for (const { filename, code, message } of diagnostics) {
      found.set(filename, [...(found.get(filename) ?? []), `${code}: ${message}`]);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const { path, rule, why } of rejectedFiles) {
    it(`reject ${why}`, () => {
      const rules = (found.get(path) ?? []).map((each) => each.split(':')[0]);
      assert.deepEqual(
        [...new Set(rules)],
        [rule],
        `${path}: ${found.get(path)?.join('\n') ?? 'nothing found'}`,
      );
    });
  }

  for (const { path, why } of acceptedFiles) {
    it(`accept ${why}`, () => {
      assert.deepEqual(found.get(path) ?? [], [], path);
    });
  }
});
