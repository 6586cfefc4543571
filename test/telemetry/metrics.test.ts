/** Our metrics through the SDK's real runtime and exporter: the names are those on `/metrics`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Runtime } from '@temporalio/worker';
import { exportMetrics, metricDescriptions } from '../../src/contract/metric-names.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createAtlasRequestRecorder } from '../../src/telemetry/metrics.ts';
import { installTelemetryRuntime } from '../../src/telemetry/runtime.ts';

/** The core takes what is recorded in its own time: scrape until it is there. */
async function scrapeUntil(scrape: () => Promise<string>, wanted: RegExp): Promise<string> {
  for (const deadline = Date.now() + 10_000; ;) {
    const text = await scrape();
    if (wanted.test(text)) return text;
    assert.ok(Date.now() < deadline, `${String(wanted)} did not come up in:\n${text}`);
    await delay(20);
  }
}

describe("the runtime's metrics", () => {
  test('have the documented names, labels and buckets', async (t) => {
    const logger = createLogger({ level: 'ERROR', destination: { write: () => undefined } });
    const { scrape } = await installTelemetryRuntime({ logger, level: 'ERROR' });
    // Without a connection to close, nothing else ends the runtime, and with it this process.
    t.after(() => Runtime.instance().shutdown());
    const meter = Runtime.instance().metricMeter;
    const record = createAtlasRequestRecorder(meter);
    const groupId = 'a'.repeat(24);
    record({
      operation: 'listExportJobs',
      status: 200,
      durationMs: 80,
      wireRequests: 2,
      rateLimitRemaining: 99,
      groupId,
    });
    record({
      operation: 'listExportJobs',
      code: 'ATLAS_CONNECTION',
      durationMs: 4_000,
      wireRequests: 1,
    });
    const { noticedAfterSeconds, outcomes, stalls } = exportMetrics;
    meter.createHistogram(noticedAfterSeconds.name, 'float', noticedAfterSeconds.unit).record(7);
    meter.createCounter(stalls.name, stalls.unit).add(1, { kind: 'noProgress' });
    meter.createCounter(outcomes.name, outcomes.unit).add(1, { outcome: 'exported' });

    const text = await scrapeUntil(scrape, /atlas_export_outcomes_total/);
    const lines = text.split('\n');
    for (const line of [
      'atlas_requests_total{operation="listExportJobs",status="200"} 1',
      'atlas_requests_total{operation="listExportJobs",status="ATLAS_CONNECTION"} 1',
      'atlas_wire_requests_total{operation="listExportJobs"} 3',
      'atlas_request_seconds_bucket{operation="listExportJobs",le="0.05"} 0',
      'atlas_request_seconds_bucket{operation="listExportJobs",le="0.1"} 1',
      'atlas_request_seconds_sum{operation="listExportJobs"} 4.08',
      `atlas_rate_limit_remaining{groupId="${groupId}"} 99`,
      'atlas_export_noticed_after_seconds_bucket{le="5"} 0',
      'atlas_export_noticed_after_seconds_bucket{le="10"} 1',
      'atlas_export_stalls_total{kind="noProgress"} 1',
      'atlas_export_outcomes_total{outcome="exported"} 1',
    ]) {
      assert.ok(lines.includes(line), `${line}\nis not in:\n${text}`);
    }
  });

  test('are described once each, counters ending in _total', () => {
    const names = metricDescriptions.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, kind, buckets } of metricDescriptions) {
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
      assert.equal(buckets !== undefined, kind === 'histogram', name);
    }
  });
});
