import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpResponse } from './atlas-http.ts';
import { call, objectOf, resultsOf } from './atlas-http.ts';
import { checkAgainstSchema } from './openapi-contract.ts';
import type { SmallWorld } from './small-world.ts';
import { inSmallWorld } from './small-world.ts';

function linkOf(response: HttpResponse, rel: string): string | undefined {
  const { links } = objectOf(response.json);
  assert.ok(Array.isArray(links));
  const href = links.map(objectOf).find((link) => link['rel'] === rel)?.['href'];
  if (typeof href !== 'string') return undefined;
  const { pathname, search } = new URL(href);
  return pathname + search;
}

test('pages are followed by their links from the first to the last and back, each item once, in no order of time', async () => {
  await inSmallWorld(async (world) => {
    const added = Array.from({ length: 24 }, (_, day) =>
      world.simulator.addSnapshot({ clusterName: 'orders', createdAt: Date.UTC(2026, 6, day + 1) }),
    );
    const expected = [world.ordersSnapshotId, ...added.map((snapshot) => snapshot.id)];
    const seen: unknown[] = [];
    let path: string | undefined = `${world.group}/clusters/orders/backup/snapshots?itemsPerPage=10`;
    let pages = 0;
    let response: HttpResponse | undefined;
    while (path !== undefined && pages < 10) {
      response = await call(world.simulator, { path });
      seen.push(...resultsOf(response).map((snapshot) => snapshot['id']));
      assert.equal(objectOf(response.json)['totalCount'], 25);
      path = linkOf(response, 'next');
      pages += 1;
    }
    assert.equal(pages, 3);
    assert.deepEqual(new Set(seen), new Set(expected));
    assert.equal(seen.length, 25);
    assert.notDeepEqual(seen, expected, 'the order of their making');
    assert.ok(response && linkOf(response, 'previous')?.includes('pageNum=2'));
  });
});

test('totalCount is left out on request, and wrong paging parameters are refused', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/backup/exportBuckets`;
    assert.equal(
      objectOf((await call(world.simulator, { path: `${path}?includeCount=false` })).json)['totalCount'],
      undefined,
    );
    assert.deepEqual(resultsOf(await call(world.simulator, { path: `${path}?pageNum=9` })), []);
    for (const query of ['pageNum=0', 'itemsPerPage=501', 'itemsPerPage=x', 'envelope=1', 'unknown=1']) {
      const response = await call(world.simulator, { path: `${path}?${query}` });
      assert.equal(objectOf(response.json)['errorCode'], 'INVALID_QUERY_PARAMETER', query);
    }
  });
});

test('an envelope wraps the document and its status', async () => {
  await inSmallWorld(async (world) => {
    const single = await call(world.simulator, { path: `${world.group}/clusters/orders?envelope=true` });
    assert.equal(objectOf(objectOf(single.json)['content'])['name'], 'orders');
    const list = await call(world.simulator, { path: `${world.group}/backup/exportBuckets?envelope=true` });
    assert.equal(objectOf(list.json)['status'], 200);
    assert.equal(resultsOf(list).length, 1);
  });
});

test('the plain snapshot paths answer for sharded clusters, the sharded ones refuse a replica set', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, group } = world;
    const plain = await call(simulator, {
      path: `${group}/clusters/events/backup/snapshots/${world.eventsSnapshotId}`,
    });
    assert.deepEqual([plain.status, objectOf(plain.json)['type']], [200, 'shardedCluster']);
    const sharded = await call(simulator, {
      path: `${group}/clusters/events/backup/snapshots/shardedCluster/${world.eventsSnapshotId}`,
    });
    const { members, snapshotIds } = objectOf(sharded.json);
    assert.ok(Array.isArray(members) && Array.isArray(snapshotIds));
    assert.deepEqual([members.length, snapshotIds.length], [3, 3]);
    for (const path of ['shardedClusters', `shardedCluster/${world.ordersSnapshotId}`]) {
      const response = await call(simulator, { path: `${group}/clusters/orders/backup/snapshots/${path}` });
      assert.equal(objectOf(response.json)['errorCode'], 'INCORRECT_BACKUP_API_ENDPOINT');
    }
  });
});

test('Flex clusters have their own paths, and each family refuses the other', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, group } = world;
    simulator.addCluster({ clusterName: 'small', clusterType: 'FLEX' });
    const headers = { Accept: 'application/vnd.atlas.2024-11-13+json' };
    const codeOf = async (path: string): Promise<unknown> =>
      objectOf((await call(simulator, { path, headers })).json)['errorCode'];
    assert.equal(
      await codeOf(`${group}/flexClusters/orders/backup/snapshots`),
      'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
    );
    assert.equal(
      await codeOf(`${group}/clusters/small/backup/snapshots`),
      'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
    );
    assert.equal(await codeOf(`${group}/flexClusters/nothing/backup/snapshots`), 'CLUSTER_NOT_FOUND');
    assert.deepEqual(
      resultsOf(await call(simulator, { path: `${group}/flexClusters/small/backup/snapshots`, headers })),
      [],
    );
  });
});

test('a newer date in Accept gets the newest version that is not after it; an older one and none get 406', async () => {
  await inSmallWorld(async (world) => {
    const answered = async (accept: string): Promise<string | number> => {
      const response = await call(world.simulator, {
        path: `${world.group}/clusters/events`,
        headers: { Accept: accept },
      });
      return response.status === 200 ? (response.headers['content-type'] ?? '') : response.status;
    };
    const written = (date: string): string => `application/vnd.atlas.${date}+json;charset=utf-8`;
    assert.equal(await answered('application/vnd.atlas.2026-03-12+json'), written('2024-08-05'));
    assert.equal(await answered('application/vnd.atlas.2024-08-04+json'), written('2023-02-01'));
    assert.equal(
      await answered('text/html, application/vnd.atlas.2023-01-15+json;q=0.9'),
      written('2023-01-01'),
    );
    for (const wrong of [
      'application/vnd.atlas.2022-12-31+json',
      'application/vnd.atlas.2024-13-45+json',
      '*/*',
      'application/json',
    ]) {
      assert.equal(await answered(wrong), 406, wrong);
    }
  });
});

test('an old version of a resource says so in Deprecation and Sunset, as recorded', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/events`;
    const old = await call(world.simulator, {
      path,
      headers: { Accept: 'application/vnd.atlas.2023-02-01+json' },
    });
    assert.equal(old.headers['deprecation'], 'Mon, 5 Aug 2024 00:00:00 GMT');
    assert.equal(old.headers['sunset'], 'Thu, 1 Jul 2027 00:00:00 GMT');
    assert.equal((await call(world.simulator, { path })).headers['deprecation'], undefined);
  });
});

