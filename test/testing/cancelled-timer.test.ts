/**
 * Goal: a worker may answer a workflow task by cancelling a timer that has fired since the task was started. Temporal
 * takes such an answer. The time-skipping server, as it is released, refuses it and loses the task with it; the one
 * that the tests make takes it as well.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { readHistory } from '../../faults/simulation/read-history.ts';
import { startTimeSkippingEnvironment } from '../../faults/time-skipping-environment.ts';
import { startDevServer } from '../../src/testing/dev-server.ts';
import { mendTestServer, testServerMends } from '../../src/testing/test-server-mend.ts';
import { findOrBuildTimeSkippingServer, isMendedTestServer } from '../../src/testing/time-skipping-server.ts';

const report = (line: string): void => void process.stderr.write(`${line}\n`);
const namespace = 'default';

/** The numbers of the API's commands. */
const commandTypes = { startTimer: 3, cancelTimer: 6 } as const;

type Command = { readonly commandType: number } & Readonly<Record<string, unknown>>;

/** A worker of one workflow that answers its tasks by hand. */
class HandWorker {
  readonly #connection: Connection;
  readonly #taskQueue = `cancelled-timer-${randomUUID()}`;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async start(): Promise<WorkflowHandle> {
    const client = new Client({ connection: this.#connection, namespace });
    return await client.workflow.start('any', { taskQueue: this.#taskQueue, workflowId: randomUUID() });
  }

  async takeTask(): Promise<Uint8Array> {
    const { taskToken } = await this.#connection.withDeadline(Date.now() + 60_000, () =>
      this.#connection.workflowService.pollWorkflowTaskQueue({
        namespace,
        taskQueue: { name: this.#taskQueue },
        identity: 'hand',
      }),
    );
    return taskToken;
  }

  async answer(taskToken: Uint8Array, commands: readonly Command[]): Promise<void> {
    await this.#connection.workflowService.respondWorkflowTaskCompleted({
      namespace,
      taskToken,
      identity: 'hand',
      // The client does not export the API's enums.
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
      commands: [...commands],
    });
  }
}

function startTimer(timerId: string, ms: number): Command {
  const startTimerCommandAttributes = { timerId, startToFireTimeout: msToTs(ms) };
  return { commandType: commandTypes.startTimer, startTimerCommandAttributes };
}

/** Answers the task of a signal by cancelling a timer that has fired meanwhile. Returns the types of all events. */
async function cancelFiredTimer(connection: Connection): Promise<string[]> {
  const worker = new HandWorker(connection);
  const handle = await worker.start();
  await worker.answer(await worker.takeTask(), [startTimer('fires', 300)]);
  await handle.signal('wake up');
  const task = await worker.takeTask();
  await waitForTimer(connection, 600);
  await worker.answer(task, [
    { commandType: commandTypes.cancelTimer, cancelTimerCommandAttributes: { timerId: 'fires' } },
    startTimer('next', 60_000),
  ]);
  const { events } = await readHistory(handle);
  return events.map(({ type }) => type);
}

/** A timer of another workflow that was started later and ends later: when it has fired, so have those before it. */
async function waitForTimer(connection: Connection, ms: number): Promise<void> {
  const witness = new HandWorker(connection);
  await witness.start();
  await witness.answer(await witness.takeTask(), [startTimer('witness', ms)]);
  await witness.takeTask();
}

const taken = [
  'workflowExecutionStarted',
  'workflowTaskScheduled',
  'workflowTaskStarted',
  'workflowTaskCompleted',
  'timerStarted',
  'workflowExecutionSignaled',
  'workflowTaskScheduled',
  'workflowTaskStarted',
  'workflowTaskCompleted',
  'timerCanceled',
  'timerStarted',
];

test('Temporal takes an answer that cancels a timer which has fired since, and takes its event back', async (t) => {
  const server = await startDevServer({ report });
  t.after(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  t.after(() => connection.close());
  assert.deepEqual(await cancelFiredTimer(connection), taken);
});

test('so does the time-skipping server where it was mended; as it is released, it loses the task', async (t) => {
  const path = await findOrBuildTimeSkippingServer({ report });
  const environment = await startTimeSkippingEnvironment(path);
  t.after(() => environment.teardown());
  if (await isMendedTestServer(path)) {
    assert.deepEqual(await cancelFiredTimer(environment.connection), taken);
  } else {
    await assert.rejects(
      cancelFiredTimer(environment.connection),
      /invalid history builder state/,
      'the server has been put right: see src/testing/test-server-mend.ts',
    );
  }
});

test('a source that is not the one a mend was written for is refused, not half mended', () => {
  for (const mend of testServerMends) {
    const { before, after } = mend;
    assert.equal(mendTestServer(mend, `class A {${before}}`), `class A {${after}}`);
    for (const source of ['class A {}', `class A {${before}${before}}`])
      assert.throws(() => mendTestServer(mend, source), /is not as it was/);
  }
});
