/**
 * The door to every task: `node scripts/run.mjs <task> [arguments]`, called by the scripts of package.json.
 * Plain JavaScript without dependencies, since it runs on a fresh clone and installs them first.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitWith, run } from './child.mjs';
import { compile } from './compile.mjs';
import { ensureInstalled, root } from './install.mjs';
import { currentLtsNode } from './node-lts.mjs';

const node = process.execPath;
const bin = (name, path) => join(root, 'node_modules', name, path);
const prettier = (...options) =>
  run(node, [bin('prettier', 'bin/prettier.cjs'), '--log-level=warn', ...options]);
const runBuilt = async (path, passedOn, nodePath = node) => {
  await compile();
  await run(nodePath, ['--enable-source-maps', join(root, 'dist', path), ...passedOn]);
};

const tasks = {
  build: () => compile({ bundleAnew: true }),
  types: () => compile({ bundle: false }),
  lint: (passedOn) =>
    run(node, [bin('oxlint', 'bin/oxlint'), '--type-aware', '--deny-warnings', ...passedOn]),
  format: () => prettier('--write', '.'),
  'format:check': () => prettier('--check', '.'),
  'docs:check': async () => {
    await compile();
    await checkDocuments();
  },
  test: (passedOn) => runBuilt('scripts/run-tests.js', passedOn),
  'test:compose': (passedOn) => runBuilt('scripts/run-tests.js', ['test/compose-up/', ...passedOn]),
  'test:node-lts': async (passedOn) => runBuilt('scripts/run-tests.js', passedOn, await currentLtsNode()),
  demo: (passedOn) => runBuilt('demo/main.js', passedOn),
  simulator: (passedOn) => runBuilt('simulator/main.js', passedOn),
  worker: (passedOn) => runBuilt('src/worker.js', passedOn),
  cli: (passedOn) => runBuilt('src/cli/main.js', passedOn),
  bench: (passedOn) => runBuilt('bench/main.js', passedOn),
  pictures: (passedOn) => runBuilt('test/web-ui/take-pictures.js', passedOn),
  faults: (passedOn) => runBuilt('faults/simulation/main.js', passedOn),
  'faults:load': (passedOn) => runBuilt('faults/load/main.js', passedOn),
  'faults:processes': (passedOn) => runBuilt('faults/processes/main.js', passedOn),
  verify,
};

/** The whole gate. The tests come last, so that the output ends with the test runner's own summary. */
async function verify() {
  await stage('format', tasks['format:check']);
  await stage('build and types', tasks.build);
  await stage('lint', () => tasks.lint([]));
  await stage('documents are current', checkDocuments);
  console.log('\n▶ tests');
  await run(node, ['--enable-source-maps', join(root, 'dist/scripts/run-tests.js')]);
}

async function stage(name, work) {
  const startedAt = performance.now();
  console.log(`\n▶ ${name}`);
  await work();
  console.log(`✔ ${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function checkDocuments() {
  const check = join(root, 'dist/scripts/check-docs.js');
  if (existsSync(check)) await run(node, ['--enable-source-maps', check]);
  else console.log('no generated documents yet');
}

const [name = '', ...passedOn] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name)) {
  console.error(`There is no task "${name}". Tasks: ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}
try {
  await ensureInstalled();
  await tasks[name](passedOn);
} catch (error) {
  exitWith(error);
}
