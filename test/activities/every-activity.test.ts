/**
 * Goal: every activity that asks Atlas tells the workflow what went wrong in the documented form, stops asking when it
 * is cancelled, and beats while it waits.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createActivities } from '../../src/activities/index.ts';
import type { AtlasTimeouts } from '../../src/atlas/index.ts';
import type { Fault, Operation } from '../../simulator/index.ts';
import { RAW_CHALLENGE, startRawServer } from '../atlas/support/raw-server.ts';
import { startClient } from '../atlas/support/test-client.ts';
import {
  failureOf,
  quietEnvironment,
  startActivityStage,
  stillWanted,
  type ActivityStage,
  onlyClient,
} from './support/activity-stage.ts';

/** Not waited for: the client gives up, or is told to. */
const tooLongMs = 60_000;
const beatMs = 2_000;

interface AskingActivity {
  readonly name: string;
  readonly operation: Operation;
  readonly call: (stage: ActivityStage) => () => Promise<unknown>;
}

const asking: readonly AskingActivity[] = [
  {
    name: 'resolveExport',
    operation: 'listExportBuckets',
    call: ({ activities, atlas }) => {
      const { orders, ordersSnapshotId: snapshotId } = atlas;
      const bucket = { exportBucketName: 'archive' };
      return () => activities.resolveExport({ ...orders, snapshotId, bucket });
    },
  },
  {
    name: 'findExportJob',
    operation: 'listExportJobs',
    call: ({ activities, atlas }) => {
      const { orders, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
      const input = { ...orders, snapshotId, exportBucketId, exportRequestId: 'run/1' };
      return () => activities.findExportJob(input);
    },
  },
  {
    name: 'createExportJob',
    operation: 'createExportJob',
    call: ({ activities, atlas, temporal }) => {
      const { orders, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
      temporal.answers.set('DescribeWorkflowExecution', () => stillWanted());
      const input = { ...orders, snapshotId, exportBucketId, customData: [] };
      return () => activities.createExportJob(input);
    },
  },
  {
    name: 'pollExportJob',
    operation: 'getExportJob',
    call: ({ activities, atlas }) => {
      const { orders, simulator, ordersSnapshotId: snapshotId, exportBucketId } = atlas;
      const { exportId } = simulator.createForeignJob({ ...orders, snapshotId, exportBucketId });
      return () => activities.pollExportJob({ ...orders, exportId });
    },
  },
];

interface Failing {
  readonly fault: Fault;
  readonly type: string;
  readonly final: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly timeouts?: AtlasTimeouts;
}

const failing: readonly Failing[] = [
  { fault: { kind: 'unauthorized' }, type: 'ATLAS_UNAUTHORIZED', final: true, status: 401 },
  {
    fault: { kind: 'apiError', status: 403, errorCode: 'USER_UNAUTHORIZED' },
    type: 'ATLAS_FORBIDDEN',
    final: true,
    status: 403,
  },
  { fault: { kind: 'notFound' }, type: 'ATLAS_NOT_FOUND', final: true, status: 404 },
  {
    fault: { kind: 'apiError', status: 400, errorCode: 'INVALID_ATTRIBUTE' },
    type: 'ATLAS_REJECTED',
    final: true,
    status: 400,
  },
  {
    fault: { kind: 'apiError', status: 409, errorCode: 'CONFLICT' },
    type: 'ATLAS_CONFLICT',
    final: true,
    status: 409,
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 7 } },
    type: 'ATLAS_RATE_LIMITED',
    final: false,
    status: 429,
    retryAfterMs: 7_000,
  },
  { fault: { kind: 'htmlUnavailable' }, type: 'ATLAS_UNAVAILABLE', final: false, status: 503 },
  { fault: { kind: 'connectionReset' }, type: 'ATLAS_CONNECTION', final: false },
  {
    fault: { kind: 'slowHeaders', delayMs: tooLongMs },
    type: 'ATLAS_TIMEOUT',
    final: false,
    timeouts: { requestTimeoutMs: 1_000 },
  },
  { fault: { kind: 'unreadableBody', text: '{' }, type: 'ATLAS_RESPONSE', final: false, status: 200 },
];

