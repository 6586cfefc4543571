/**
 * Goal: the production client and the simulator understand each other, whichever credentials and API they speak, and
 * the simulator's books bear out what the client says a call cost.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AtlasApiVersion, AtlasCredentials } from '../../src/atlas/index.ts';
import type { SimulatorOptions } from '../../simulator/index.ts';
import { credentialsOf, startStage } from './support/simulated-atlas.ts';
import type { CredentialsKind, Stage } from './support/simulated-atlas.ts';
import { failureOf, startClient } from './support/test-client.ts';

/** Every operation of the client, in an order in which each finds what it asks for. */
async function callEverything(stage: Stage): Promise<Record<string, unknown>> {
  const { client, groupId, orders, sharded, exportBucketId, ordersSnapshotId, eventsSnapshotId } = stage;
  const customData = [{ key: 'exportRequestId', value: 'run/1' }];
  const created = await client.createExportJob(orders, {
    snapshotId: ordersSnapshotId,
    exportBucketId,
    customData,
  });
  const shardedJob = await client.createExportJob(sharded, {
    snapshotId: eventsSnapshotId,
    exportBucketId,
    customData,
  });
  const component = shardedJob.components?.[0]?.exportId ?? 'no component';
  return {
    created: created.state,
    customData: created.customData,
    shards: shardedJob.components?.length,
    job: (await client.getExportJob({ ...orders, exportId: created.id })).id === created.id,
    component: (await client.getExportJob({ ...sharded, exportId: component })).state,
    jobs: (await client.listExportJobs(orders)).map(({ id }) => id === created.id),
    snapshots: (await client.listSnapshots(orders)).map(({ id }) => id === ordersSnapshotId),
    shardedSnapshots: (await client.listShardedSnapshots(sharded)).map(({ id }) => id === eventsSnapshotId),
    snapshot: (await client.getSnapshot({ ...orders, snapshotId: ordersSnapshotId })).status,
    members: (await client.getShardedSnapshot({ ...sharded, snapshotId: eventsSnapshotId })).members?.length,
    buckets: (await client.listExportBuckets({ groupId })).map(({ id }) => id === exportBucketId),
    bucket: (await client.getExportBucket({ groupId, exportBucketId })).cloudProvider,
    clusterType: (await client.getCluster(sharded)).clusterType,
    backupEnabled: (await client.getCluster(orders)).backupEnabled,
    clusters: (await client.listClusters({ groupId }))
      .map(({ name, clusterType, shardCount }) => ({ name, clusterType, shardCount }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

const EVERYTHING = {
  created: 'Queued',
  customData: [{ key: 'exportRequestId', value: 'run/1' }],
  shards: 3,
  job: true,
  component: 'Queued',
  jobs: [true],
  snapshots: [true],
  shardedSnapshots: [true],
  snapshot: 'completed',
  members: 3,
  buckets: [true],
  bucket: 'AWS',
  clusterType: 'SHARDED',
  backupEnabled: true,
  clusters: [
    { name: 'events', clusterType: 'SHARDED', shardCount: 3 },
    { name: 'orders', clusterType: 'REPLICASET', shardCount: 1 },
  ],
};
const CALLS = 14;

const WAYS: readonly (readonly [string, CredentialsKind, SimulatorOptions])[] = [
  ['digest with MD5', 'digest', { digestAlgorithm: 'MD5' }],
  ['digest with SHA-256', 'digest', { digestAlgorithm: 'SHA-256' }],
  ['a service account', 'serviceAccount', {}],
];

describe('the client and the simulator', () => {
  for (const [way, credentials, simulator] of WAYS) {
    for (const apiVersion of ['v2', 'v1.0'] satisfies AtlasApiVersion[]) {
      it(`agree on every operation of ${apiVersion}, by ${way}, at one request for authorization`, async (test) => {
        const stage = await startStage(test, { credentials, simulator, client: { apiVersion } });
        assert.deepEqual(await callEverything(stage), EVERYTHING);
        const { books } = stage.simulator;
        assert.equal(stage.events.length, CALLS);
        assert.deepEqual(
          stage.events.map(({ wireRequests }) => wireRequests),
          [2, ...Array.from({ length: CALLS - 1 }, () => 1)],
        );
        assert.equal(books.wireRequestCount, CALLS + 1);
        const refused = books.requests.filter(({ authentication }) => authentication === 'refused');
        assert.deepEqual(refused, []);
        const versions = new Set(books.requests.map((request) => request.apiVersion));
        assert.deepEqual(
          [...versions].filter((version) => version !== 'oauth'),
          [apiVersion],
        );
        assert.deepEqual([books.createsAccepted, books.createsRefused], [2, 0]);
      });
    }
  }

  it('cost a warm client one request per call, with 50 at once too', async (test) => {
    const { client, orders, simulator, events } = await startStage(test);
    await client.getCluster(orders);
    const before = simulator.books.wireRequestCount;
    await Promise.all(Array.from({ length: 50 }, () => client.getCluster(orders)));
    assert.equal(simulator.books.wireRequestCount - before, 50);
    assert.deepEqual(new Set(events.slice(1).map(({ wireRequests }) => wireRequests)), new Set([1]));
  });

  it('cost one challenge, or one token, for 50 calls at once of a cold client', async (test) => {
    for (const credentials of ['digest', 'serviceAccount'] as const) {
      const { client, orders, simulator } = await startStage(test, { credentials });
      await Promise.all(Array.from({ length: 50 }, () => client.getCluster(orders)));
      assert.equal(simulator.books.wireRequestCount, 51, credentials);
    }
  });

  it('cost one more round trip when the nonce has become stale, and the new nonce is kept', async (test) => {
    const stage = await startStage(test, { simulator: { nonceLifetimeMs: 1000 } });
    await stage.client.getCluster(stage.orders);
    stage.clock.advance(1000);
    await stage.client.getCluster(stage.orders);
    await stage.client.getCluster(stage.orders);
    assert.deepEqual(
      stage.events.map(({ wireRequests }) => wireRequests),
      [2, 2, 1],
    );
  });

  it('cost a revoked or expired token one more mint, once for all who wait', async (test) => {
    const stage = await startStage(test, {
      credentials: 'serviceAccount',
      simulator: { tokenLifetimeMs: 3_600_000 },
    });
    await stage.client.getCluster(stage.orders);
    stage.clock.advance(3_600_000);
    await Promise.all(Array.from({ length: 10 }, () => stage.client.getCluster(stage.orders)));
    assert.equal(
      stage.simulator.books.requests.filter(({ operation }) => operation === 'createToken').length,
      2,
    );
  });

  it('make one job of a create whose nonce was stale: the refused request created nothing', async (test) => {
    const stage = await startStage(test, { simulator: { nonceLifetimeMs: 1000 } });
    await stage.client.getCluster(stage.orders);
    stage.clock.advance(1000);
    const { exportBucketId, ordersSnapshotId: snapshotId } = stage;
    const job = await stage.client.createExportJob(stage.orders, {
      snapshotId,
      exportBucketId,
      customData: [],
    });
    const { books } = stage.simulator;
    assert.deepEqual(
      books.jobs.map(({ exportId }) => exportId),
      [job.id],
    );
    assert.equal(books.createsAccepted, 1);
  });

  it('refuse a wrong key as ATLAS_UNAUTHORIZED, effect none, in both kinds of credentials', async (test) => {
    const wrong: AtlasCredentials[] = [
      { type: 'digest', publicKey: 'somebody', privateKey: 'wrong' },
      { type: 'serviceAccount', clientId: 'somebody', clientSecret: 'wrong' },
    ];
    for (const credentials of wrong) {
      const stage = await startStage(test, { client: { credentials } });
      const { exportBucketId, ordersSnapshotId: snapshotId } = stage;
      const create = stage.client.createExportJob(stage.orders, {
        snapshotId,
        exportBucketId,
        customData: [],
      });
      const error = await failureOf(create);
      assert.deepEqual([error.code, error.status, error.effect], ['ATLAS_UNAUTHORIZED', 401, 'none']);
      assert.deepEqual(stage.simulator.books.jobs, []);
    }
  });

  it('page through 1,203 jobs in three requests, each job once', async (test) => {
    const stage = await startStage(test);
    const { simulator, exportBucketId, ordersSnapshotId: snapshotId, clock } = stage;
    for (let count = 0; count < 1_203; count += 1) {
      const plan = { queuedMs: 0, runningMs: 0 };
      simulator.createForeignJob({ clusterName: 'orders', snapshotId, exportBucketId, plan });
      clock.advance(1000);
    }
    await stage.client.getCluster(stage.orders);
    const before = simulator.books.wireRequestCount;
    for (const apiVersion of ['v2', 'v1.0'] as const) {
      const { client, events } = startClient(test, simulator.baseUrl, {
        credentials: credentialsOf(simulator, 'digest'),
        apiVersion,
      });
      const jobs = await client.listExportJobs(stage.orders);
      const booked = simulator.books.jobs.map(({ exportId }) => exportId);
      assert.equal(jobs.length, 1_203, apiVersion);
      assert.deepEqual(new Set(jobs.map(({ id }) => id)), new Set(booked));
      assert.equal(events[0]?.wireRequests, 4, 'three pages and the challenge');
    }
    assert.equal(simulator.books.wireRequestCount - before, 8);
  });

  it('show a job from its creation to its end, as the clock goes on', async (test) => {
    const stage = await startStage(test);
    const { client, simulator, clock, orders, exportBucketId, ordersSnapshotId: snapshotId } = stage;
    simulator.setExportPlan({}, { queuedMs: 60_000, runningMs: 120_000 });
    const { id: exportId } = await client.createExportJob(orders, {
      snapshotId,
      exportBucketId,
      customData: [],
    });
    const states: string[] = [];
    for (let minute = 0; minute < 4; minute += 1) {
      states.push((await client.getExportJob({ ...orders, exportId })).state);
      clock.advance(60_000);
    }
    assert.deepEqual(states, ['Queued', 'InProgress', 'InProgress', 'Successful']);
    const done = await client.getExportJob({ ...orders, exportId });
    assert.deepEqual([done.finishedAt, done.snapshotId], ['2026-08-10T03:31:25Z', snapshotId]);
    assert.ok(done.prefix?.includes('orders'), done.prefix);
  });
});
