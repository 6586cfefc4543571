/** The worker process against a real Temporal server: readiness, metrics, log lines, and how it drains. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { startDevServer, type DevServer } from '../../src/testing/dev-server.ts';
import { completeEnvironment, secretKey, startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const groupId = 'a'.repeat(24);
const snapshotId = 'b'.repeat(24);
const exportRequest = { groupId, clusterName: 'cluster0', snapshotId, exportBucketId: 'c'.repeat(24) };

/** `PENDING_ACTIVITY_STATE_STARTED`: some worker is taken to be at it. */
const activityStarted = 2;

/** Something in Atlas's place; what it answers is the test's business. */
async function startAtlas(
  t: TestContext,
  listener: RequestListener,
): Promise<{ url: string; asked: Promise<void> }> {
  let arrived = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((incoming, response) => {
    arrived();
    listener(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

function answerJson(response: Parameters<RequestListener>[1], status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

describe('the worker process on a Temporal server', () => {
  let temporal: DevServer;
  let connection: Connection;
  let client: Client;
  let queues = 0;

  before(async () => {
    temporal = await startDevServer();
    connection = await Connection.connect({ address: temporal.address });
    client = new Client({ connection, namespace: temporal.namespace });
  });
  after(async () => {
    await connection.close();
    await temporal.stop();
  });

  function startWorker(
    t: TestContext,
    settings: Readonly<Record<string, string>>,
  ): { worker: WorkerProcess; startExport: (input: unknown) => Promise<WorkflowHandle> } {
    queues += 1;
    const taskQueue = `worker-run-${queues}`;
    const worker = startWorkerProcess(t, {
      ...completeEnvironment,
      TEMPORAL_ADDRESS: temporal.address,
      ATLAS_EXPORT_TASK_QUEUE: taskQueue,
      ...settings,
    });
    const startExport = (input: unknown): Promise<WorkflowHandle> =>
      client.workflow.start('exportSnapshot', { taskQueue, workflowId: taskQueue, args: [input] });
    return { worker, startExport };
  }

  async function startedActivities(handle: WorkflowHandle): Promise<number> {
    const { raw } = await handle.describe();
    return (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === activityStarted).length;
  }

  test('is ready once it takes work, serves the metrics of the SDK and ours, and ends with 0 on SIGTERM', async (t) => {
    const { worker, startExport } = startWorker(t, {});
    assert.deepEqual(JSON.parse(await worker.askUntil('/readyz', 200)), { ready: true, state: 'running' });
    const refusals = async (): Promise<number[]> =>
      [
        ...(await worker.askUntil('/metrics', 200)).matchAll(
          /^atlas_export_outcomes_total\{.*"InvalidInput".*\} (\d+)$/gm,
        ),
      ].map(([, count]) => Number(count));
    // From a series that begins with the first failure, Prometheus's increase() does not see that failure.
    assert.deepEqual(await refusals(), [0]);
    // A wrong request ends at once, without Atlas.
    const handle = await startExport({ groupId });
    await assert.rejects(handle.result());
    const metrics = await worker.askUntil('/metrics', 200);
    assert.match(metrics, /^temporal_workflow_failed\{.*workflow_type="exportSnapshot"\} 1$/m);
    assert.deepEqual(await refusals(), [1], 'one series, with the labels that the SDK gives it');
    worker.kill('SIGTERM');
    assert.equal(await worker.exit, 0, worker.complaints());
    assert.ok(worker.records().some(({ message }) => message === 'the worker has drained'));
    assert.equal(worker.complaints(), '');
  });

  test('counts its requests to Atlas, and puts the ids of the export on its lines and no secret on any', async (t) => {
    const atlas = await startAtlas(t, (_request, response) =>
      answerJson(response, 403, { error: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST', detail: 'no' }),
    );
    const { worker, startExport } = startWorker(t, {
      MONGODB_ATLAS_BASE_URL: atlas.url,
      ATLAS_EXPORT_LOG_LEVEL: 'debug',
    });
    const handle = await startExport(exportRequest);
    await assert.rejects(handle.result());
    const metrics = await worker.askUntil('/metrics', 200);
    assert.match(metrics, /^atlas_requests_total\{operation="\w+",status="403"\} [1-9]/m);
    assert.match(metrics, /^atlas_wire_requests_total\{operation="\w+"\} [1-9]/m);
    worker.kill('SIGTERM');
    assert.equal(await worker.exit, 0, worker.complaints());
    // The SDK writes these two before it hands the input to anybody.
    const beforeInput = ['Activity started', 'Workflow started'];
    const lines = worker
      .records()
      .filter((record) => 'workflowId' in record && record['sdkComponent'] !== 'core')
      .filter(({ message }) => !beforeInput.includes(String(message)));
    assert.ok(
      lines.some((record) => 'activityType' in record),
      'no line of an activity',
    );
    assert.ok(
      lines.some((record) => !('activityType' in record)),
      'no line of the workflow',
    );
    for (const record of lines) {
      assert.equal(record['groupId'], groupId, JSON.stringify(record));
      assert.equal(record['clusterName'], exportRequest.clusterName, JSON.stringify(record));
      assert.equal(record['snapshotId'], snapshotId, JSON.stringify(record));
    }
    assert.ok(!`${worker.output()}${worker.complaints()}`.includes(secretKey));
  });

  test('waits for a server that is not up yet', async (t) => {
    const late = await startDevServer();
    t.after(() => late.stop());
    await late.stop();
    const { worker } = startWorker(t, { TEMPORAL_ADDRESS: late.address });
    await worker.logged(/trying again$/);
    await late.restart();
    await worker.askUntil('/readyz', 200);
    worker.kill('SIGINT');
    assert.equal(await worker.exit, 0, worker.complaints());
  });

  test('is not ready while the server is away, and ready again when it is back', async (t) => {
    const shaky = await startDevServer();
    t.after(() => shaky.stop());
    const { worker } = startWorker(t, { TEMPORAL_ADDRESS: shaky.address });
    await worker.askUntil('/readyz', 200);
    await shaky.stop();
    assert.match(await worker.askUntil('/readyz', 503), /no answer from Temporal/);
    assert.equal((await worker.ask('/healthz')).status, 200);
    await shaky.restart();
    await worker.askUntil('/readyz', 200);
    worker.kill('SIGTERM');
    assert.equal(await worker.exit, 0, worker.complaints());
  });

  test('ends with 3 when the namespace is not there, and names it', async (t) => {
    const { worker } = startWorker(t, { TEMPORAL_NAMESPACE: 'nowhere', ATLAS_EXPORT_CONNECT_TIMEOUT: '1s' });
    assert.equal(await worker.exit, 3);
    assert.match(worker.complaints(), /there is no namespace "nowhere" \(gave up after 1 s\)\n$/);
  });

  test('SIGTERM lets an activity under way end within the grace period', async (t) => {
    const mayAnswer = new EventEmitter();
    const holding = once(mayAnswer, 'now');
    const atlas = await startAtlas(t, (_request, response) => {
      void holding.then(() => answerJson(response, 403, { error: 403, errorCode: 'FORBIDDEN' }));
    });
    const { worker, startExport } = startWorker(t, { MONGODB_ATLAS_BASE_URL: atlas.url });
    const handle = await startExport(exportRequest);
    await atlas.asked;
    worker.kill('SIGTERM');
    assert.match(await worker.askUntil('/readyz', 503), /"state":"draining"/);
    assert.equal(await startedActivities(handle), 1);
    mayAnswer.emit('now');
    assert.equal(await worker.exit, 0, worker.complaints());
    const { events } = await handle.fetchHistory();
    const ended = (events ?? []).filter((event) => event.activityTaskFailedEventAttributes);
    assert.equal(ended.length, 1, 'the answer should have ended the activity');
  });

  test('an activity that outlasts the grace period is interrupted and handed back', async (t) => {
    const atlas = await startAtlas(t, () => undefined);
    const { worker, startExport } = startWorker(t, {
      MONGODB_ATLAS_BASE_URL: atlas.url,
      ATLAS_EXPORT_SHUTDOWN_GRACE: '500ms',
    });
    const handle = await startExport(exportRequest);
    await atlas.asked;
    assert.equal(await startedActivities(handle), 1);
    worker.kill('SIGTERM');
    assert.equal(await worker.exit, 0, worker.complaints());
    assert.equal(await startedActivities(handle), 0, 'Temporal still waits for the worker that has ended');
    assert.equal((await handle.describe()).status.name, 'RUNNING');
  });

  test('a second signal ends it at once', async (t) => {
    const atlas = await startAtlas(t, () => undefined);
    const { worker, startExport } = startWorker(t, {
      MONGODB_ATLAS_BASE_URL: atlas.url,
      ATLAS_EXPORT_SHUTDOWN_GRACE: '5 minutes',
    });
    await startExport(exportRequest);
    await atlas.asked;
    worker.kill('SIGTERM');
    await worker.logged(/^SIGTERM: draining/);
    worker.kill('SIGINT');
    assert.equal(await worker.exit, 130);
  });
});
