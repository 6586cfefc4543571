/** The worker as a process of its own, started and watched as an operator would. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

const workerFile = fileURLToPath(new URL('../../src/worker.js', import.meta.url));
const waitMsMax = 60_000;

export const secretKey = '5ecre7aa-1111-2222-3333-444455556666';

/** Enough for the worker to start; Temporal's and Atlas's addresses lead nowhere. */
export const completeEnvironment = {
  MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
  MONGODB_ATLAS_PRIVATE_API_KEY: secretKey,
  MONGODB_ATLAS_BASE_URL: 'http://127.0.0.1:1',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  ATLAS_EXPORT_HTTP_PORT: '0',
} as const;

export interface WorkerProcess {
  /** All of standard output so far. */
  readonly output: () => string;
  /** All of standard error so far. */
  readonly complaints: () => string;
  /** The log so far; fails where a line is not one JSON object. */
  readonly records: () => Record<string, unknown>[];
  /** Waits until a record has this message. */
  logged(message: RegExp): Promise<Record<string, unknown>>;
  /** Asks the health server, whose address is taken from the log. */
  ask(path: string): Promise<{ status: number; body: string }>;
  /** Asks until the status is this one. */
  askUntil(path: string, status: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Exit code; a signal's name where one ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

/** Starts it with this environment and nothing of the test's own; it is gone at the latest when the test is. */
export function startWorkerProcess(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
): WorkerProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', workerFile], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const exit = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const records = (): Record<string, unknown>[] => recordsIn(output);
  const story = (): string => `\nlog:\n${output}\nstandard error:\n${complaints}`;

  const waitFor = async <Found>(what: string, look: () => Found | undefined | Promise<Found | undefined>) => {
    for (const deadline = Date.now() + waitMsMax; Date.now() < deadline; await delay(25)) {
      const found = await look();
      if (found !== undefined) return found;
      assert.ok(child.exitCode === null && child.signalCode === null, `ended before ${what}${story()}`);
    }
    return assert.fail(`no ${what} in ${waitMsMax} ms${story()}`);
  };

  const logged = (message: RegExp): Promise<Record<string, unknown>> =>
    waitFor(`record ${String(message)}`, () =>
      records().find((record) => message.test(String(record['message']))),
    );
  const ask = async (path: string): Promise<{ status: number; body: string }> => {
    const { health } = await logged(/^the worker is starting$/);
    const { statusCode, body } = await request(`${String(health)}${path}`);
    return { status: statusCode, body: await body.text() };
  };
  return {
    output: () => output,
    complaints: () => complaints,
    records,
    logged,
    ask,
    askUntil: (path, status) =>
      waitFor(`${status} from ${path}`, async () => {
        const answer = await ask(path);
        return answer.status === status ? answer.body : undefined;
      }),
    kill: (signal) => void child.kill(signal),
    exit,
  };
}

function recordsIn(output: string): Record<string, unknown>[] {
  // What stands after the last line end is still being written.
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const record: unknown = JSON.parse(line);
      assert.ok(typeof record === 'object' && record !== null, `not a record: ${line}`);
      return { ...record };
    });
}
