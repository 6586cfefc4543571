/** Goal: export jobs go as Atlas's do. Method: a clock that stands still, moved to the instants that matter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, objectOf, resultsOf } from './atlas-http.ts';
import type { SmallWorld } from './small-world.ts';
import { createExport, getExport, inSmallWorld } from './small-world.ts';

const MINUTE = 60_000;

async function created(
  world: SmallWorld,
  clusterName: string,
  snapshotId: string,
): Promise<Record<string, unknown>> {
  const response = await createExport(world, { clusterName, snapshotId });
  assert.equal(response.status, 200, response.text);
  return objectOf(response.json);
}

function components(job: Record<string, unknown>): Record<string, unknown>[] {
  assert.ok(Array.isArray(job['components']));
  return job['components'].map(objectOf);
}

test('a new job has the members of the recorded one and no others, and a prefix without a leading slash', async () => {
  await inSmallWorld(async (world) => {
    const job = await created(world, 'orders', world.ordersSnapshotId);
    assert.deepEqual(job, {
      createdAt: '2026-08-10T03:28:25Z',
      customData: [],
      exportBucketId: world.exportBucketId,
      exportStatus: { exportedCollections: 0, totalCollections: 0 },
      id: job['id'],
      prefix: `exported_snapshots/${world.simulator.orgId}/${world.simulator.groupId}/orders/2026-08-10T0228/1786332505`,
      snapshotId: world.ordersSnapshotId,
      state: 'Queued',
    });
  });
});

test('the prefix has a leading slash where that is asked for', async () => {
  const check = async (world: SmallWorld): Promise<void> => {
    assert.match(
      String((await created(world, 'orders', world.ordersSnapshotId))['prefix']),
      /^\/exported_snapshots\//,
    );
  };
  await inSmallWorld(check, { prefixSlash: true });
});

test('a job of a replica set is queued, then runs with growing progress, then is successful for good', async () => {
  await inSmallWorld(async (world) => {
    const plan = { queuedMs: 3 * MINUTE, runningMs: 10 * MINUTE, totalCollections: 100 };
    world.simulator.setExportPlan({}, plan);
    const { id } = await created(world, 'orders', world.ordersSnapshotId);
    const look = async (): Promise<Record<string, unknown>> => await getExport(world, 'orders', id);
    world.clock.advance(3 * MINUTE - 1);
    assert.equal((await look())['state'], 'Queued');
    world.clock.advance(1);
    assert.equal((await look())['state'], 'InProgress');
    world.clock.advance(5 * MINUTE);
    assert.deepEqual((await look())['exportStatus'], { exportedCollections: 50, totalCollections: 100 });
    assert.equal((await look())['finishedAt'], undefined);
    world.clock.advance(50 * MINUTE);
    const done = await look();
    assert.equal(done['state'], 'Successful');
    assert.equal(
      done['finishedAt'],
      '2026-08-10T03:41:25Z',
      'the end is when it ended, not when it was looked at',
    );
    assert.deepEqual(done['exportStatus'], { exportedCollections: 100, totalCollections: 100 });
  });
});

test('progress that is unknown stays 0 of 0 to the end; late and bursty progress never goes back', async () => {
  for (const progress of ['unknown', 'late', 'bursty'] as const) {
    await inSmallWorld(async (world) => {
      world.simulator.setExportPlan(
        {},
        { queuedMs: 0, runningMs: 10 * MINUTE, totalCollections: 100, progress },
      );
      const { id } = await created(world, 'orders', world.ordersSnapshotId);
      const seen: number[] = [];
      for (let minute = 0; minute <= 10; minute += 1) {
        const { exportStatus } = await getExport(world, 'orders', id);
        seen.push(Number(objectOf(exportStatus)['exportedCollections']));
        world.clock.advance(MINUTE);
      }
      assert.deepEqual(
        seen,
        [...seen].sort((left, right) => left - right),
        progress,
      );
      assert.equal(seen.at(-1), progress === 'unknown' ? 0 : 100, progress);
      if (progress === 'late') assert.ok((seen[5] ?? 100) < 10, 'late progress is late');
    });
  }
});

test('a failed job carries its stateReason, and only then', async () => {
  await inSmallWorld(async (world) => {
    const stateReason = { errorCode: 'SOME_CODE', message: 'The bucket is gone.' };
    world.simulator.setExportPlan(
      { attempt: 1 },
      { outcome: 'Failed', stateReason, queuedMs: 0, runningMs: MINUTE },
    );
    const { id } = await created(world, 'orders', world.ordersSnapshotId);
    assert.equal((await getExport(world, 'orders', id))['stateReason'], undefined);
    world.clock.advance(MINUTE);
    const failed = await getExport(world, 'orders', id);
    assert.equal(failed['state'], 'Failed');
    assert.deepEqual(failed['stateReason'], stateReason);
    const second = await created(world, 'orders', world.ordersSnapshotId);
    world.clock.advance(60 * MINUTE);
    assert.equal(
      (await getExport(world, 'orders', second['id']))['state'],
      'Successful',
      'the plan was for the first attempt',
    );
  });
});

test('a second active export of a snapshot is refused with 409 until the first is terminal', async () => {
  await inSmallWorld(async (world) => {
    await created(world, 'orders', world.ordersSnapshotId);
    const refused = await createExport(world, { clusterName: 'orders', snapshotId: world.ordersSnapshotId });
    assert.equal(refused.status, 409);
    world.clock.advance(60 * MINUTE);
    await created(world, 'orders', world.ordersSnapshotId);
    const { books } = world.simulator;
    assert.deepEqual([books.createsAccepted, books.createsRefused, books.activeOverlaps.length], [2, 1, 0]);
  });
});

test('the books notice two active jobs of one snapshot when the 409 is switched off', async () => {
  const check = async (world: SmallWorld): Promise<void> => {
    const first = await created(world, 'orders', world.ordersSnapshotId);
    const second = await created(world, 'orders', world.ordersSnapshotId);
    const expected = { snapshotId: world.ordersSnapshotId, exportIds: [first['id'], second['id']] };
    assert.deepEqual(world.simulator.books.activeOverlaps, [expected]);
  };
  await inSmallWorld(check, { refuseSecondActiveExport: false });
});

test('while five replica sets of a project export, further jobs stay queued, and start when there is room', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, clock } = world;
    simulator.setExportPlan(
      {},
      { queuedMs: MINUTE, runningMs: 10 * MINUTE, componentDurations: [4 * MINUTE, 6 * MINUTE, 10 * MINUTE] },
    );
    const snapshotIds = [1, 2, 3].map(() => simulator.addSnapshot({ clusterName: 'orders' }).id);
    await created(world, 'events', world.eventsSnapshotId);
    for (const snapshotId of snapshotIds) {
      clock.advance(1000);
      await created(world, 'orders', snapshotId);
    }
    clock.advance(MINUTE);
    const states = (): string[] => simulator.books.jobs.map((job) => job.state);
    assert.deepEqual(
      states(),
      ['InProgress', 'InProgress', 'InProgress', 'Queued'],
      'three shards and two replica sets',
    );
    clock.advance(60 * MINUTE);
    const [events, , , waited] = simulator.books.jobs;
    assert.equal(
      waited?.startedAt,
      (events?.startedAt ?? 0) + 4 * MINUTE,
      'it started when the first shard was done',
    );
    assert.deepEqual(new Set(states()), new Set(['Successful']));
  });
});

test('a sharded job has components and no exportStatus; each component has a document, a progress and an end of its own', async () => {
  await inSmallWorld(async (world) => {
    world.simulator.setExportPlan(
      {},
      { queuedMs: 0, runningMs: 0, componentDurations: [MINUTE, 2 * MINUTE, 4 * MINUTE] },
    );
    const job = await created(world, 'events', world.eventsSnapshotId);
    assert.equal(job['exportStatus'], undefined);
    const parts = components(job);
    assert.equal(parts.length, 3);
    world.clock.advance(2 * MINUTE);
    const documents = await Promise.all(parts.map((part) => getExport(world, 'events', part['exportId'])));
    assert.deepEqual(
      documents.map((part) => part['state']),
      ['Successful', 'Successful', 'InProgress'],
    );
    assert.deepEqual(documents[2]?.['exportStatus'], { exportedCollections: 70, totalCollections: 140 });
    assert.equal((await getExport(world, 'events', job['id']))['state'], 'InProgress');
    world.clock.advance(2 * MINUTE);
    const done = await getExport(world, 'events', job['id']);
    assert.deepEqual([done['state'], done['finishedAt']], ['Successful', '2026-08-10T03:32:25Z']);
  });
});

test('a sharded job fails when its last component has ended and one of them failed', async () => {
  await inSmallWorld(async (world) => {
    const componentDurations = [MINUTE, 2 * MINUTE, 4 * MINUTE];
    world.simulator.setExportPlan(
      {},
      { queuedMs: 0, outcome: 'Failed', failedComponents: [0], componentDurations },
    );
    const job = await created(world, 'events', world.eventsSnapshotId);
    world.clock.advance(3 * MINUTE);
    assert.equal((await getExport(world, 'events', components(job)[0]?.['exportId']))['state'], 'Failed');
    assert.equal((await getExport(world, 'events', job['id']))['state'], 'InProgress');
    world.clock.advance(MINUTE);
    assert.equal((await getExport(world, 'events', job['id']))['state'], 'Failed');
  });
});

test('hidden components answer 404, and listed ones are items of the list', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/events/backup/exports`;
    world.simulator.setExportPlan({ attempt: 1 }, { componentsHidden: true });
    world.simulator.setExportPlan({ attempt: 2 }, { componentsListed: true });
    const hidden = await created(world, 'events', world.eventsSnapshotId);
    const response = await call(world.simulator, {
      path: `${path}/${String(components(hidden)[0]?.['exportId'])}`,
    });
    assert.equal(response.status, 404);
    assert.equal(resultsOf(await call(world.simulator, { path })).length, 1);
    world.clock.advance(60 * MINUTE);
    await created(world, 'events', world.eventsSnapshotId);
    assert.equal(resultsOf(await call(world.simulator, { path })).length, 5, 'two jobs and three components');
  });
});

test('a job is found under its own cluster and project only', async () => {
  await inSmallWorld(async (world) => {
    const { id } = await created(world, 'orders', world.ordersSnapshotId);
    const elsewhere = await call(world.simulator, {
      path: `${world.group}/clusters/events/backup/exports/${String(id)}`,
    });
    assert.equal(elsewhere.status, 404);
  });
});

test('a job of somebody else is in the list, refuses a second one and can be cancelled', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, ordersSnapshotId: snapshotId, exportBucketId } = world;
    const foreign = simulator.createForeignJob({ clusterName: 'orders', snapshotId, exportBucketId });
    assert.equal((await createExport(world, { clusterName: 'orders', snapshotId })).status, 409);
    simulator.cancelJob(foreign.exportId);
    const [job] = resultsOf(await call(simulator, { path: `${world.group}/clusters/orders/backup/exports` }));
    assert.deepEqual([job?.['id'], job?.['state']], [foreign.exportId, 'Cancelled']);
    assert.throws(() => simulator.cancelJob(foreign.exportId), RangeError);
    assert.equal(simulator.books.createsAccepted, 0);
  });
});

test('an unknown state is shown instead of InProgress', async () => {
  await inSmallWorld(async (world) => {
    world.simulator.setExportPlan({}, { queuedMs: 0, unknownState: 'Compressing' });
    const { id } = await created(world, 'orders', world.ordersSnapshotId);
    assert.equal((await getExport(world, 'orders', id))['state'], 'Compressing');
    world.clock.advance(60 * MINUTE);
    assert.equal((await getExport(world, 'orders', id))['state'], 'Successful');
  });
});

test('a snapshot that is not completed, a fallback one and one that is not there cannot be exported', async () => {
  await inSmallWorld(async (world) => {
    const { simulator } = world;
    const statusOf = async (snapshotId: string): Promise<number> =>
      (await createExport(world, { clusterName: 'orders', snapshotId })).status;
    assert.equal(
      await statusOf(simulator.addSnapshot({ clusterName: 'orders', status: 'inProgress' }).id),
      400,
    );
    assert.equal(await statusOf(simulator.addSnapshot({ clusterName: 'orders', status: 'failed' }).id), 400);
    assert.equal(
      await statusOf(simulator.addSnapshot({ clusterName: 'orders', snapshotType: 'fallback' }).id),
      400,
    );
    assert.equal(await statusOf('0'.repeat(24)), 404);
    assert.equal(await statusOf('not an id'), 400);
    assert.equal(await statusOf(world.eventsSnapshotId), 404, 'a snapshot of another cluster');
    assert.deepEqual(simulator.books.jobs, []);
  });
});

test('every violation of a create request is named', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/orders/backup/exports`;
    const body = JSON.stringify({ snapshotId: 'x', exportBucketId: 5, customData: [{ key: 1 }] });
    const response = await call(world.simulator, { method: 'POST', path, body });
    assert.equal(response.status, 400);
    assert.deepEqual(objectOf(response.json)['parameters'], ['snapshotId', 'exportBucketId', 'customData']);
  });
});

test('v1.0 takes the path with its trailing slash and plain JSON, as the documentation writes it; v2 does not', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, ordersSnapshotId: snapshotId, exportBucketId } = world;
    const path = `/api/atlas/v1.0/groups/${simulator.groupId}/clusters/orders/backup/exports/`;
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    const customData = [{ key: 'exported by', value: 'myName' }];
    const body = JSON.stringify({ snapshotId, exportBucketId, customData });
    const response = await call(simulator, { method: 'POST', path, headers, body });
    assert.equal(response.status, 200, response.text);
    assert.equal(response.headers['content-type'], 'application/json');
    assert.deepEqual(objectOf(response.json)['customData'], customData);
    assert.equal(
      (await call(simulator, { path: `${world.group}/clusters/orders/backup/exports/` })).status,
      404,
    );
  });
});