for (const { name, operation, call } of asking) {
  describe(`${name}, when Atlas does not answer as it should,`, () => {
    for (const { fault, type, final, status, retryAfterMs, timeouts = {} } of failing) {
      test(`fails with ${type}, ${final ? 'which is final' : 'which may pass'}`, async (t) => {
        const stage = await startActivityStage(t, { timeouts });
        stage.atlas.simulator.faults.script({ operation }, fault);
        const failure = await failureOf(stage.environment().run(call(stage)));
        assert.deepEqual([failure.type, failure.nonRetryable], [type, final]);
        assert.equal(failure.detail.status, status);
        assert.equal(failure.detail.retryAfterMs, retryAfterMs);
        assert.equal(failure.nextRetryDelay, retryAfterMs, 'when Temporal repeats it');
        stage.atlas.simulator.expectNoUnusedFaults();
      });
    }
  });

  test(`${name} stops waiting for Atlas when it is cancelled`, async (t) => {
    const stage = await startActivityStage(t);
    stage.atlas.simulator.faults.script({ operation }, { kind: 'slowHeaders', delayMs: tooLongMs });
    const environment = stage.environment();
    const ended = failureOf(environment.run(call(stage)));
    await stage.arrived(operation);
    environment.cancel();
    const failure = await ended;
    assert.deepEqual([failure.type, failure.nonRetryable], ['ATLAS_ABORTED', false]);
    assert.equal(failure.detail.effect, operation === 'createExportJob' ? 'unknown' : 'none');
    assert.equal(stage.requestsOf(operation), 1);
  });

  test(`${name} beats every 2 s while it waits for Atlas, and no longer`, async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const stage = await startActivityStage(t);
    stage.atlas.simulator.faults.script({ operation }, { kind: 'slowHeaders', delayMs: tooLongMs });
    const environment = stage.environment();
    let beats = 0;
    environment.on('heartbeat', () => (beats += 1));
    const ended = failureOf(environment.run(call(stage)));
    await stage.arrived(operation);
    t.mock.timers.tick(beatMs - 1);
    assert.equal(beats, 0);
    t.mock.timers.tick(1);
    assert.equal(beats, 1);
    t.mock.timers.tick(2 * beatMs);
    assert.equal(beats, 3);
    environment.cancel();
    await ended;
    t.mock.timers.tick(5 * beatMs);
    assert.equal(beats, 3, 'beats of an activity that has ended');
  });
}

test('a request is taken back from the network when its activity is cancelled: its connection is reset', async (t) => {
  let onRequest = (): void => {};
  const arrived = new Promise<void>((resolve) => (onRequest = resolve));
  const server = await startRawServer(t, (request, socket) => {
    if (/^authorization: /im.test(request)) onRequest();
    else socket.write(RAW_CHALLENGE);
  });
  const { client } = startClient(t, server.baseUrl);
  const activities = createActivities({ atlas: onlyClient(client) });
  const environment = quietEnvironment();
  const input = { groupId: '5'.repeat(24), clusterName: 'orders', exportId: 'a'.repeat(24) };
  const ended = failureOf(environment.run(() => activities.pollExportJob(input)));
  await arrived;
  environment.cancel();
  assert.equal((await ended).type, 'ATLAS_ABORTED');
  await server.ended(1);
  assert.deepEqual(server.endings, ['ECONNRESET']);
});

test('what is no error of Atlas crosses as it is: a bug is not dressed up as an answer', async (t) => {
  const { client } = startClient(t, 'http://127.0.0.1:9');
  const bug = new RangeError('a bug');
  t.mock.method(client, 'getExportJob', () => Promise.reject(bug));
  const activities = createActivities({ atlas: onlyClient(client) });
  const input = { groupId: '5'.repeat(24), clusterName: 'orders', exportId: 'a'.repeat(24) };
  await assert.rejects(
    quietEnvironment().run(() => activities.pollExportJob(input)),
    bug,
  );
});
