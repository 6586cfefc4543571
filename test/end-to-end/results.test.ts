/**
 * Goal: the result of a handle is that of its run, however the workflow was started. Method: a real server that
 * starts further runs under the same id, for a cron and for a retry policy.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowStartOptions } from '@temporalio/client';
import { startStage, type Stage } from './stage.ts';

const waitMsMax = 90_000;

describe('the result of an export', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage.close());

  /** Starts an export as another client of Temporal may. Returns the first run's id. */
  async function startAs(workflowId: string, options: Partial<WorkflowStartOptions>): Promise<string> {
    const { taskQueue, client } = stage;
    const args = [stage.addExport({ shards: 0, queuedMs: 0, runningMs: 500 })];
    const started = { ...options, workflowId, taskQueue, args };
    return (await client.temporal.workflow.start('exportSnapshot', started)).firstExecutionRunId;
  }

  async function runAfter(workflowId: string, runId: string): Promise<string> {
    for (const end = Date.now() + waitMsMax; ; await delay(100)) {
      const summary = await stage.client.describe(workflowId);
      if (summary.runId !== runId) return summary.runId;
      assert.ok(Date.now() < end, `no run after ${runId}`);
    }
  }

  test('of a run that is tried again by Temporal is that of the last try', async () => {
    const retry = { initialInterval: 100, backoffCoefficient: 1 };
    const runId = await startAs('retried', { retry, workflowRunTimeout: '10 s' });
    // No worker is there yet, so the first try is over by its timeout.
    await runAfter('retried', runId);
    await stage.startWorker();
    assert.equal((await stage.client.getHandle('retried', runId).result()).outcome, 'exported');
  });

  test('of a run that a cron has started comes when that run has ended, although the next has begun', async () => {
    const runId = await startAs('by-cron', { cronSchedule: '@every 1s' });
    const first = await stage.client.getHandle('by-cron', runId).result();
    assert.equal(first.outcome, 'exported');
    const next = await runAfter('by-cron', runId);
    const second = await stage.client.getHandle('by-cron', next).result();
    assert.deepEqual([second.outcome, second.exportId], ['alreadyExported', first.exportId]);
    assert.equal((await stage.client.getHandle('by-cron').result()).outcome, 'alreadyExported');
    assert.equal((await stage.client.getHandle('by-cron', runId).result()).outcome, 'exported');
    await stage.client.temporal.workflow.getHandle('by-cron').terminate('the test is over');
  });
});
