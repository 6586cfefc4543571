/** A metric of this product, under the name it has on `/metrics`: the SDK adds no prefix to custom metrics. */
export interface MetricDescription {
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly unit: string;
  readonly description: string;
  /** Labels that this product sets, besides those the SDK adds where the metric is emitted. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

/**
 * Emitted by workflows, through their own replay-aware meter: an export counts once however often it is
 * replayed. The SDK adds the labels `namespace`, `taskQueue` and `workflowType`.
 */
export const exportMetrics = {
  outcomes: {
    name: 'atlas_export_outcomes_total',
    kind: 'counter',
    unit: 'exports',
    description:
      'Requests that have ended, by outcome: exported, alreadyExported, cancelled, or the type of the failure.',
    labels: ['outcome'],
  },
  attempts: {
    name: 'atlas_export_attempts_total',
    kind: 'counter',
    unit: 'attempts',
    description: 'Export jobs that a request came to follow, by origin: created, found, adopted, earlier.',
    labels: ['origin'],
  },
  polls: {
    name: 'atlas_export_polls_total',
    kind: 'counter',
    unit: 'polls',
    description: 'Looks at an export job or at one of its components.',
    labels: ['of'],
  },
  stalls: {
    name: 'atlas_export_stalls_total',
    kind: 'counter',
    unit: 'stalls',
    description:
      'Export jobs that seemed stuck, each time they began to, by kind: queued, noProgress, total.',
    labels: ['kind'],
  },
  webhooks: {
    name: 'atlas_export_webhooks_total',
    kind: 'counter',
    unit: 'events',
    description:
      'Events of which a webhook was to be told, by event and outcome: delivered, gone (it answered 410), or undelivered after 3 days.',
    labels: ['event', 'outcome'],
  },
  verifications: {
    name: 'atlas_export_verifications_total',
    kind: 'counter',
    unit: 'exports',
    description: 'Exports whose bucket was looked into to the end, by level and by outcome: proven, failed.',
    labels: ['level', 'outcome'],
  },
  noticedAfterSeconds: {
    name: 'atlas_export_noticed_after_seconds',
    kind: 'histogram',
    unit: 'seconds',
    description: "Time from the job's finishedAt, by Atlas's clock, until the request noticed.",
    labels: [],
    buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600],
  },
} as const satisfies Record<string, MetricDescription>;

/**
 * Emitted by runs of `keepExported`, in the same way. `fleet` is the name that a fleet was started under, `other` for a
 * run with a workflow id of another form. The gauges are the latest figures of the run that this worker has carried on
 * last; where there are several workers, those with the latest timestamp count.
 */
export const fleetMetrics = {
  runs: {
    name: 'atlas_fleet_runs_total',
    kind: 'counter',
    unit: 'runs',
    description:
      'Runs that keep a fleet exported and have ended, by outcome: allExported, someLeft, cancelled, InvalidInput. Dry runs are not counted.',
    labels: ['fleet', 'outcome'],
  },
  snapshots: {
    name: 'atlas_fleet_snapshots',
    kind: 'gauge',
    unit: 'snapshots',
    description:
      "A fleet's snapshots by what is known of them: due, and of these exported, running, waiting, failed, givenUp; of the exported ones, proven, and checkFailed, which are not whole in the bucket; and expiringSoon, which were not in the bucket when their cluster was read and which Atlas deletes within 2 days of then.",
    labels: ['fleet', 'standing'],
  },
  clusters: {
    name: 'atlas_fleet_clusters',
    kind: 'gauge',
    unit: 'clusters',
    description:
      "A fleet's clusters: read so far, and unreadable, projects that could not be listed among them.",
    labels: ['fleet', 'standing'],
  },
  figuresTimestampSeconds: {
    name: 'atlas_fleet_figures_timestamp_seconds',
    kind: 'gauge',
    unit: 'seconds',
    description: 'When the figures of a fleet were set, in seconds since 1970.',
    labels: ['fleet'],
  },
} as const satisfies Record<string, MetricDescription>;

/** Emitted by the worker for each call of the Atlas Admin API. */
export const atlasMetrics = {
  requests: {
    name: 'atlas_requests_total',
    kind: 'counter',
    unit: 'requests',
    description:
      'Calls of the Atlas Admin API, by operation and HTTP status, or by error code where no answer came.',
    labels: ['operation', 'status'],
  },
  requestSeconds: {
    name: 'atlas_request_seconds',
    kind: 'histogram',
    unit: 'seconds',
    description: 'Time that a call of the Atlas Admin API took, challenges and tokens included.',
    labels: ['operation'],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  wireRequests: {
    name: 'atlas_wire_requests_total',
    kind: 'counter',
    unit: 'requests',
    description:
      'HTTP requests on the wire: more than the calls where a digest challenge had to be answered.',
    labels: ['operation'],
  },
  rateLimitRemaining: {
    name: 'atlas_rate_limit_remaining',
    kind: 'gauge',
    unit: 'requests',
    description: 'RateLimit-Remaining of the latest answer that carried it.',
    labels: ['groupId'],
  },
} as const satisfies Record<string, MetricDescription>;

/** Every metric of this product; `docs/settings.md` is generated from it. */
export const metricDescriptions: readonly MetricDescription[] = [
  ...Object.values(exportMetrics),
  ...Object.values(fleetMetrics),
  ...Object.values(atlasMetrics),
];
