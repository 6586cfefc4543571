/**
 * Goal: exports are found by their labels, and no export hangs because of a search attribute, whenever it is
 * registered or removed. Method: a real server, whose answer to an attribute that it does not know is to refuse
 * the workflow's task for ever.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExportHandle, ExportSummary } from '../../src/client.ts';
import { eventsPerLook, fetchHistories } from '../../bench/export-history.ts';
import type { WorkerProcess } from '../../demo/worker-process.ts';
import { startStage, type Stage } from './stage.ts';

const waitMsMax = 90_000;
const eventsPerLookMax = 12;
const names = ['AtlasGroupId', 'AtlasClusterName', 'AtlasSnapshotId', 'AtlasExportState'];

describe('the labels of an export', () => {
  let stage: Stage;
  let first: WorkerProcess;
  before(async () => {
    stage = await startStage();
    first = await stage.startWorker();
  });
  after(() => stage.close());

  async function events(handle: ExportHandle, type: string): Promise<number> {
    const history = await stage.client.temporal.workflow.getHandle(handle.workflowId).fetchHistory();
    const isOfType = (event: object): boolean =>
      Object.entries(event).some(([name, value]) => name === type && value !== null && value !== undefined);
    return (history.events ?? []).filter(isOfType).length;
  }

  async function assertLooksAreSmall(handle: ExportHandle): Promise<void> {
    const [history] = await fetchHistories(stage.client.temporal, handle.workflowId);
    const counts = history === undefined ? [] : eventsPerLook(history);
    assert.ok(counts.includes(eventsPerLookMax), `no look saw a new state: ${counts.join(', ')} events`);
    assert.ok(Math.max(...counts) <= eventsPerLookMax, `events of each look: ${counts.join(', ')}`);
  }

  async function until(
    handle: ExportHandle,
    what: (summary: ExportSummary) => boolean,
  ): Promise<ExportSummary> {
    for (const end = Date.now() + waitMsMax; ; await delay(100)) {
      const summary = await stage.client.describe(handle.workflowId);
      if (what(summary)) return summary;
      assert.ok(Date.now() < end, `never so: ${JSON.stringify(summary)}`);
    }
  }

  test('are kept in the memo where the namespace has no search attributes', async () => {
    const request = stage.addExport({ shards: 0 });
    const handle = await stage.client.start(request, { workflowId: 'memo' });
    await handle.result();
    const summary = await stage.client.describe('memo');
    assert.equal(summary.state, 'Successful');
    assert.equal(summary.clusterName, request.clusterName);
    assert.equal(await events(handle, 'workflowPropertiesModifiedEventAttributes'), 3);
    await assertLooksAreSmall(handle);
  });

  test('are kept as search attributes once they are registered, also by exports that the Web UI starts', async () => {
    await first.kill();
    await stage.client.registerSearchAttributes();
    await stage.startWorker();
    assert.deepEqual(await stage.client.registerSearchAttributes(), []);
    const request = stage.addExport({ shards: 0, runningMs: 4_000 });
    await stage.temporal(
      ...'workflow start --type exportSnapshot --workflow-id from-the-web-ui'.split(' '),
      '--task-queue',
      stage.taskQueue,
      '--input',
      JSON.stringify(request),
    );
    const handle = stage.client.getHandle('from-the-web-ui');
    await handle.result();
    assert.equal(
      (await until(handle, ({ state }) => state === 'Successful')).clusterName,
      request.clusterName,
    );
    const query = `AtlasClusterName = '${request.clusterName}' AND AtlasExportState = 'Successful'`;
    let found = 0;
    for (const end = Date.now() + waitMsMax; found === 0 && Date.now() < end; await delay(100)) {
      ({ count: found } = await stage.client.temporal.workflow.count(query));
    }
    assert.equal(found, 1);
    await assertLooksAreSmall(handle);
  });

  /** Returns how many workflow tasks the server has refused. */
  async function removeWhileExporting(workflowId: string): Promise<number> {
    const request = stage.addExport({ shards: 0, queuedMs: 4_000, runningMs: 8_000 });
    const handle = await stage.client.start(request, { workflowId });
    await until(handle, ({ state }) => state === 'Queued');
    const isSet = (await events(handle, 'upsertWorkflowSearchAttributesEventAttributes')) > 0;
    // In one call: on a busy machine, each takes as long as a state of the job.
    const removed = names.flatMap((name) => ['--name', name]);
    await stage.temporal('operator', 'search-attribute', 'remove', ...removed, '--yes');
    const result = await handle.result();
    assert.equal(result.outcome, 'exported');
    const jobs = stage.simulator.books.jobs.filter(({ clusterName }) => clusterName === request.clusterName);
    assert.equal(jobs.length, 1);
    assert.ok((await events(handle, 'workflowPropertiesModifiedEventAttributes')) > 0, 'nothing in the memo');
    const summary = await until(handle, ({ state }) => state === 'Successful');
    assert.equal(summary.clusterName, request.clusterName);
    return isSet ? await events(handle, 'workflowTaskFailedEventAttributes') : 0;
  }

  test('hold up no export when their search attributes are removed while it runs', async () => {
    // Whether the removal comes between an answer and the label that it allows is for the server's cache to decide.
    for (let tries = 1; tries <= 5; tries += 1) {
      if (tries > 1) await stage.client.registerSearchAttributes();
      if ((await removeWhileExporting(`removed-meanwhile-${tries}`)) > 0) return;
    }
    assert.fail('in no try were attributes set, and a task refused after their removal');
  });
});
