import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnGuarded } from './guarded-process.ts';

const answerTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
const outputKeptCharacters = 4_000;

export interface AnsweringProcessOptions {
  /** For messages, for example "The S3 server". */
  readonly title: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Asked until it says yes. */
  readonly answers: () => Promise<boolean>;
  /** Pause between two questions. */
  readonly answerEveryMs: number;
}

/**
 * Starts a server of this machine and returns when it answers. It dies with this process.
 * @throws Error with the end of its own output when it does not come up.
 */
export async function startAnsweringProcess(options: AnsweringProcessOptions): Promise<ChildProcess> {
  const { title, command, environment } = options;
  const child = spawnGuarded(command, options.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(environment === undefined ? {} : { environment }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputKeptCharacters);
    });
  }
  const ended = once(child, 'close').then(
    ([code, signal]) => `ended with ${signal ?? `exit code ${code}`}`,
    (error: unknown) => `cannot be started: ${String(error)}`,
  );
  const stopAsking = new AbortController();
  const failure = await Promise.race([ended, whyNoAnswer(options, stopAsking.signal)]);
  stopAsking.abort();
  if (failure === undefined) return child;
  await endProcess(child, 'SIGKILL');
  throw new Error(`${title} ${failure}. Its last words:\n${output.trim()}`);
}

async function whyNoAnswer(
  { answers, answerEveryMs }: AnsweringProcessOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + answerTimeoutMs;
  while (Date.now() < deadline && !signal.aborted) {
    if (await answers()) return undefined;
    await delay(answerEveryMs);
  }
  return `did not answer in ${answerTimeoutMs} ms`;
}

/** Whether an address answers HTTP, whatever it answers. */
export async function answersHttp(url: string, { timeoutMs }: { timeoutMs: number }): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Ends a process that may have ended already; one that does not heed SIGTERM is killed after a while. */
export async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill(signal);
  const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await closed;
  clearTimeout(killer);
}
