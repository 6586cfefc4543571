/** Runs one program at a time in the foreground, so that Ctrl-C reaches it once and nothing of it stays behind. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** npm passes a Ctrl-C on that the terminal has already sent here: the second is no second wish. */
const sameSignalWithinMs = 500;
const killAtSignal = 3;

let current;
let lastSignalAt = Number.NEGATIVE_INFINITY;
let signalsSeen = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => passOn(signal));

/** A program ended badly; it has said why itself. */
export class ChildFailure extends Error {
  constructor(command, code, signal) {
    super(`${command} ended with ${signal ?? `exit code ${code}`}`);
    this.exitCode = code ?? 128 + constants.signals[signal];
  }
}

/** Runs a program to its end with this one's terminal. Throws a ChildFailure when it does not exit with 0. */
export async function run(command, commandArguments, environment = process.env) {
  const child = spawn(command, commandArguments, {
    // A group of its own gets each signal once, and can be ended whole. It is not the terminal's foreground
    // group, so reading the terminal would stop it; a pipe or a file it may read.
    detached: true,
    stdio: [process.stdin.isTTY ? 'ignore' : 'inherit', 'inherit', 'inherit'],
    env: environment,
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const watchdog = child.pid === undefined ? undefined : startWatchdog(child.pid);
  current = child;
  const { code, signal } = await ended.finally(() => {
    current = undefined;
    killGroup(child.pid, 'SIGKILL');
    watchdog?.kill('SIGKILL');
  });
  if (code !== 0) throw new ChildFailure(command, code, signal);
}

/** Ends this process in the way that the failed program did. */
export function exitWith(error) {
  if (!(error instanceof ChildFailure)) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  process.exit(error.exitCode);
}

function passOn(signal) {
  if (current === undefined) process.exit(128 + constants.signals[signal]);
  const now = performance.now();
  if (now - lastSignalAt < sameSignalWithinMs) return;
  lastSignalAt = now;
  signalsSeen += 1;
  killGroup(current.pid, signalsSeen >= killAtSignal ? 'SIGKILL' : signal);
}

/** Ends the group when this process is killed and cannot: its end of the watchdog's pipe closes then. */
function startWatchdog(pid) {
  const watchdog = spawn(
    'sh',
    ['-c', 'cat >/dev/null; kill -s TERM -- "-$1"; sleep 5; kill -s KILL -- "-$1"', 'watchdog', String(pid)],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  );
  watchdog.on('error', () => {});
  watchdog.unref();
  watchdog.stdin?.unref();
  return watchdog;
}

function killGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
