import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, secretsOf, type Environment } from '../../config.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { installTelemetryRuntime } from '../../telemetry/runtime.ts';
import { connectToTemporal, runWorker } from '../../worker.ts';

/** A person waits for the end: what an activity has not done by then, Temporal gives to the next worker. */
const shutdownGraceMs = 2_000;

/**
 * Does `work` while a worker runs in this process. Its log goes to `worker.log` in the folder, and warnings only:
 * what a person has to know is in the export's status.
 */
export async function runWithWorker<Result>(
  { environment, folder }: { environment: Environment; folder: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const settings = { ...readSettings(environment), shutdownGraceMs };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = join(folder, 'worker.log');
  const logger = createLogger({
    level: 'WARN',
    secrets: secretsOf(settings),
    destination: { write: (line: string) => appendFileSync(logFile, line) },
  });
  await installTelemetryRuntime({ logger, level: 'WARN' });
  const { temporal, connectTimeoutMs } = settings;
  const connection = await connectToTemporal({ temporal, timeoutMs: connectTimeoutMs, logger });
  const stop = new AbortController();
  const worker = runWorker(settings, { connection, signal: stop.signal });
  try {
    // A worker that ends by itself has failed: its error, and not a wait without end.
    return await Promise.race([work(), worker.then(() => never())]);
  } finally {
    stop.abort();
    await worker.catch(() => undefined);
    await connection.close();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
