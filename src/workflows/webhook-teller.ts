import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyLocalActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { WebhookActivities } from '../activities/webhook-activities.ts';
import {
  deliverWebhookWorkflow,
  type DeliverWebhookInput,
  type WebhookDelivery,
  type WebhookEventData,
  type WebhookEventType,
} from '../contract/index.ts';
import { checkedWebhookNames } from './activity-answers.ts';
import { workerQuestion } from './activity-calls.ts';

const { knownWebhooks } = proxyLocalActivities<Pick<WebhookActivities, 'knownWebhooks'>>(workerQuestion);

/** How long an export waits for the server to start a delivery, before it goes on without knowing. */
const startTimeoutMs = 30_000;

/** Three bytes each at most, and the server's limit is 2 MB. */
const dataCharactersMax = 500_000;

type DeliverWebhook = (input: DeliverWebhookInput) => Promise<WebhookDelivery>;

/** What an event is about: as every activity's input names it. */
type Subject = Pick<DeliverWebhookInput, 'groupId' | 'clusterName' | 'snapshotId'>;

/** What happened, but for what every event says. */
export interface WebhookNews {
  readonly type: WebhookEventType;
  readonly data: Omit<WebhookEventData, 'workflowId' | 'runId'>;
}

/**
 * Tells the webhook that a request names, if it names one. Each event gets a workflow of its own, which outlives the
 * export; nothing about it can fail the export, and it waits for no more than the start.
 *
 * A request without a webhook leaves nothing of this in its history, so runs of older releases replay as they were.
 */
export class WebhookTeller {
  private readonly webhook: string | undefined;
  /** How many events of each type there were. */
  private readonly told = new Map<WebhookEventType, number>();

  constructor(webhook: string | undefined) {
    this.webhook = webhook;
  }

  /** The names that there are, where the one that the request gives is not among them; else undefined. */
  async namesInstead(subject: Subject): Promise<readonly string[] | undefined> {
    if (this.webhook === undefined) return undefined;
    try {
      const { groupId, clusterName, snapshotId } = subject;
      const known = checkedWebhookNames(await knownWebhooks({ groupId, clusterName, snapshotId }));
      return known.includes(this.webhook) ? undefined : known;
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('the names of the webhooks are not known; the one given is taken as it is', {
        error: String(error),
      });
      return undefined;
    }
  }

  /** Starts to tell. Never rejects, also while the export is being cancelled. */
  async tell(subject: Subject, news: WebhookNews): Promise<void> {
    const { webhook } = this;
    if (webhook === undefined) return;
    const count = (this.told.get(news.type) ?? 0) + 1;
    this.told.set(news.type, count);
    const { groupId, clusterName, snapshotId } = subject;
    const { workflowId, runId, originalExecutionRunId } = workflowInfo();
    // A reset leads to the same events once more: with the same ids, so that a receiver can tell.
    const eventId = `${originalExecutionRunId}_${news.type.replaceAll('.', '-')}_${count}`;
    const input: DeliverWebhookInput = {
      groupId,
      clusterName,
      snapshotId,
      webhook,
      eventId,
      event: {
        type: news.type,
        timestamp: new Date().toISOString(),
        data: { workflowId, runId, ...fitting(news.data) },
      },
    };
    await CancellationScope.nonCancellable(() => start(input));
  }
}

/** What is too large to be sent is left out: the task that starts the delivery would be refused, and tried for ever. */
function fitting(data: WebhookNews['data']): WebhookNews['data'] {
  const { status: _, ...withoutStatus } = data;
  const smaller = [data, withoutStatus].find((each) => JSON.stringify(each).length <= dataCharactersMax);
  return smaller ?? {};
}

/** The parent's own id would make this one too long where it is at the server's limit, and the task fail for ever. */
async function start(input: DeliverWebhookInput): Promise<void> {
  const { webhook, eventId, event, clusterName } = input;
  let answered = false;
  void startChild<DeliverWebhook>(deliverWebhookWorkflow, {
    workflowId: `webhook/${eventId}`,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `tells ${webhook}: ${event.type} of ${clusterName}`,
  })
    .catch((error: unknown) => {
      log.warn('a webhook cannot be told', { webhook, event: event.type, error: String(error) });
    })
    .finally(() => {
      answered = true;
    });
  const started = await condition(() => answered, startTimeoutMs, { summary: `starting to tell ${webhook}` });
  if (!started) log.warn('the server has not said that it tells a webhook', { webhook, event: event.type });
}
