import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { spawnGuarded } from '../src/testing/guarded-process.ts';
import { resultsFolderDefault } from './benchmark.ts';

/** Every benchmark is a program of its own beside this one: none sees what another left in the process. */
const benchmarks = ['wire', 'history', 'throughput', 'fleet', 'polling', 'bucket', 'cli'] as const;

const usage = `Usage: npm run bench [-- NAME… --results FOLDER]

Measures, prints tables, and writes FOLDER/<name>.json.

  NAME       one or more of ${benchmarks.join(', ')}; default: all
  --results  where the JSON goes; default: bench/results
  --help     this text
`;

function pathOf(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url));
}

/** Returns its exit code. */
async function runProgram(name: string, resultsFolder: string): Promise<number> {
  const out = join(resultsFolder, `${name}.json`);
  const commandArguments = ['--enable-source-maps', pathOf(name), '--out', out];
  const child = spawnGuarded(process.execPath, commandArguments, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal]: unknown[] = await once(child, 'close');
  if (code !== 0) process.stderr.write(`${name}: ended with ${String(signal ?? code)}\n`);
  return typeof code === 'number' ? code : 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { results: { type: 'string', default: resultsFolderDefault }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const unknown = positionals.filter((name) => !benchmarks.some((known) => known === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no benchmark ${unknown.join(', ')}.\n\n${usage}`);
    return 2;
  }
  let failed = 0;
  for (const name of positionals.length > 0 ? positionals : benchmarks) {
    if (!existsSync(pathOf(name))) {
      process.stderr.write(`${name}: there is no bench/${name}.ts\n`);
      failed += 1;
      continue;
    }
    if ((await runProgram(name, resolve(values.results))) !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  // Such as an option that does not exist.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
