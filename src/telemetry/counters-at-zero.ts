import type { MetricMeter } from '@temporalio/common';
import {
  deliverWebhookWorkflow,
  exportFailureTypes,
  exportSnapshotWorkflow,
  stallKinds,
  webhookEventTypes,
} from '../contract/index.ts';
import { exportMetrics, type MetricDescription } from '../contract/metric-names.ts';

interface KnownSeries {
  readonly metric: MetricDescription;
  /** Whose meter counts it. */
  readonly workflowType: string;
  readonly labels: readonly Record<string, string>[];
}

const knownSeries: readonly KnownSeries[] = [
  {
    metric: exportMetrics.outcomes,
    workflowType: exportSnapshotWorkflow,
    labels: ['exported', 'alreadyExported', 'cancelled', ...exportFailureTypes, 'unknown'].map((outcome) => ({
      outcome,
    })),
  },
  {
    metric: exportMetrics.stalls,
    workflowType: exportSnapshotWorkflow,
    labels: stallKinds.map((kind) => ({ kind })),
  },
  {
    metric: exportMetrics.verifications,
    workflowType: exportSnapshotWorkflow,
    labels: ['manifest', 'full'].flatMap((level) =>
      ['proven', 'failed'].map((outcome) => ({ level, outcome })),
    ),
  },
  {
    metric: exportMetrics.webhooks,
    workflowType: deliverWebhookWorkflow,
    labels: webhookEventTypes.flatMap((event) =>
      ['delivered', 'gone', 'undelivered'].map((outcome) => ({ event, outcome })),
    ),
  },
];

/**
 * Begins at 0 every series that tells how exports end, with the labels that the SDK will add where it is counted.
 * Prometheus's `increase` sees a change within a series only: the first failure that a worker met would be the first
 * value of its series, and no alert would tell of it.
 */
export function beginCountersAtZero(
  meter: MetricMeter,
  { namespace, taskQueue }: { readonly namespace: string; readonly taskQueue: string },
): void {
  for (const { metric, workflowType, labels } of knownSeries) {
    const counter = meter.createCounter(metric.name, metric.unit, metric.description);
    for (const label of labels) counter.add(0, { ...label, namespace, taskQueue, workflowType });
  }
}
