import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
}

/** Runs an image's command with this Node in place of the image's, to its end, within a minute. */
export async function runCommand(
  command: readonly string[],
  options: { readonly environment: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<CommandEnd> {
  const [program, ...rest] = command;
  if (program !== 'node') throw new Error(`the image has no other program than node, so not "${program}"`);
  const child = spawn(process.execPath, rest, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}
