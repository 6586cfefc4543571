/** Goal: what the simulated Atlas leaves in a bucket is what Atlas does, also of jobs that do not end well. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { exportObjects, type ExportPlan } from '../../simulator/index.ts';
import { openBucket, type Bucket } from '../../src/bucket/index.ts';
import { startS3Server, type S3Server } from '../../src/testing/s3-server.ts';
import { startSmallWorld } from './small-world.ts';

describe('the simulated Atlas, writing into an S3 server', () => {
  let server: S3Server;
  before(async () => {
    server = await startS3Server();
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    });
  });
  after(() => server.stop());

  /** The keys below the job's prefix after each of these times. */
  async function keysAfter(
    test: TestContext,
    {
      plan,
      times,
      prefixSlash = false,
    }: { plan: Partial<ExportPlan>; times: readonly number[]; prefixSlash?: boolean },
  ): Promise<string[][]> {
    const world = await startSmallWorld({ seed: JSON.stringify([plan, prefixSlash]), prefixSlash });
    const { simulator, clock, eventsSnapshotId: snapshotId, exportBucketId } = world;
    test.after(() => simulator.close());
    const writer = await simulator.writeExportsTo(server);
    test.after(() => writer.stop());
    const bucketName = simulator.groups[0]?.buckets.get(exportBucketId)?.bucketName ?? '';
    const { endpoint, region } = server;
    const bucket: Bucket = await openBucket({
      provider: 'AWS',
      bucketName,
      endpoint,
      region,
      forcePathStyle: true,
    });
    const job = simulator.createForeignJob({ clusterName: 'events', snapshotId, exportBucketId, plan });
    const prefix = `${job.prefix.replace(/^\//, '')}/`;
    const seen: string[][] = [];
    for (const time of times) {
      clock.advance(time);
      await writer.settle();
      seen.push((await bucket.list({ prefix })).objects.map(({ key }) => key.slice(prefix.length)));
    }
    await bucket.close();
    return seen;
  }

  const plan = { queuedMs: 1_000, runningMs: 1_000, contents: { collections: 1, files: 2, documents: 1 } };
  /** Two databases of one collection, three shards with two files each, and metadata.json. */
  const filesInAll = 2 * (3 * 2 + 1);

  for (const prefixSlash of [false, true]) {
    it(`writes nothing at first, then part of the files, at last all and .complete${prefixSlash ? ', below a prefix that the API writes with a slash' : ''}`, async (t) => {
      const times = [500, 1_000, 1_000];
      const [queued = [], running = [], done = []] = await keysAfter(t, { plan, times, prefixSlash });
      assert.deepEqual(queued, []);
      assert.equal(running.length, filesInAll / 2);
      assert.ok(!running.includes('.complete'));
      assert.equal(done.length, filesInAll + 1);
      assert.ok(done.includes('.complete'));
      assert.ok(done.some((key) => /^big data\/collection-0\/atlas-\w+-shard-2\.1\.json\.gz$/.test(key)));
    });
  }

  it('leaves the partial data of a job that failed, without .complete', async (t) => {
    const failing = { ...plan, outcome: 'Failed' } as const;
    const [, running = [], failed = []] = await keysAfter(t, { plan: failing, times: [500, 1_000, 5_000] });
    assert.equal(running.length, filesInAll / 2);
    assert.deepEqual(failed, running);
  });

  it('goes on with what it could not write, when it can again', async (t) => {
    const world = await startSmallWorld({ seed: 'storage away' });
    const { simulator, clock, eventsSnapshotId: snapshotId, exportBucketId } = world;
    t.after(() => simulator.close());
    const written: string[] = [];
    let calls = 0;
    /** Every third call fails. */
    const unreliable = (): void => {
      calls += 1;
      if (calls % 3 === 1) throw new Error('the storage is away');
    };
    const writer = await simulator.writeExportsTo({
      makeBucket: async () => unreliable(),
      put: async (_bucketName, { key }) => {
        unreliable();
        written.push(key);
      },
      close: () => {},
    });
    t.after(() => writer.stop());
    simulator.createForeignJob({ clusterName: 'events', snapshotId, exportBucketId, plan });
    clock.advance(2_000);
    let failures = 0;
    while (!written.some((key) => key.endsWith('/.complete'))) {
      assert.ok(failures < 100, `${written.length} objects after ${failures} failures`);
      await writer.settle().catch(() => (failures += 1));
    }
    assert.ok(failures > 0);
    assert.equal(written.length, filesInAll + 1);
    assert.equal(new Set(written).size, written.length, 'none is written twice');
  });

  it('can name a million objects without making them', async (t) => {
    const world = await startSmallWorld();
    const { simulator, ordersSnapshotId: snapshotId, exportBucketId } = world;
    t.after(() => simulator.close());
    const contents = { collections: 500, files: 1_000 };
    const job = simulator.createForeignJob({
      clusterName: 'orders',
      snapshotId,
      exportBucketId,
      plan: { contents },
    });
    const origin = { orgId: simulator.orgId, clusterId: 'c', snapshotInitiationMs: 0, seed: 's' };
    let count = 0;
    for (const { key } of exportObjects(job, origin)) count += key.startsWith(job.prefix) ? 1 : 0;
    assert.equal(count, 2 * 500 * 1_001);
  });
});
