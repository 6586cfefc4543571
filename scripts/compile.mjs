/** Compiles TypeScript to dist/ and makes the workflow bundle. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { root } from './install.mjs';

const dist = join(root, 'dist');

export async function compile({ bundle = true, bundleAnew = false } = {}) {
  prepareDist();
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root]);
  const bundler = join(dist, 'scripts/build-workflow-bundle.js');
  if (bundle)
    await run(process.execPath, ['--enable-source-maps', bundler, ...(bundleAnew ? [] : ['--if-needed'])]);
}

/**
 * Removes what was compiled from sources that are gone, so that a deleted test no longer runs, and makes the
 * compiler start anew where its output is incomplete: it goes by its own notes and does not look.
 */
function prepareDist() {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const compiled = include
    .flatMap((folder) => filesBelow(join(dist, folder), folder))
    .filter((path) => path.endsWith('.d.ts'));
  for (const path of compiled) {
    const stem = path.slice(0, -'.d.ts'.length);
    if (existsSync(join(root, `${stem}.ts`))) continue;
    for (const ending of ['.d.ts', '.js', '.js.map']) rmSync(join(dist, stem + ending), { force: true });
  }
  const sources = include
    .flatMap((folder) => filesBelow(join(root, folder), folder))
    .filter((path) => path.endsWith('.ts'));
  const incomplete = sources.some(
    (path) => !path.endsWith('.d.ts') && !existsSync(join(dist, path.replace(/\.ts$/, '.js'))),
  );
  if (incomplete) rmSync(join(dist, '.tsbuildinfo'), { force: true });
}

function filesBelow(folder, prefix) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map((name) => join(prefix, name));
}
