/** Goal: whoever is named is told once of each ending, and nothing about it touches the export. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import {
  webhookFailureCodes,
  type DeliverWebhookInput,
  type ExportRequest,
  type WebhookEvent,
} from '../../src/contract/index.ts';
import type { ExportActivities, WebhookActivities } from '../../src/activities/index.ts';
import { assertDocument } from '../contract/documents.ts';
import { exportFailureOf } from './export-failure-of.ts';
import { atlasFailure, PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from './time-skipping.ts';

const request: ExportRequest = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
  webhook: 'audit',
};
const hourMs = 3_600_000;
const refused = ApplicationFailure.create({
  type: webhookFailureCodes.refused,
  message: 'answered with 503',
});

/** The activities with a webhook in them, which keeps what it is told. */
class PretendWebhook {
  readonly sent: DeliverWebhookInput[] = [];
  names: readonly string[] = ['audit', 'ops'];
  /** Called before each answer; what it throws is the answer. */
  before: (count: number) => void = () => undefined;

  with(atlas: PretendAtlas): ExportActivities & WebhookActivities {
    return {
      ...atlas.activities(),
      knownWebhooks: async () => this.names,
      sendWebhook: async (input) => {
        this.sent.push(input);
        this.before(this.sent.length);
        return { status: 204 };
      },
    };
  }

  get events(): WebhookEvent[] {
    return this.sent.map(({ event }) => event);
  }
}

