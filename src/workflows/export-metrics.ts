import { metricMeter } from '@temporalio/workflow';
import type {
  ExportFailureType,
  ExportOutcome,
  JobOrigin,
  StallKind,
  WebhookEventType,
} from '../contract/index.ts';
import { exportMetrics } from '../contract/metric-names.ts';

/** Counted through the workflow's own meter, which stays silent while a history is replayed. */

export function countEnding(outcome: Exclude<ExportOutcome, 'failed'> | ExportFailureType | 'unknown'): void {
  counter(exportMetrics.outcomes).add(1, { outcome });
}

export function countAttempt(origin: JobOrigin): void {
  counter(exportMetrics.attempts).add(1, { origin });
}

/** A check of the bucket that has come to its end. */
export function countVerification(level: 'manifest' | 'full', outcome: 'proven' | 'failed'): void {
  counter(exportMetrics.verifications).add(1, { level, outcome });
}

export function countPoll(of: 'job' | 'component'): void {
  counter(exportMetrics.polls).add(1, { of });
}

export function countStall(kind: StallKind): void {
  counter(exportMetrics.stalls).add(1, { kind });
}

export function countWebhook(event: WebhookEventType, outcome: 'delivered' | 'gone' | 'undelivered'): void {
  counter(exportMetrics.webhooks).add(1, { event, outcome });
}

/** Seconds from the job's end, by Atlas's clock, to now. Nothing is recorded where Atlas names no end. */
export function recordNoticed(finishedAt: string | undefined, nowMs: number): void {
  const finishedAtMs = Date.parse(finishedAt ?? '');
  if (!Number.isFinite(finishedAtMs)) return;
  const { name, unit, description } = exportMetrics.noticedAfterSeconds;
  metricMeter
    .createHistogram(name, 'float', unit, description)
    .record(Math.max(0, nowMs - finishedAtMs) / 1000);
}

function counter(metric: {
  name: string;
  unit: string;
  description: string;
}): ReturnType<typeof metricMeter.createCounter> {
  return metricMeter.createCounter(metric.name, metric.unit, metric.description);
}
