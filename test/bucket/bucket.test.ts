/**
 * Goal: whatever storage an export goes to, looking into it is the same. Method: one suite over a real server of each
 * protocol: an S3 gateway, Microsoft's Azurite, and fake-gcs-server, with credentials that may only list and read where
 * the server can enforce that.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { BucketError, openBucket, type Bucket, type BucketErrorCode } from '../../src/bucket/index.ts';
import { startAzureStage, startGoogleStage, startS3Stage, type BucketStage } from './support/stages.ts';

const keys = [
  'exports/a b/metadata.json',
  'exports/db/collection.with.dots/rs.0.json.gz',
  'exports/db/größe/rs.0.json.gz',
  'exports/db/orders/rs.0.json.gz',
  'exports/db/orders/rs.1.json.gz',
  'exports/db/orders/rs.10.json.gz',
  'exports/db/orders/rs.2.json.gz',
];
const contentOf = (key: string): Buffer => Buffer.from(`content of ${key}`);
const large = Buffer.alloc(12_000_000, 'abcdefghijklmnop');

const isBucketError =
  (code: BucketErrorCode) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof BucketError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };

for (const [storage, startStage] of [
  ['S3', startS3Stage],
  ['Azure Blob Storage', startAzureStage],
  ['Google Cloud Storage', startGoogleStage],
] as const) {
  describe(`a bucket of ${storage}`, () => {
    let stage: BucketStage;
    let bucket: Bucket;

    before(async () => {
      stage = await startStage();
      for (const key of [...keys, 'elsewhere/thing']) await stage.put(key, contentOf(key));
      await stage.put('exports-large/large.json.gz', large);
      await stage.put('empty', Buffer.alloc(0));
      bucket = await openBucket(stage.location);
    });
    after(async () => {
      await bucket.close();
      await stage.stop();
    });

    const pagesOf = async (prefix: string, pageSize: number): Promise<{ keys: string[]; pages: number }> => {
      const found: string[] = [];
      let continuation: string | undefined;
      for (let pages = 1; ; pages += 1) {
        const page = await bucket.list({ prefix, continuation, pageSize });
        assert.ok(page.objects.length <= pageSize);
        found.push(...page.objects.map(({ key }) => key));
        if (page.continuation === undefined) return { keys: found, pages };
        continuation = page.continuation;
      }
    };

    it('lists what is below a prefix and nothing else, in the order of bytes', async () => {
      const { objects, continuation } = await bucket.list({ prefix: 'exports/' });
      assert.equal(continuation, undefined);
      assert.deepEqual(
        objects.map(({ key, bytes }) => ({ key, bytes })),
        keys.map((key) => ({ key, bytes: contentOf(key).length })),
      );
      assert.ok(objects.every(({ etag }) => etag !== undefined && etag !== ''));
    });

    it('lists the same in pages, each object once', async () => {
      for (const pageSize of [1, 2, 3, 7]) {
        assert.deepEqual((await pagesOf('exports/', pageSize)).keys, keys, `${pageSize} per page`);
      }
    });

    it('goes on from a continuation in another client, as after a crash', async () => {
      const { continuation } = await bucket.list({ prefix: 'exports/', pageSize: 4 });
      const another = await openBucket(stage.location);
      const rest = await another.list({ prefix: 'exports/', continuation, pageSize: 4 });
      await another.close();
      assert.deepEqual(
        rest.objects.map(({ key }) => key),
        keys.slice(4),
      );
    });

    it('lists nothing where there is nothing', async () => {
      assert.deepEqual(await bucket.list({ prefix: 'exports/none/' }), { objects: [] });
    });

    it('reads a small object whole', async () => {
      for (const key of keys) assert.deepEqual(await bucket.read(key, { bytesMax: 1_000 }), contentOf(key));
      const [key = ''] = keys;
      assert.deepEqual(await bucket.read(key, { bytesMax: contentOf(key).length }), contentOf(key));
      assert.deepEqual(await bucket.read('empty', { bytesMax: 10 }), Buffer.alloc(0));
    });

    it('refuses to read an object that is larger than allowed', async () => {
      const key = 'exports-large/large.json.gz';
      await assert.rejects(bucket.read(key, { bytesMax: 100 }), isBucketError('BUCKET_OBJECT_TOO_LARGE'));
    });

    it('streams a large object, byte by byte the same', async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of await bucket.stream('exports-large/large.json.gz')) chunks.push(chunk);
      assert.ok(chunks.length > 1);
      assert.equal(Buffer.compare(Buffer.concat(chunks), large), 0);
    });

    it('says that an object is not there', async () => {
      await assert.rejects(bucket.read('none', { bytesMax: 10 }), isBucketError('BUCKET_OBJECT_NOT_FOUND'));
      await assert.rejects(bucket.stream('none'), isBucketError('BUCKET_OBJECT_NOT_FOUND'));
    });

    it('says that the bucket is not there', async () => {
      const missing = await openBucket(stage.missing);
      await assert.rejects(missing.list({ prefix: 'exports/' }), isBucketError('BUCKET_NOT_FOUND'));
      await missing.close();
    });

    it('gives up when the caller does', async () => {
      const aborted = AbortSignal.abort();
      const expected = isBucketError('BUCKET_ABORTED');
      await assert.rejects(bucket.list({ prefix: 'exports/', signal: aborted }), expected);
      await assert.rejects(bucket.stream('exports-large/large.json.gz', { signal: aborted }), expected);
      const giveUp = new AbortController();
      const stream = await bucket.stream('exports-large/large.json.gz', { signal: giveUp.signal });
      const failed = once(stream, 'error');
      stream.once('data', () => giveUp.abort());
      const [error]: unknown[] = await failed;
      expected(error);
    });

    it('writes no warning at whoever uses it, of Node.js releases or anything else', async () => {
      const warnings: string[] = [];
      const note = ({ message }: Error): void => void warnings.push(message);
      process.on('warning', note);
      const another = await openBucket(stage.location);
      await another.list({ prefix: 'exports/', pageSize: 1 });
      await another.close();
      process.off('warning', note);
      assert.deepEqual(warnings, []);
    });

    it('has no method that writes', () => {
      assert.deepEqual(Object.keys(bucket).toSorted(), ['close', 'list', 'read', 'stream']);
    });

    it('says that a credential is refused, where the server checks it', async () => {
      if (stage.refused === undefined) return;
      stage.as('stranger');
      const refused = await openBucket(stage.refused);
      await assert.rejects(refused.list({ prefix: 'exports/' }), isBucketError('BUCKET_UNAUTHORIZED'));
      await refused.close();
      stage.as('reader');
    });

    it('says that the server is not there, without asking twice', async () => {
      const startedAt = performance.now();
      const nowhere = await openBucket(
        stage.location.provider === 'AZURE'
          ? { ...stage.location, serviceUrl: 'http://127.0.0.1:1/localtest' }
          : { ...stage.location, endpoint: 'http://127.0.0.1:1' },
      );
      await assert.rejects(nowhere.list({ prefix: 'exports/' }), isBucketError('BUCKET_CONNECTION'));
      await nowhere.close();
      assert.ok(performance.now() - startedAt < 30_000, 'the library retried on its own');
    });
  });
}
