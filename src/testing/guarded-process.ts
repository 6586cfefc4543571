import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';

export interface GuardedProcessOptions {
  readonly stdio: StdioOptions;
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
}

const running = new Set<number>();
let killsOnExit = false;

/**
 * Starts a program that cannot outlive this process.
 *
 * It leads a process group of its own, so that a Ctrl-C in the terminal reaches only this process, which then
 * ends it in its own order. The whole group is killed when this process exits, and also when it cannot say
 * goodbye (SIGKILL, a crash, an unhandled signal): a watchdog shell sees the end of its input pipe, which the
 * system closes however this process ends.
 */
export function spawnGuarded(
  command: string,
  commandArguments: readonly string[],
  options: GuardedProcessOptions,
): ChildProcess {
  const child = spawn(command, commandArguments, {
    stdio: options.stdio,
    env: options.environment ?? process.env,
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) return child;
  if (!killsOnExit) {
    killsOnExit = true;
    process.on('exit', () => running.forEach(killGroup));
  }
  running.add(pid);
  const watchdog = startWatchdog(pid);
  child.once('exit', () => {
    // What the program itself left running in its group ends with it.
    killGroup(pid);
    running.delete(pid);
    watchdog.kill('SIGKILL');
  });
  return child;
}

function startWatchdog(pid: number): ChildProcess {
  const watchdog = spawn('sh', ['-c', 'cat >/dev/null; kill -s KILL -- "-$1"', 'watchdog', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Where there is no `sh`, the 'exit' hook is all there is.
  watchdog.on('error', () => {});
  watchdog.unref();
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  return watchdog;
}

/** Kills a process group; one that is gone already is no error. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
