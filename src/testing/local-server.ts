import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnGuarded } from './guarded-process.ts';

const answerTimeoutMs = 60_000;
const answerEveryMs = 50;
const stopTimeoutMs = 10_000;
const outputKeptCharacters = 4_000;

export interface LocalServerCommand {
  /** For messages, for example "The S3 server". */
  readonly title: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Asked until it answers, whatever it answers. */
  readonly url: string;
}

export interface LocalServer {
  stop(): Promise<void>;
}

/**
 * Starts a server of this machine and returns when it answers HTTP. It dies with this process.
 * @throws Error with the end of its own output when it does not come up.
 */
export async function startLocalServer(server: LocalServerCommand): Promise<LocalServer> {
  const child = spawnGuarded(server.command, server.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(server.environment === undefined ? {} : { environment: server.environment }),
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
  const failure = await Promise.race([ended, whetherItAnswers(server.url, stopAsking.signal)]);
  stopAsking.abort();
  if (failure !== undefined) {
    await endProcess(child);
    throw new Error(`${server.title} ${failure}. Its last words:\n${output.trim()}`);
  }
  return { stop: () => endProcess(child) };
}

async function whetherItAnswers(url: string, signal: AbortSignal): Promise<string | undefined> {
  const deadline = Date.now() + answerTimeoutMs;
  while (Date.now() < deadline && !signal.aborted) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.body?.cancel();
      return undefined;
    } catch {
      await delay(answerEveryMs);
    }
  }
  return `did not answer in ${answerTimeoutMs} ms`;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await closed;
  clearTimeout(killer);
}
