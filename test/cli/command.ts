import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stage } from '../end-to-end/stage.ts';

export const mainFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly end: Promise<CommandEnd>;
}

export type CommandEnvironment = Readonly<Record<string, string>>;

/** The environment in which the command finds a stage's Temporal and Atlas. */
export function environmentOf(stage: Pick<Stage, 'server' | 'simulator' | 'taskQueue'>): CommandEnvironment {
  return {
    TEMPORAL_ADDRESS: stage.server.address,
    ATLAS_EXPORT_TASK_QUEUE: stage.taskQueue,
    MONGODB_ATLAS_BASE_URL: stage.simulator.baseUrl,
    MONGODB_ATLAS_PUBLIC_API_KEY: stage.simulator.credentials.publicKey,
    MONGODB_ATLAS_PRIVATE_API_KEY: stage.simulator.credentials.privateKey,
  };
}

/** Starts the command as a process of its own, with nothing of the test's environment but what it needs to run. */
export function startCommand(words: readonly string[], environment: CommandEnvironment = {}): RunningCommand {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', mainFile, ...words], {
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    end: once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr })),
  };
}

export function runCommand(words: readonly string[], environment?: CommandEnvironment): Promise<CommandEnd> {
  return startCommand(words, environment).end;
}
