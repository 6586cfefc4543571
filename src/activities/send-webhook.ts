import { ApplicationFailure } from '@temporalio/common';
import { parseRetryAfter } from '../atlas/retry-after.ts';
import { knownNamesText, webhookFailureCodes, type DeliverWebhookInput } from '../contract/index.ts';
import {
  WebhookNotAnsweredError,
  type WebhookAnswer,
  type WebhookSender,
  type WebhookTarget,
} from '../webhook/index.ts';
import type { TakenWebhook } from './webhook-activities.ts';

/** The webhooks of a worker's settings, and what sends to them. */
export interface Webhooks {
  readonly targets: ReadonlyMap<string, WebhookTarget>;
  readonly sender: WebhookSender;
}

const gone = 410;

/** However long a webhook asks to be left alone, it is tried again after this long. */
const retryAfterMsMax = 6 * 3_600_000;

/**
 * Sends one event once.
 *
 * @throws {ApplicationFailure} of one of {@link webhookFailureCodes}; Temporal repeats all but the webhook's own word
 * that it is gone. A name that this worker does not have may come with its next settings, or be another worker's.
 */
export async function sendWebhook(
  { targets, sender }: Webhooks,
  input: DeliverWebhookInput,
  signal: AbortSignal,
): Promise<TakenWebhook> {
  const { webhook, eventId, event } = input;
  const target = targets.get(webhook);
  if (target === undefined) {
    const known = knownNamesText([...targets.keys()]);
    throw again(webhookFailureCodes.unknown, `The worker has no webhook "${webhook}"; it has: ${known}.`);
  }
  const { type, timestamp, data } = event;
  const body = JSON.stringify({ type, timestamp, data });
  const answer = await sender.send(target, { id: eventId, body }, { signal }).catch(notAnswered);
  const { status } = answer;
  if (status >= 200 && status < 300) return { status };
  const message = `Webhook "${webhook}" answered with ${status}.`;
  if (status === gone) throw ApplicationFailure.nonRetryable(message, webhookFailureCodes.gone);
  throw again(webhookFailureCodes.refused, message, retryAfterMs(answer));
}

function notAnswered(error: unknown): never {
  if (!(error instanceof WebhookNotAnsweredError)) throw error;
  throw again(webhookFailureCodes.notAnswered, `The webhook gave ${error.message}.`);
}

function retryAfterMs({ retryAfter }: WebhookAnswer): number | undefined {
  const askedMs = parseRetryAfter(retryAfter, Date.now());
  return askedMs === undefined ? undefined : Math.min(Math.max(1_000, askedMs), retryAfterMsMax);
}

function again(type: string, message: string, nextRetryDelay?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
  });
}
