/** The npm package: packed, installed into an empty folder, and used from there. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import * as v from 'valibot';
import { runCommand } from './command.ts';
import { root } from './compose-file.ts';
import { packPackage, runInFolder } from './packed-package.ts';

const mapSchema = v.object({ sources: v.array(v.string()), sourcesContent: v.array(v.string()) });

describe('the npm package', () => {
  let folder: string;
  let tarball: string;
  let installed: string;

  const run = (command: readonly string[]): Promise<string> => runInFolder(command, folder);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'package-'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    tarball = await packPackage(folder);
    await run(['npm', 'install', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', tarball]);
    installed = join(folder, 'node_modules/atlas-export-worker');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what it runs on, and neither tests nor source maps that lead nowhere', () => {
    const files = readdirSync(installed, { recursive: true }).map(String);
    for (const file of [
      'dist/src/workflow-bundle.js',
      'dist/src/workflow-bundle.json',
      'dist/src/worker.js',
    ]) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter((file) => /\.test\.|^dist\/(?!src|simulator)\w+/.test(file)),
      [],
    );
    const maps = files.filter((file) => file.endsWith('.js.map'));
    assert.ok(maps.length > 0);
    for (const map of maps) {
      const content: unknown = JSON.parse(readFileSync(join(installed, map), 'utf8'));
      const { sources, sourcesContent } = v.parse(mapSchema, content);
      assert.equal(sourcesContent.length, sources.length, map);
    }
  });

  test('is imported from an ES module and required from CommonJS', async () => {
    const check =
      "if (typeof connectExportClient !== 'function' || typeof ExportClient !== 'function') process.exit(9);";
    const names = '{ connectExportClient, ExportClient }';
    writeFileSync(join(folder, 'use.mjs'), `import ${names} from 'atlas-export-worker';\n${check}\n`);
    writeFileSync(join(folder, 'use.cjs'), `const ${names} = require('atlas-export-worker');\n${check}\n`);
    await run(['node', 'use.mjs']);
    await run(['node', 'use.cjs']);
  });

  test('has types that a strict TypeScript project takes, without any of our development packages', async () => {
    const use = `import { connectExportClient, type ExportRequest, type ExportResult } from 'atlas-export-worker';
const request: ExportRequest = { groupId: 'a', clusterName: 'b', snapshotId: 'latest', exportBucketName: 'c', deadline: '7 days' };
export const result: Promise<ExportResult> = connectExportClient().then((exports) => exports.execute(request));
// @ts-expect-error: a request without a cluster
export const wrong: ExportRequest = { groupId: 'a', snapshotId: 'latest', exportBucketName: 'c' };
// @ts-expect-error: no duration
export const eternal: ExportRequest = { ...request, deadline: 'for ever' };
`;
    for (const name of ['use.mts', 'use.cts']) writeFileSync(join(folder, name), use);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--skipLibCheck', '--noEmit'];
    await run(['node', compiler, ...options, 'use.mts', 'use.cts']);
  });

  test('starts the worker, which says which settings are missing', async () => {
    const worker = join(installed, 'dist/src/worker.js');
    const { code, output } = await runCommand(['node', worker], { environment: {}, cwd: folder });
    assert.equal(code, 2, output);
    assert.match(output, /MONGODB_ATLAS_PUBLIC_API_KEY and .* are missing/);
  });

  test('has nothing that publint finds fault with', async () => {
    const data = readFileSync(tarball);
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    const { messages } = await publint({ pack: { tarball: bytes } });
    assert.deepEqual(messages, []);
  });

  test('resolves to the right types everywhere but in what knows no exports', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
    assert.ok(analysis.types !== false, 'the package has no types');
    // A CommonJS project gets an ES module, which Node can require.
    const problems = analysis.problems.filter(
      (problem) =>
        problem.kind !== 'CJSResolvesToESM' &&
        !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
    );
    assert.deepEqual(problems, []);
    assert.ok(existsSync(join(dirname(installed), '@temporalio/client')));
  });
});
