import { createServer } from 'node:net';
import { Runtime } from '@temporalio/worker';
import type { Logger, LogLevel } from '@temporalio/common';
import { request } from 'undici';
import { histogramBucketOverrides } from './metrics.ts';

/** Prometheus text of some thousand series; more is a fault. */
const metricsBytesMax = 20_000_000;
const scrapeTimeoutMs = 5_000;

/** One step less than ours: at DEBUG the core dumps whole tasks, with inputs and results, several lines each. */
const coreLevels = {
  TRACE: 'DEBUG',
  DEBUG: 'INFO',
  INFO: 'INFO',
  WARN: 'WARN',
  ERROR: 'ERROR',
} as const satisfies Record<LogLevel, LogLevel>;

/** Somebody else may take the free port before the SDK does. */
const portTriesMax = 5;

/** The process's one Temporal runtime, once installed. */
export interface TelemetryRuntime {
  /** The SDK's metrics and ours, in Prometheus's text format. Rejects while the runtime is not up. */
  readonly scrape: () => Promise<string>;
}

/**
 * Installs the SDK's runtime for this process: its log, the native core's included, goes to `logger`, and its
 * metrics to an exporter on a free port of this machine, from which `scrape` reads. Signals are left to the
 * caller. Call once, before any connection; the SDK starts it again by itself with the same options when a
 * failed connection has brought it down.
 */
export async function installTelemetryRuntime({
  logger,
  level,
}: {
  logger: Logger;
  level: LogLevel;
}): Promise<TelemetryRuntime> {
  for (let tries = 1; ; tries += 1) {
    const address = `127.0.0.1:${await freePort()}`;
    try {
      Runtime.install({
        logger,
        shutdownSignals: [],
        telemetryOptions: {
          logging: { filter: { core: coreLevels[level], other: 'ERROR' }, forward: {} },
          metrics: {
            prometheus: {
              bindAddress: address,
              useSecondsForDurations: true,
              histogramBucketOverrides: histogramBucketOverrides(),
            },
          },
        },
      });
      return { scrape: () => scrape(address) };
    } catch (error) {
      const portTaken = error instanceof Error && /address already in use/i.test(error.message);
      if (!portTaken || tries >= portTriesMax) throw error;
    }
  }
}

async function scrape(address: string): Promise<string> {
  const { statusCode, body } = await request(`http://${address}/metrics`, {
    headersTimeout: scrapeTimeoutMs,
    bodyTimeout: scrapeTimeoutMs,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > metricsBytesMax) throw new Error(`more than ${metricsBytesMax} bytes of metrics`);
    chunks.push(chunk);
  }
  if (statusCode !== 200) throw new Error(`the SDK's metrics endpoint answered ${statusCode}`);
  return Buffer.concat(chunks).toString();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
