/**
 * Runs the tests with Node's own runner, after making sure of what they need. Arguments: parts of file names
 * (`contract`, `test/atlas/digest`) choose tests; what starts with `--` goes to the runner.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runs } from '../src/testing/build-command.ts';
import type { Report } from '../src/testing/report.ts';
import { findOrBuildS3Server } from '../src/testing/s3-server.ts';
import { findOrBuildTemporalCli } from '../src/testing/temporal-cli.ts';
import { findOrBuildTimeSkippingServer } from '../src/testing/time-skipping-server.ts';
import { findOrBuildGoogleServer } from '../test/bucket/support/google-server.ts';
import { findOrBuildGoExample } from '../test/examples/support/go-example.ts';
import { findOrMakePythonEnvironment } from '../test/examples/support/python-example.ts';
import { chooseTests } from './choose-tests.ts';
import { filesBelow } from './source-files.ts';
import { ensurePrograms, installPackages } from './system-packages.ts';
import { buildTemporalImages } from './temporal-images.ts';
import { testNeeds } from './test-needs.ts';

/** Generous: it ends a test that hangs, and judges no test's speed. */
const testTimeoutMs = 15 * 60 * 1000;
const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<number> {
  const { tests, runnerArguments } = chooseTests(filesBelow(root, 'test'), process.argv.slice(2));
  await prepare(tests);
  return await runTests(tests, runnerArguments);
}

async function prepare(tests: readonly string[]): Promise<void> {
  const report = (line: string): void => console.log(line);
  const needs = testNeeds(root, tests);
  await ensurePrograms(needs.programs, { report });
  if (needs.devServer) await findOrBuildTemporalCli({ report });
  if (needs.temporalImages) await buildTemporalImages({ root, report });
  if (needs.s3Server) await findOrBuildS3Server({ report });
  if (needs.googleServer) await findOrBuildGoogleServer({ report });
  if (needs.goExample) await findOrBuildGoExample({ report });
  if (needs.pythonExample) await preparePython(report);
  if (!needs.timeSkippingServer) return;
  try {
    await findOrBuildTimeSkippingServer({ report });
  } catch {
    await ensurePrograms(['java', 'mvn'], { report });
    await findOrBuildTimeSkippingServer({ report });
  }
}

/** Debian's python3 alone cannot make an environment. */
async function preparePython(report: Report): Promise<void> {
  await ensurePrograms(['python3'], { report });
  if (!(await runs('python3', ['-c', 'import ensurepip, venv']))) {
    await installPackages(['python3-venv'], "Python's venv and ensurepip", { report });
  }
  await findOrMakePythonEnvironment({ report });
}

async function runTests(tests: readonly string[], runnerArguments: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-timeout=${testTimeoutMs}`,
      // Most of them wait for a server most of the time.
      `--test-concurrency=${Math.max(2, availableParallelism())}`,
      ...runnerArguments,
      ...tests.map((test) => join('dist', test.replace(/\.ts$/, '.js'))),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  // A Ctrl-C reaches the runner too, which ends the tests and says which ones: wait for its last lines.
  process.removeAllListeners('SIGINT').on('SIGINT', () => {});
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

process.on('SIGINT', () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
