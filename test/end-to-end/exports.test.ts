import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WorkflowContinuedAsNewError } from '@temporalio/client';
import * as v from 'valibot';
import { ExportError, InvalidExportRequestError, type ExportRequest } from '../../src/client.ts';
import { everythingWritten, formsOf } from './everything-written.ts';
import { startStage, stageSecrets, type Stage } from './stage.ts';

describe('exports on a real Temporal server, through a real worker, from a simulated Atlas', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
  });
  after(() => stage.close());

  test('a replica set is exported, and the result is what Atlas says of the job', async () => {
    const result = await stage.client.execute(stage.addExport({ shards: 0 }));
    const booked = stage.simulator.books.jobs.find(({ exportId }) => exportId === result.exportId);
    assert.equal(result.outcome, 'exported');
    assert.equal(booked?.state, 'Successful');
    assert.equal(result.prefix, booked.prefix);
    assert.deepEqual(result.components, []);
  });

  test('each component of three shards tells its own end', async () => {
    const result = await stage.client.execute(stage.addExport());
    assert.equal(result.components.length, 3);
    for (const component of result.components) {
      assert.equal(component.state, 'Successful', component.replicaSetName);
      assert.ok(component.finishedAt !== undefined);
      assert.ok(component.polls > 0);
    }
  });

  test('components that Atlas does not show on their own stay unknown, and the export ends all the same', async () => {
    const request = stage.addExport();
    stage.simulator.setExportPlan({ clusterName: request.clusterName }, { componentsHidden: true });
    const result = await stage.client.execute(request);
    assert.equal(result.outcome, 'exported');
    assert.deepEqual(
      result.components.map(({ state }) => state),
      ['unknown', 'unknown', 'unknown'],
    );
  });

  test('the same request twice is the same run and one job', async () => {
    const request = stage.addExport({ shards: 0 });
    const [first, second] = await Promise.all([stage.client.start(request), stage.client.start(request)]);
    assert.equal(first.workflowId, second.workflowId);
    const [one, other] = await Promise.all([first.result(), second.result()]);
    assert.equal(one.exportId, other.exportId);
    assert.equal(jobsOf(request), 1);
  });

  test('the same request after its end is recognised and not paid for again', async () => {
    const request = stage.addExport({ shards: 0 });
    const first = await stage.client.execute(request);
    const second = await stage.client.execute(request);
    assert.equal(second.outcome, 'alreadyExported');
    assert.equal(second.exportId, first.exportId);
    assert.equal(jobsOf(request), 1);
  });

  test('status, pollNow and cancel reach the run', async () => {
    const request = stage.addExport({ runningMs: 60_000 });
    const handle = await stage.client.start({
      ...request,
      polling: { minInterval: '20s', maxInterval: '20s' },
    });
    const fresh = await handle.pollNow();
    assert.equal(fresh.phase, 'tracking');
    assert.equal(fresh.polls, 1);
    assert.equal((await handle.status()).job?.exportId, fresh.job?.exportId);
    await handle.cancel();
    await assert.rejects(
      handle.result(),
      (error) => error instanceof ExportError && error.code === 'TrackingCancelled',
    );
    assert.equal((await handle.status()).outcome, 'cancelled');
  });

  test('a wrong request is refused by the client before anything is sent', async () => {
    const wrong = { ...stage.addExport(), clusterName: 'no/such' };
    await assert.rejects(stage.client.start(wrong), InvalidExportRequestError);
  });

  test('a cluster that does not exist is AtlasNotFound, in Atlas’s own words, with what to do', async () => {
    const request = { ...stage.addExport(), clusterName: 'nowhere' };
    await assert.rejects(stage.client.execute(request), (error) => {
      assert.ok(error instanceof ExportError);
      assert.equal(error.code, 'AtlasNotFound');
      assert.match(error.message, /nowhere/);
      assert.match(error.details?.nextStep ?? '', /cluster name/);
      return true;
    });
  });

  test('the Temporal CLI starts an export with plain JSON', async () => {
    const request = stage.addExport({ shards: 0 });
    const printed = await startByCli('cli-right', JSON.stringify(request));
    const result = v.parse(
      v.object({ status: v.string(), result: v.object({ outcome: v.string() }) }),
      JSON.parse(printed),
    );
    assert.equal(result.status, 'COMPLETED');
    assert.equal(result.result.outcome, 'exported');
    assert.equal(jobsOf(request), 1);
  });

  test('the Temporal CLI gets InvalidInput within a second for plain JSON that is wrong', async () => {
    const wrong = { groupId: 'x', clusterName: 'orders', snapshotId: 'latest', bucket: 'b' };
    await assert.rejects(startByCli('cli-wrong', JSON.stringify(wrong)));
    const description = await stage.client.temporal.workflow.getHandle('cli-wrong').describe();
    assert.equal(description.status.name, 'FAILED');
    const tookMs = (description.closeTime?.getTime() ?? Infinity) - description.startTime.getTime();
    assert.ok(tookMs < 1_000, `it took ${tookMs} ms`);
    const { events } = await stage.client.temporal.workflow.getHandle('cli-wrong').fetchHistory();
    const failure = events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
    assert.equal(failure?.applicationFailureInfo?.type, 'InvalidInput');
    for (const path of ['groupId', 'bucket', 'exportBucketId'])
      assert.ok(failure?.message?.includes(path), path);
  });

  test('a schedule of "latest" pays for a snapshot once', async () => {
    const { snapshotId: _, ...rest } = stage.addExport({ shards: 0 });
    const request: ExportRequest = { ...rest, snapshotId: 'latest' };
    const schedule = await stage.client.temporal.schedule.create({
      scheduleId: 'nightly',
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: 'exportSnapshot',
        taskQueue: stage.taskQueue,
        args: [request],
        workflowId: 'nightly-export',
      },
      policies: { catchupWindow: '1 hour', overlap: 'SKIP' },
    });
    const outcomes: string[] = [];
    for (let run = 1; run <= 2; run += 1) {
      await schedule.trigger();
      const workflowId = await runOf(schedule, run);
      outcomes.push((await stage.client.getHandle(workflowId).result()).outcome);
    }
    await schedule.delete();
    assert.deepEqual(outcomes, ['exported', 'alreadyExported']);
    assert.equal(jobsOf(request), 1);
  });

  test('a cron run takes no job of an earlier run for its own, and exports the snapshot made since', async () => {
    const { snapshotId: _, ...rest } = stage.addExport({ shards: 0 });
    const request: ExportRequest = { ...rest, snapshotId: 'latest', skipIfExported: false };
    const { workflow } = stage.client.temporal;
    const first = await workflow.start('exportSnapshot', {
      workflowId: 'cron-export',
      taskQueue: stage.taskQueue,
      args: [request],
      cronSchedule: '@every 1s',
    });
    const firstRun = stage.client.getHandle(first.workflowId, first.firstExecutionRunId);
    // Resolved by now, so that the snapshot made next is left to the second run.
    await firstRun.pollNow();
    const { clusterName } = request;
    const newer = stage.simulator.addSnapshot({ clusterName, createdAt: Date.now() });
    const secondRunId = await runAfter(first.workflowId, first.firstExecutionRunId);
    await runAfter(first.workflowId, secondRunId);
    await workflow.getHandle(first.workflowId).terminate('two runs are enough');
    const exported = stage.simulator.books.jobs.filter((job) => job.clusterName === request.clusterName);
    assert.equal(exported[1]?.snapshotId, newer.id, 'the second run did not export the newer snapshot');
    assert.notEqual(exported[0]?.snapshotId, newer.id);
  });

  test('no workflow task has failed, and no history, log or metric holds a secret', async () => {
    for await (const { workflowId, runId } of stage.client.temporal.workflow.list()) {
      const { events } = await stage.client.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      const failed = events?.some((event) => event.workflowTaskFailedEventAttributes);
      assert.equal(failed, false, `a task of ${workflowId} failed`);
    }
    const { text, runs } = await everythingWritten(stage);
    assert.ok(
      (runs.get('exportSnapshot') ?? 0) > 10,
      `only ${runs.get('exportSnapshot')} exports were searched`,
    );
    assert.ok(text.includes('createExportJob'), 'the search covers what the worker does');
    for (const [name, secret] of Object.entries(stageSecrets)) {
      for (const form of formsOf(secret)) {
        assert.equal(text.includes(form), false, `the ${name} was written somewhere`);
      }
    }
    assert.doesNotMatch(text, /nonce=|Digest username|Bearer /);
  });

  test('the metrics tell outcomes, attempts, polls, requests, the rate limit and the time to notice', async () => {
    const metrics = await stage.metrics();
    for (const sample of [
      /^atlas_export_outcomes_total\{.*outcome="exported".*\} [1-9]/m,
      /^atlas_export_outcomes_total\{.*outcome="AtlasNotFound".*\} [1-9]/m,
      /^atlas_export_attempts_total\{.*origin="created".*\} [1-9]/m,
      /^atlas_export_polls_total\{.*of="component".*\} [1-9]/m,
      /^atlas_requests_total\{.*operation="createExportJob".*status="200".*\} [1-9]/m,
      /^atlas_rate_limit_remaining\{.*\} \d/m,
      /^atlas_export_noticed_after_seconds_count\{.*\} [1-9]/m,
      /^temporal_/m,
    ]) {
      assert.match(metrics, sample);
    }
  });

  test('every log line about an export carries its project and cluster', () => {
    const lines = stage
      .written()
      .split('\n')
      .filter((line) => /"sdkComponent":"(workflow|activity)"/.test(line));
    assert.ok(lines.length > 10, 'the worker has logged about its exports');
    for (const line of lines) {
      const record = v.parse(v.record(v.string(), v.unknown()), JSON.parse(line));
      if (record['workflowId'] === 'cli-wrong') continue;
      assert.equal(typeof record['groupId'], 'string', line);
      assert.equal(typeof record['clusterName'], 'string', line);
    }
  });

  function jobsOf({ clusterName }: ExportRequest): number {
    return stage.simulator.books.jobs.filter((job) => job.clusterName === clusterName).length;
  }

  function startByCli(workflowId: string, input: string): Promise<string> {
    const start = ['workflow', 'execute', '--type', 'exportSnapshot', '--task-queue', stage.taskQueue];
    return stage.temporal(...start, '--workflow-id', workflowId, '--input', input, '--output', 'json');
  }

  /** The run that a cron workflow goes on with after this one. */
  async function runAfter(workflowId: string, runId: string): Promise<string> {
    const run = stage.client.temporal.workflow.getHandle(workflowId, runId, { followRuns: false });
    const ended = await run.result().catch((error: unknown) => error);
    assert.ok(ended instanceof WorkflowContinuedAsNewError, `the first run ended with ${String(ended)}`);
    return ended.newExecutionRunId;
  }

  /** The workflow that the schedule's n-th action has started. */
  async function runOf(
    schedule: {
      describe(): Promise<{ info: { recentActions: { action: { workflow: { workflowId: string } } }[] } }>;
    },
    run: number,
  ): Promise<string> {
    for (;;) {
      const { info } = await schedule.describe();
      const action = info.recentActions[run - 1];
      if (action !== undefined) return action.action.workflow.workflowId;
    }
  }
});
