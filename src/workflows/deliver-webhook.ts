import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import * as v from 'valibot';
import type { WebhookActivities } from '../activities/webhook-activities.ts';
import {
  deliverWebhookInputSchema,
  webhookFailureCodes,
  type DeliverWebhookInput,
  type WebhookDelivery,
} from '../contract/index.ts';
import { checkedSent } from './activity-answers.ts';
import { countWebhook } from './export-metrics.ts';

/** How long a webhook that does not take an event is tried: a long weekend. */
const deliveryTimeout = '3 days';

/** One try: 15 s for the request, and some for the worker. */
const tryTimeout = '25s';

/**
 * Tells one webhook of one event, until it has taken it, says that it is gone, or three days are over. A workflow of
 * its own, so that no export waits for it: the export that starts it goes on, ends, or has ended already. Tries leave
 * no events in its history.
 */
export async function deliverWebhook(input: DeliverWebhookInput): Promise<WebhookDelivery> {
  if (!v.is(deliverWebhookInputSchema, input)) {
    const message = 'deliverWebhook is started by exportSnapshot; name a webhook in its request instead.';
    throw ApplicationFailure.create({ type: 'InvalidInput', message, nonRetryable: true });
  }
  const { webhook, eventId, event } = input;
  setCurrentDetails(`Telling webhook \`${webhook}\` of **${event.type}**, for ${deliveryTimeout} at most.`);
  try {
    const summary = `tells ${webhook}: ${event.type}`;
    const sent = await deliveryCall(input.groupId).sendWebhook.executeWithOptions({ summary }, [input]);
    const { status } = checkedSent(sent);
    setCurrentDetails(`Webhook \`${webhook}\` has taken **${event.type}** (${status}).`);
    countWebhook(event.type, 'delivered');
    return { webhook, eventId, status };
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw undelivered(input, error);
  }
}

function deliveryCall(groupId: string): ReturnType<typeof proxyActivities<WebhookActivities>> {
  return proxyActivities<WebhookActivities>({
    priority: { fairnessKey: groupId },
    startToCloseTimeout: tryTimeout,
    scheduleToCloseTimeout: deliveryTimeout,
    cancellationType: 'TRY_CANCEL',
    retry: { initialInterval: '5s', backoffCoefficient: 4, maximumInterval: '1 hour' },
  });
}

function undelivered({ webhook, event }: DeliverWebhookInput, error: unknown): ApplicationFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const reason = lastReason(cause);
  const isGone = cause instanceof ApplicationFailure && cause.type === webhookFailureCodes.gone;
  const why = isGone ? 'it is gone, and is not tried again' : `given up after ${deliveryTimeout}`;
  const message = `Webhook "${webhook}" was not told of ${event.type}: ${why}. ${reason}`;
  setCurrentDetails(`**Not delivered**: ${message}`);
  countWebhook(event.type, isGone ? 'gone' : 'undelivered');
  log.warn('a webhook was not told', { webhook, event: event.type, reason });
  return ApplicationFailure.create({ type: 'WebhookUndelivered', message, nonRetryable: true });
}

/** Of a time that ran out, the failure of the try before it says why. */
function lastReason(cause: unknown): string {
  if (!(cause instanceof Error)) return 'No reason is known.';
  const inner = 'cause' in cause ? cause.cause : undefined;
  return inner instanceof Error ? inner.message : cause.message;
}