test('a sharded cluster has an item per shard in the newest version and numShards before', async () => {
  await inSmallWorld(async (world) => {
    const specsOf = async (date: string): Promise<Record<string, unknown>[]> => {
      const headers = { Accept: `application/vnd.atlas.${date}+json` };
      const { replicationSpecs } = objectOf(
        (await call(world.simulator, { path: `${world.group}/clusters/events`, headers })).json,
      );
      assert.ok(Array.isArray(replicationSpecs));
      return replicationSpecs.map(objectOf);
    };
    assert.equal((await specsOf('2024-08-05')).length, 3);
    assert.deepEqual(
      (await specsOf('2023-02-01')).map((spec) => spec['numShards']),
      [3],
    );
  });
});

test('a bucket that is made is listed and can be read; other clouds are unknown to the first version', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, group } = world;
    const path = `${group}/backup/exportBuckets`;
    const body = JSON.stringify({ cloudProvider: 'GCP', bucketName: 'archive', roleId: 'a'.repeat(24) });
    const made = objectOf((await call(simulator, { method: 'POST', path, body })).json);
    assert.deepEqual(made, {
      _id: made['_id'],
      cloudProvider: 'GCP',
      bucketName: 'archive',
      roleId: 'a'.repeat(24),
    });
    const ids = async (date: string): Promise<unknown[]> =>
      resultsOf(
        await call(simulator, { path, headers: { Accept: `application/vnd.atlas.${date}+json` } }),
      ).map((each) => each['_id']);
    assert.ok((await ids('2024-05-30')).includes(made['_id']));
    assert.deepEqual(await ids('2023-01-01'), [world.exportBucketId]);
    const short = JSON.stringify({ cloudProvider: 'AWS', bucketName: 'ab', iamRoleId: 'a'.repeat(24) });
    assert.equal((await call(simulator, { method: 'POST', path, body: short })).status, 400);
  });
});

test('the schedule keeps what a PATCH says and leaves the rest', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/orders/backup/schedule`;
    const patch = async (body: unknown): Promise<HttpResponse> =>
      await call(world.simulator, { method: 'PATCH', path, body: JSON.stringify(body) });
    assert.equal((await patch({ autoExportEnabled: true })).status, 400, 'without a bucket');
    const export_ = { exportBucketId: world.exportBucketId, frequencyType: 'monthly' };
    assert.equal((await patch({ autoExportEnabled: true, export: export_ })).status, 200);
    assert.equal((await patch({ autoExportEnabled: false })).status, 200);
    const schedule = objectOf((await call(world.simulator, { path })).json);
    assert.deepEqual([schedule['autoExportEnabled'], schedule['export']], [false, export_]);
    assert.equal((await patch({ export: { ...export_, exportBucketId: 'f'.repeat(24) } })).status, 404);
  });
});

test('a rate limit that is set refuses with the documented 429 and refills over the clock', async () => {
  const check = async (world: SmallWorld): Promise<void> => {
    const path = `${world.group}/backup/exportBuckets`;
    const first = await call(world.simulator, { path });
    assert.deepEqual([first.headers['ratelimit-limit'], first.headers['ratelimit-remaining']], ['2', '1']);
    await call(world.simulator, { path });
    const limited = await call(world.simulator, { path });
    assert.deepEqual([limited.status, limited.headers['retry-after']], [429, '30']);
    assert.deepEqual(objectOf(limited.json)['parameters'], [path, 30, 2, 2, 60]);
    world.clock.advance(30_000);
    assert.equal((await call(world.simulator, { path })).status, 200);
  };
  await inSmallWorld(check, { rateLimit: { capacity: 2, refillRate: 2, refillDurationSeconds: 60 } });
});

test("v1.0 has the cluster too, in the form of v2's first version", async () => {
  await inSmallWorld(async ({ simulator }) => {
    const path = `/api/atlas/v1.0/groups/${simulator.groupId}/clusters/events`;
    const response = await call(simulator, { path, headers: { Accept: 'application/json' } });
    assert.deepEqual([response.status, response.headers['content-type']], [200, 'application/json']);
    checkAgainstSchema('Cluster', response.json);
    const { clusterType, providerBackupEnabled } = objectOf(response.json);
    assert.deepEqual([clusterType, providerBackupEnabled], ['SHARDED', true]);
  });
});

test("every answer is dated by the simulator's clock, so that a date in Retry-After can be measured by it", async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/orders`;
    assert.equal((await call(world.simulator, { path })).headers.date, 'Mon, 10 Aug 2026 03:28:25 GMT');
    world.clock.advance(3_600_000);
    assert.equal((await call(world.simulator, { path })).headers.date, 'Mon, 10 Aug 2026 04:28:25 GMT');
  });
});
