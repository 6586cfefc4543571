/**
 * Goal: what a reader of this repository may rely on, and no linter checks. Method: every file of the project is read
 * and each rule applied to it; each rule is shown to find what it is for, and to leave alone what only looks like it.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { isExactVersion, packagesExplained, problemsOf, REPOSITORY_RULES } from './rules.ts';
import type { ProjectFile } from './rules.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** As .gitignore has it, and git's own folder. */
const FOLDERS_LEFT_OUT = new Set(['.git', 'node_modules', 'dist']);
const NOT_TEXT = /\.(?:png|log|tsbuildinfo)$|^\.DS_Store$/;

function projectFiles(folder = ''): ProjectFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (FOLDERS_LEFT_OUT.has(entry.name)) return [];
    if (entry.isDirectory()) return projectFiles(path);
    return entry.isFile() && !NOT_TEXT.test(entry.name) ? [{ path, text: read(path) }] : [];
  });
}

const versions = v.record(v.string(), v.string());
const packageSchema = v.object({ dependencies: versions, devDependencies: versions });
const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({
      version: v.optional(v.string()),
      resolved: v.optional(v.string()),
      dependencies: v.optional(versions),
      devDependencies: v.optional(versions),
    }),
  ),
});

describe('the repository', () => {
  const files = projectFiles();

  it('is read whole: code, tests, documents and settings', () => {
    for (const path of [
      'src/client.ts',
      'test/repository/rules.ts',
      'README.md',
      '.oxlintrc.json',
      '.ci/run',
    ]) {
      assert.ok(
        files.some((file) => file.path === path),
        path,
      );
    }
  });

  for (const rule of REPOSITORY_RULES) {
    it(`keeps to this: ${rule.says}`, () => {
      const judged = files.filter(({ path }) => rule.appliesTo(path));
      assert.ok(judged.length > 0, 'the rule applies to no file at all');
      assert.deepEqual(
        judged.flatMap((file) => problemsOf(rule, file)),
        [],
      );
    });
  }
});

describe('the rules of the repository', () => {
  for (const { says, problems, rejects, accepts } of REPOSITORY_RULES) {
    it(`can be broken: ${says}`, () => {
      assert.ok(rejects.length > 0);
      for (const text of rejects) assert.notDeepEqual(problems(text), [], text.slice(0, 200));
      assert.deepEqual(problems(accepts), []);
    });
  }
});

describe('the dependencies', () => {
  const { dependencies, devDependencies } = v.parse(packageSchema, JSON.parse(read('package.json')));
  const named = { ...dependencies, ...devDependencies };
  const { packages } = v.parse(lockSchema, JSON.parse(read('package-lock.json')));

  it('are pinned to one version each', () => {
    const ranges = Object.entries(named).filter(([, version]) => !isExactVersion(version));
    assert.deepEqual(ranges, []);
    for (const range of [
      '^1.0.0',
      '~1.0.0',
      '1.x',
      '*',
      'latest',
      '>=1.0.0',
      '1.0.0 - 2.0.0',
      'npm:x@1.0.0',
    ]) {
      assert.equal(isExactVersion(range), false, range);
    }
  });

  it('are in the lock file as package.json names them, without the address they came from', () => {
    assert.deepEqual(packages['']?.dependencies, dependencies);
    assert.deepEqual(packages['']?.devDependencies, devDependencies);
    const installed = Object.keys(named).map((name) => [name, packages[`node_modules/${name}`]?.version]);
    assert.deepEqual(Object.fromEntries(installed), named);
    const addressed = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
    assert.deepEqual(addressed, []);
  });

  it('are each named with a reason in docs/architecture.md, and no other is', () => {
    assert.deepEqual(packagesExplained(read('docs/architecture.md')), new Set(Object.keys(named)));
  });
});
