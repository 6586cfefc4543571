import type { DeliverWebhookInput } from '../contract/index.ts';
import type { LabelledExport } from './export-activities.ts';

/** What telling a webhook asks of the worker. Workflows import these types only. */
export interface WebhookActivities {
  /** Local: the names of the webhooks that this worker's settings have. */
  knownWebhooks(input: LabelledExport): Promise<readonly string[]>;
  /** Sends one event once. Temporal repeats it until it was taken, or nobody wants it any more. */
  sendWebhook(input: DeliverWebhookInput): Promise<TakenWebhook>;
}

/** The answer of a webhook that has taken an event. */
export interface TakenWebhook {
  /** 200 to 299. */
  readonly status: number;
}
