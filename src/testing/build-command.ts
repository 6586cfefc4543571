import { once } from 'node:events';
import { formatElapsed } from './report.ts';
import type { Report } from './report.ts';
import { spawnGuarded } from './guarded-process.ts';

const reportEveryMs = 5_000;
const outputKeptCharacters = 4_000;

export interface BuildCommand {
  /** What a person reads while it runs, for example "Building the Temporal dev server with Go". */
  readonly title: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** What a line of output counts as, for example "packages compiled": shown beside the elapsed time. */
  readonly lineMeans?: string;
  readonly report: Report;
}

/**
 * Runs a build step to its end, saying every few seconds that it is still at work.
 * @throws Error with the end of the program's output when it cannot be started or does not exit with 0.
 */
export async function runBuildCommand(build: BuildCommand): Promise<void> {
  const startedAt = Date.now();
  let output = '';
  let lines = 0;
  const child = spawnGuarded(build.command, build.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(build.environment === undefined ? {} : { environment: build.environment }),
    ...(build.folder === undefined ? {} : { folder: build.folder }),
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines += text.split('\n').length - 1;
      output = (output + text).slice(-outputKeptCharacters);
    });
  }
  const progress = setInterval(() => {
    const done = build.lineMeans === undefined || lines === 0 ? '' : `, ${lines} ${build.lineMeans}`;
    build.report(`${build.title}: ${formatElapsed(Date.now() - startedAt)}${done}`);
  }, reportEveryMs);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0)
      throw new Error(`${build.command} ended with ${signal ?? `exit code ${code}`}:\n${output.trim()}`);
  } finally {
    clearInterval(progress);
  }
}

/** Whether a program can be started and ends well: `runs('go', ['version'])`. */
export async function runs(command: string, commandArguments: readonly string[]): Promise<boolean> {
  const child = spawnGuarded(command, commandArguments, { stdio: 'ignore' });
  try {
    const [code] = await once(child, 'close');
    return code === 0;
  } catch {
    return false;
  }
}
