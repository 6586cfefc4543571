/**
 * Goal: a list finds the exports that are stalled, for as long as they are, and that costs an export one event at each
 * of the two changes. Method: a real server with the search attributes, and an export that waits in Atlas's queue.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExportSummary } from '../../src/client.ts';
import { eventsPerLook, fetchHistories } from '../../bench/export-history.ts';
import { startStage, type Stage } from './stage.ts';

const waitMsMax = 90_000;
const eventsPerLookMax = 12;

describe('the label of a stalled export', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
    await stage.client.registerSearchAttributes();
    await stage.startWorker();
  });
  after(() => stage.close());

  async function until(what: (summary: ExportSummary) => boolean): Promise<void> {
    for (const end = Date.now() + waitMsMax; ; await delay(100)) {
      const summary = await stage.client.describe('stalled');
      if (what(summary)) return;
      assert.ok(Date.now() < end, `never so: ${JSON.stringify(summary)}`);
    }
  }

  async function listed(state: string): Promise<string[]> {
    for (const end = Date.now() + waitMsMax; ; await delay(100)) {
      const ids: string[] = [];
      for await (const { workflowId } of stage.client.list({ state })) ids.push(workflowId);
      if (ids.length > 0 || Date.now() > end) return ids;
    }
  }

  /** The label at each change, in order. */
  async function written(): Promise<string[]> {
    const { events } = await stage.client.temporal.workflow.getHandle('stalled').fetchHistory();
    return (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
      const data = upsert?.searchAttributes?.indexedFields?.['AtlasExportState']?.data;
      return data ? [String(JSON.parse(Buffer.from(data).toString()))] : [];
    });
  }

  test('is written when the stall begins and when it is over, and lists find it by both its words', async () => {
    const request = stage.addExport({ shards: 0, queuedMs: 12_000, runningMs: 4_000 });
    const stalledAfter = { queued: '3s' } as const;
    const handle = await stage.client.start({ ...request, stalledAfter }, { workflowId: 'stalled' });
    await until(({ stalled, state }) => stalled && state === 'Queued');
    for (const state of ['stalled', 'Queued', 'running']) assert.deepEqual(await listed(state), ['stalled']);
    await until(({ stalled, state }) => !stalled && state !== 'Queued');
    await handle.result();
    assert.deepEqual(await written(), ['Queued', 'Stalled, Queued', 'InProgress', 'Successful']);
    const [history] = await fetchHistories(stage.client.temporal, handle.workflowId);
    const counts = history === undefined ? [] : eventsPerLook(history);
    assert.equal(Math.max(...counts), eventsPerLookMax, `events of each look: ${counts.join(', ')}`);
  });
});
