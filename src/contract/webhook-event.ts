import * as v from 'valibot';
import type { ExportFailureDetails, ExportFailureType } from './export-failure.ts';
import type { ExportResult, ExportStatus } from './export-status.ts';

/**
 * What a webhook is told. A name is never changed or given another meaning; later releases may add some, so a
 * receiver answers 2xx to one that it does not know.
 */
export const webhookEventTypes = [
  /** The export has ended well: exported now, or an earlier export was found. `data.result` is its result. */
  'export.completed',
  /** The export has failed, the deadline included. `data.failure` says how. */
  'export.failed',
  /** The workflow was cancelled: tracking stopped, the export job at Atlas goes on. */
  'export.cancelled',
  /** The export is taking longer than it should without progress. It goes on, and has not failed. */
  'export.stalled',
] as const;

export type WebhookEventType = (typeof webhookEventTypes)[number];

/** The body of the request to a webhook, as Standard Webhooks lays it out. */
export interface WebhookEvent {
  readonly type: WebhookEventType;
  /** When it happened, ISO 8601; the header `webhook-timestamp` says when it was sent. */
  readonly timestamp: string;
  readonly data: WebhookEventData;
}

/** The documents are left out where all of it would be over half a million characters. */
export interface WebhookEventData {
  /** The workflow id of the export. */
  readonly workflowId: string;
  /** The run of it. */
  readonly runId: string;
  /** What is known of the export; absent with `export.completed`, whose result says the same. */
  readonly status?: ExportStatus | undefined;
  /** With `export.completed`. */
  readonly result?: ExportResult | undefined;
  /** With `export.failed`. */
  readonly failure?: WebhookFailure | undefined;
}

/** The failure that has ended the export, as its caller gets it. */
export interface WebhookFailure {
  readonly type: ExportFailureType;
  readonly message: string;
  readonly details: ExportFailureDetails;
}

/** Types of the failures with which a try to tell a webhook ends. */
export const webhookFailureCodes = {
  /** The worker's settings have no webhook of that name. */
  unknown: 'WEBHOOK_UNKNOWN',
  /** It answered 410: it wants to hear nothing any more. */
  gone: 'WEBHOOK_GONE',
  /** It answered with anything else but 2xx. */
  refused: 'WEBHOOK_REFUSED',
  /** There was no connection, or no answer in time. */
  notAnswered: 'WEBHOOK_NOT_ANSWERED',
} as const;

/** Input of the workflow `deliverWebhook`, which `exportSnapshot` starts for each event. */
export interface DeliverWebhookInput {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  /** The name of the webhook in the worker's settings. */
  readonly webhook: string;
  /** The header `webhook-id`: the same in every try, and for no other event. */
  readonly eventId: string;
  readonly event: WebhookEvent;
}

/** What `deliverWebhook` returns. */
export interface WebhookDelivery {
  readonly webhook: string;
  readonly eventId: string;
  /** The HTTP status that the webhook took the event with. */
  readonly status: number;
}

/** Anybody can start a workflow from the Web UI: what this one relies on is checked here too. */
export const deliverWebhookInputSchema = v.object({
  groupId: v.string(),
  clusterName: v.string(),
  snapshotId: v.string(),
  webhook: v.string(),
  eventId: v.pipe(v.string(), v.regex(/^[\w-]{1,200}$/)),
  // Any type: while a release takes the place of another, a worker may be asked to tell what it has never heard of.
  event: v.object({
    type: v.pipe(v.string(), v.regex(/^[\w.]{1,100}$/)),
    timestamp: v.string(),
    data: v.unknown(),
  }),
});
