import type { MetricMeter } from '@temporalio/common';
import { atlasMetrics, metricDescriptions } from '../contract/metric-names.ts';

/** What the Atlas client tells about one call, however it ended. */
export interface AtlasRequestEvent {
  /** The client's method, one of a small fixed set. */
  readonly operation: string;
  /** HTTP status, where an answer came. */
  readonly status?: number | undefined;
  /** Code of the error that the call failed with. */
  readonly code?: string | undefined;
  readonly durationMs: number;
  /** HTTP requests it took, challenges and tokens included. */
  readonly wireRequests: number;
  readonly rateLimitRemaining?: number | undefined;
  readonly groupId?: string | undefined;
}

/** Bucket bounds for the SDK's exporter, which has no way to give them with the metric. */
export function histogramBucketOverrides(): Record<string, number[]> {
  const overrides: Record<string, number[]> = {};
  for (const { name, buckets } of metricDescriptions) {
    if (buckets !== undefined) overrides[name] = [...buckets];
  }
  return overrides;
}

/** Turns the Atlas client's events into metrics. Take the meter of a runtime that is connected. */
export function createAtlasRequestRecorder(meter: MetricMeter): (event: AtlasRequestEvent) => void {
  const { requests, requestSeconds, wireRequests, rateLimitRemaining } = atlasMetrics;
  const requestCounter = meter.createCounter(requests.name, requests.unit, requests.description);
  const secondsHistogram = meter.createHistogram(
    requestSeconds.name,
    'float',
    requestSeconds.unit,
    requestSeconds.description,
  );
  const wireCounter = meter.createCounter(wireRequests.name, wireRequests.unit, wireRequests.description);
  const remainingGauge = meter.createGauge(
    rateLimitRemaining.name,
    'int',
    rateLimitRemaining.unit,
    rateLimitRemaining.description,
  );
  return (event) => {
    const { operation } = event;
    const status = String(event.status ?? event.code ?? 'unknown');
    requestCounter.add(1, { operation, status });
    secondsHistogram.record(Math.max(0, event.durationMs) / 1000, { operation });
    wireCounter.add(event.wireRequests, { operation });
    if (event.rateLimitRemaining === undefined) return;
    const labels = event.groupId === undefined ? {} : { groupId: event.groupId };
    remainingGauge.set(event.rateLimitRemaining, labels);
  };
}
