import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../src/testing/guarded-process.ts';

const workerFileDefault = fileURLToPath(new URL('../src/worker.js', import.meta.url));
const readyTimeoutMs = 60_000;
const outputKeptCharacters = 4_000;

/** A worker as `npm run worker` starts it: a process of its own, told everything by its environment. */
export interface WorkerProcess {
  readonly pid: number;
  /** As a crash would end it. */
  kill(): Promise<void>;
  /** SIGTERM: it drains. Returns the exit code. */
  stop(): Promise<number | null>;
}

export interface WorkerProcessOptions {
  readonly temporalAddress: string;
  readonly atlasUrl: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly taskQueue: string;
  /** Port for health and metrics. */
  readonly httpPort: number;
  /** Further settings, by the names of their environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The worker's program, where it is another build's. @default this build's */
  readonly workerFile?: string;
  /** Told everything the worker writes. */
  readonly onOutput?: (text: string) => void;
}

/** Starts a worker and returns when it says that it is ready. Throws with its last words when it does not come up. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { workerFile = workerFileDefault } = options;
  const child = spawnGuarded(process.execPath, ['--enable-source-maps', workerFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    environment: workerEnvironment(options),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputKeptCharacters);
      options.onOutput?.(text);
    });
  }
  const { pid } = child;
  if (pid === undefined || !(await becomesReady(child, options.httpPort))) {
    await end(child, 'SIGKILL');
    throw new Error(`The worker did not come up. Its last words:\n${output.trim()}`);
  }
  return {
    pid,
    kill: async () => {
      await end(child, 'SIGKILL');
    },
    stop: () => end(child, 'SIGTERM'),
  };
}

/** Only what the worker needs: settings that the person at the keyboard has for the real Atlas stay out of it. */
function workerEnvironment(options: WorkerProcessOptions): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL|MONGODB_ATLAS|ATLAS_EXPORT)_/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    TEMPORAL_ADDRESS: options.temporalAddress,
    MONGODB_ATLAS_BASE_URL: options.atlasUrl,
    MONGODB_ATLAS_PUBLIC_API_KEY: options.publicKey,
    MONGODB_ATLAS_PRIVATE_API_KEY: options.privateKey,
    ATLAS_EXPORT_TASK_QUEUE: options.taskQueue,
    ATLAS_EXPORT_HTTP_PORT: String(options.httpPort),
    ATLAS_EXPORT_LOG_LEVEL: 'warn',
    ...options.settings,
  };
}

async function becomesReady(child: ChildProcess, httpPort: number): Promise<boolean> {
  const deadlineMs = Date.now() + readyTimeoutMs;
  while (Date.now() < deadlineMs && child.exitCode === null && child.signalCode === null) {
    if (await isReady(httpPort)) return true;
    await delay(100);
  }
  return false;
}

async function isReady(httpPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`, { signal: AbortSignal.timeout(1_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
  return child.exitCode;
}
