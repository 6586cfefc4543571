import { getHeapStatistics } from 'node:v8';
import type { Logger } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { readSettings, secretsOf, SettingsError, type Environment, type Settings } from '../config.ts';
import { startHealthServer, type HealthServer } from '../telemetry/health-server.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createRedactor } from '../telemetry/redact.ts';
import { installTelemetryRuntime } from '../telemetry/runtime.ts';
import { connectToTemporal, TemporalUnreachableError } from './connect.ts';
import { createReadiness, type WorkerProgress } from './readiness.ts';
import { runWorker } from './run-worker.ts';
import { stopSignal } from './stop-signal.ts';
import { sdkVersion } from './sdk-version.ts';
import { version } from './version.ts';
import { announceDeployment, WorkerVersioningRefusedError } from './worker-deployment.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';

/** How the process ends, for whoever started it. A second signal ends it with 128 and the signal's number. */
export const exitCodes = {
  /** It was asked to end and has drained. */
  drained: 0,
  /** Something that should not happen; the log says what. */
  failed: 1,
  /** The settings are wrong; standard error names them all. Nothing was connected. */
  settings: 2,
  /** Temporal could not be reached, or refused. */
  temporalUnreachable: 3,
} as const;

/**
 * The worker process, from environment to exit code. What keeps it from running goes to `complain` as one message
 * for a person; everything else is logged.
 */
export async function main(
  environment: Environment,
  complain: (message: string) => void = (message) => process.stderr.write(`${message}\n`),
): Promise<number> {
  let settings: Settings;
  try {
    settings = readSettings(environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    complain(`atlas-export-worker: ${error.message}`);
    return exitCodes.settings;
  }
  const secrets = secretsOf(settings);
  const clean = createRedactor(secrets);
  const logger = createLogger({ level: settings.logLevel, secrets });
  const progress: WorkerProgress = {};
  const stop = stopSignal({
    logger,
    onStop: () => {
      progress.draining = true;
    },
  });
  try {
    return await serve(settings, { logger, progress, signal: stop.signal });
  } catch (error) {
    if (stop.signal.aborted && isAbort(error)) {
      logger.info('ended before the worker was up');
      return exitCodes.drained;
    }
    complain(`atlas-export-worker: ${clean(error instanceof Error ? error.message : String(error))}`);
    if (error instanceof SettingsError) return exitCodes.settings;
    if (error instanceof TemporalUnreachableError || error instanceof WorkerVersioningRefusedError) {
      logger.error(error.message);
      return exitCodes.temporalUnreachable;
    }
    logger.error('the worker has failed', { error });
    return exitCodes.failed;
  } finally {
    stop.release();
  }
}

interface Process {
  readonly logger: Logger;
  readonly progress: WorkerProgress;
  readonly signal: AbortSignal;
}

async function serve(settings: Settings, { logger, progress, signal }: Process): Promise<number> {
  // First, since a bundle that does not fit is found out without anything being connected.
  const workflowBundle = await loadWorkflowBundle();
  const runtime = await installTelemetryRuntime({ logger, level: settings.logLevel });
  const health = await listenForHealth(settings, {
    readiness: createReadiness(progress),
    metrics: () => runtime.scrape(),
  });
  const releaseBuildId = workflowBundle.buildId;
  logStart(settings, { logger, healthAddress: health.address, releaseBuildId });
  try {
    const connection = await connectToTemporal({
      temporal: settings.temporal,
      timeoutMs: settings.connectTimeoutMs,
      logger,
      signal,
    });
    progress.connection = { native: connection, namespace: settings.temporal.namespace };
    try {
      await announceDeployment(settings, { connection, releaseBuildId, logger });
      await runWorker(settings, {
        connection,
        workflowBundle,
        signal,
        onRunning: (worker) => {
          progress.worker = worker;
          logger.info('the worker is running', { taskQueue: settings.taskQueue });
        },
      });
      logger.info('the worker has drained');
    } finally {
      await closeConnection(connection, logger);
    }
  } finally {
    await health.close();
  }
  return exitCodes.drained;
}

/** A port that is taken, or a host that is not ours, is a wrong setting too, although only listening tells. */
async function listenForHealth(
  { httpHost, httpPort }: Settings,
  answers: Pick<Parameters<typeof startHealthServer>[0], 'readiness' | 'metrics'>,
): Promise<HealthServer> {
  try {
    return await startHealthServer({ host: httpHost, port: httpPort, ...answers });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new SettingsError([
      {
        name: 'ATLAS_EXPORT_HTTP_HOST and ATLAS_EXPORT_HTTP_PORT',
        wrong: `are ${httpHost} and ${httpPort}, where this process cannot listen (${String(error.code)})`,
        expected: 'a free port of this machine',
      },
    ]);
  }
}

function logStart(
  settings: Settings,
  {
    logger,
    healthAddress,
    releaseBuildId,
  }: { logger: Logger; healthAddress: string; releaseBuildId: string },
): void {
  logger.info('the worker is starting', {
    version,
    buildId: settings.buildId ?? releaseBuildId,
    sdkVersion,
    node: process.versions.node,
    pid: process.pid,
    health: `http://${healthAddress}`,
    temporal: settings.temporal.address,
    namespace: settings.temporal.namespace,
    taskQueue: settings.taskQueue,
    atlas: Object.fromEntries(
      Array.from(settings.atlas, ([name, { baseUrl, credentials }]) => [
        name,
        `${baseUrl}, ${credentials.type}`,
      ]),
    ),
    webhooks: [...settings.webhooks.keys()],
    atlasApiVersion: settings.apiVersion,
    // The workflow cache lives in this heap: --max-old-space-size sets it, about 75 % of a container's memory.
    heapMegabytesMax: Math.round(getHeapStatistics().heap_size_limit / 1_000_000),
    cachedWorkflowsMax: settings.cachedWorkflowsMax,
  });
  for (const notice of settings.notices) logger.warn(notice);
}

/** A worker that ended badly may still hold the connection; that must not hide why it ended. */
async function closeConnection(connection: NativeConnection, logger: Logger): Promise<void> {
  try {
    await connection.close();
  } catch (error) {
    logger.warn('the connection to Temporal could not be closed', { error });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