describe('a webhook that a request names', () => {
  let time: SkippedTime;
  // One for each: once a child that was abandoned has ended, the test server's time stands still.
  beforeEach(async () => {
    time = await startSkippedTime();
  });
  afterEach(() => time.close());

  /** The end of the delivery of a run's event. */
  function delivery(runId: string, type: string): Promise<unknown> {
    return time.environment.client.workflow
      .getHandle(`webhook/${runId}_${type.replace('.', '-')}_1`)
      .result()
      .catch((error: unknown) => error);
  }

  test('is told of the end once, with the result, under an id of its own', async () => {
    const webhook = new PretendWebhook();
    await time.withWorker(webhook.with(new PretendAtlas()), async (queue) => {
      const handle = await queue.start(request);
      const result = await handle.result();
      const { runId } = await handle.describe();
      assert.deepEqual(await delivery(runId, 'export.completed'), {
        webhook: 'audit',
        eventId: `${runId}_export-completed_1`,
        status: 204,
      });
      const [event = assert.fail('nobody was told')] = webhook.events;
      assertDocument('webhook-event', event);
      assert.equal(event.type, 'export.completed');
      assert.deepEqual(event.data, {
        workflowId: handle.workflowId,
        runId,
        result: JSON.parse(JSON.stringify(result)),
      });
    });
    assert.equal(webhook.sent.length, 1);
    const [{ groupId, clusterName, snapshotId } = assert.fail()] = webhook.sent;
    assert.deepEqual([groupId, clusterName, snapshotId], [request.groupId, 'orders', request.snapshotId]);
  });

  test('is told of a stall as it begins, with the status that says since when and why, and the export goes on', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 5 * hourMs, runningMs: hourMs }];
    await time.withWorker(webhook.with(atlas), async (queue) => {
      const handle = await queue.start({ ...request, stalledAfter: { queued: '2 hours' } });
      await time.environment.sleep('3 hours');
      await delivery((await handle.describe()).runId, 'export.stalled');
      const [event = assert.fail('nobody was told')] = webhook.events;
      assertDocument('webhook-event', event);
      assert.equal(event.type, 'export.stalled');
      const { stall, outcome } = event.data.status ?? {};
      assert.equal(stall?.kind, 'queued');
      assert.equal(stall.reason, "in Atlas's queue for more than 2 h (as the request asks)");
      assert.equal(outcome, undefined);
      assert.equal((await handle.describe()).status.name, 'RUNNING');
    });
    assert.equal(webhook.sent.length, 1);
  });

  test('is told of a failure with its type, the deadline’s too', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 5 * hourMs }];
    await time.withWorker(webhook.with(atlas), async (queue) => {
      const handle = await queue.start({ ...request, deadline: '2 hours' });
      const { message, details } = await exportFailureOf(handle);
      await delivery((await handle.describe()).runId, 'export.failed');
      const [event = assert.fail('nobody was told')] = webhook.events;
      assertDocument('webhook-event', event);
      assert.equal(event.type, 'export.failed');
      assert.deepEqual(event.data.failure, { type: 'DeadlineExceeded', message, details });
      assert.equal(event.data.status?.outcome, 'failed');
    });
  });

  test('is told of a cancellation, which is a cancellation all the same', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 100 * hourMs }];
    await time.withWorker(webhook.with(atlas), async (queue) => {
      const handle = await queue.start(request);
      await handle.executeUpdate('pollNow');
      await handle.cancel();
      await assert.rejects(handle.result(), /cancelled/i);
      const { runId, status } = await handle.describe();
      assert.equal(status.name, 'CANCELLED');
      await delivery(runId, 'export.cancelled');
    });
    const [event = assert.fail('nobody was told')] = webhook.events;
    assertDocument('webhook-event', event);
    assert.equal(event.data.status?.outcome, 'cancelled');
  });

  test('that does not exist fails the export before Atlas is asked anything, with the names that there are', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    const failure = await time.withWorker(webhook.with(atlas), async (queue) =>
      exportFailureOf(await queue.start({ ...request, webhook: 'payroll' })),
    );
    assert.equal(failure.type, 'UnknownWebhook');
    assert.match(failure.message, /no webhook "payroll"; it has: audit, ops\./);
    assert.equal(atlas.calls.length, 0);
    assert.equal(webhook.sent.length, 0);
  });

  test('that fails for a day is told in the end, and the export has ended long before', async () => {
    const webhook = new PretendWebhook();
    await time.withWorker(webhook.with(new PretendAtlas()), async (queue) => {
      let firstAtMs = 0;
      webhook.before = (count) => {
        if (count === 1) firstAtMs = Date.now();
        if (count < 30) throw refused;
      };
      const handle = await queue.start(request);
      assert.equal((await handle.result()).outcome, 'exported');
      assert.ok(firstAtMs >= 0);
      const { runId } = await handle.describe();
      const ended = await delivery(runId, 'export.completed');
      assert.ok(!(ended instanceof Error), String(ended));
      const { events } = await time.environment.client.workflow
        .getHandle(`webhook/${runId}_export-completed_1`)
        .fetchHistory();
      assert.ok((events?.length ?? Infinity) < 20, `${events?.length} events for 30 tries`);
    });
    assert.equal(webhook.sent.length, 30);
    assert.equal(new Set(webhook.sent.map(({ eventId }) => eventId)).size, 1, 'every try has the same id');
  });

  for (const [what, failure, says, tries] of [
    [
      'is gone',
      ApplicationFailure.nonRetryable('answered with 410', webhookFailureCodes.gone),
      /it is gone, and is not tried again/,
      { min: 1, max: 1 },
    ],
    [
      'does not take it in three days',
      refused,
      /given up after 3 days\. answered with 503/,
      { min: 70, max: 90 },
    ],
  ] as const) {
    test(`that ${what} fails the delivery and nothing else`, async () => {
      const webhook = new PretendWebhook();
      webhook.before = () => {
        throw failure;
      };
      await time.withWorker(webhook.with(new PretendAtlas()), async (queue) => {
        const handle = await queue.start(request);
        assert.equal((await handle.result()).outcome, 'exported');
        const ended = await delivery((await handle.describe()).runId, 'export.completed');
        assert.ok(ended instanceof WorkflowFailedError, String(ended));
        assert.ok(ended.cause instanceof ApplicationFailure);
        assert.equal(ended.cause.type, 'WebhookUndelivered');
        assert.match(ended.cause.message, says);
      });
      assert.ok(
        webhook.sent.length >= tries.min && webhook.sent.length <= tries.max,
        `${webhook.sent.length}`,
      );
    });
  }

  test('whose delivery cannot be started leaves the export as it is', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: hourMs }, { runningMs: 100 * hourMs }];
    const { webhook: _, ...unnamed } = request;
    await time.withWorker(webhook.with(atlas), async (queue) => {
      const handle = await queue.start(request);
      await handle.executeUpdate('pollNow');
      const { runId } = await handle.describe();
      // Somebody else runs under the id of its delivery.
      const other = { ...unnamed, snapshotId: 'c'.repeat(24) };
      const inTheWay = await queue.start(other, `webhook/${runId}_export-completed_1`);
      assert.equal((await handle.result()).outcome, 'exported');
      await inTheWay.terminate();
    });
    assert.equal(webhook.sent.length, 0);
  });

  test('is not told of anything where none is named, and nothing of it is in the history', async () => {
    const webhook = new PretendWebhook();
    const { webhook: _, ...unnamed } = request;
    await time.withWorker(webhook.with(new PretendAtlas()), async (queue) => {
      const handle = await queue.start(unnamed);
      await handle.result();
      const { events = [] } = await handle.fetchHistory();
      assert.ok(events !== null && events.length > 10);
      assert.ok(events.every((event) => !event.startChildWorkflowExecutionInitiatedEventAttributes));
    });
    assert.equal(webhook.sent.length, 0);
  });

  test('is told what fits, where the documents are too large for Temporal to take', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    // The longest reason that the Atlas client lets in, in every attempt.
    const stateReason = { errorCode: 'X'.repeat(10_000), message: 'x'.repeat(10_000) };
    atlas.plans = [{ runningMs: 1_000, outcome: 'Failed', stateReason }];
    await time.withWorker(webhook.with(atlas), async (queue) => {
      const handle = await queue.start({ ...request, maxAttempts: 16 });
      const { type } = await exportFailureOf(handle);
      assert.equal(type, 'ExportFailed');
      await delivery((await handle.describe()).runId, 'export.failed');
    });
    const [event = assert.fail('nobody was told')] = webhook.events;
    assert.equal(event.type, 'export.failed');
    assert.ok(JSON.stringify(event).length < 600_000, `${JSON.stringify(event).length} characters`);
    assert.equal(event.data.status, undefined);
  });

  test('that is refused a wrong input by hand fails at once', async () => {
    await time.withWorker(new PretendWebhook().with(new PretendAtlas()), async (queue) => {
      for (const input of [undefined, { webhook: 'audit' }, { ...request, eventId: 'a\r\nb', event: {} }]) {
        const handle = await queue.startDelivery(input);
        await assert.rejects(handle.result(), (error) => {
          assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure);
          assert.equal(error.cause.type, 'InvalidInput');
          return true;
        });
      }
    });
  });

  test('is told under credentials that the export fails by', async () => {
    const webhook = new PretendWebhook();
    const atlas = new PretendAtlas();
    atlas.before = () => {
      throw atlasFailure({ code: 'CREDENTIALS_UNKNOWN', message: 'no such credentials', effect: 'none' });
    };
    await time.withWorker(webhook.with(atlas), async (queue) => {
      const handle = await queue.start({ ...request, credentials: 'team-a' });
      await exportFailureOf(handle);
      await delivery((await handle.describe()).runId, 'export.failed');
    });
    assert.equal(webhook.events[0]?.data.failure?.type, 'UnknownCredentials');
  });
});
