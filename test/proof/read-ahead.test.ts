/** Goal: many small objects do not each wait for the storage, and what comes early stays within bounds. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { BucketError, type Bucket, type BucketObject } from '../../src/bucket/index.ts';
import { ReadAhead } from '../../src/proof/read-ahead.ts';

const mebibyte = 1024 * 1024;

interface Asked {
  readonly bucket: Bucket;
  /** Keys, in order. */
  readonly keys: readonly string[];
  readonly signals: readonly AbortSignal[];
}

/** A bucket whose objects hold their own keys, but for those that fail. */
function bucketOf(fails: (key: string) => 'answer' | 'stream' | undefined = () => undefined): Asked {
  const keys: string[] = [];
  const signals: AbortSignal[] = [];
  const stream: Bucket['stream'] = async (key, options) => {
    keys.push(key);
    if (options?.signal !== undefined) signals.push(options.signal);
    await setImmediate();
    const broken = new BucketError({ code: 'BUCKET_CONNECTION', message: `broke at ${key}` });
    if (fails(key) === 'answer') throw broken;
    const content = Readable.from([Buffer.from(key)], { objectMode: false });
    if (fails(key) === 'stream') content.destroy(broken);
    return content;
  };
  const unused = (): never => assert.fail('only streams are asked for');
  return { bucket: { list: unused, read: unused, stream, close: unused }, keys, signals };
}

const objects = (count: number, bytes: number): BucketObject[] =>
  Array.from({ length: count }, (_, n) => ({ key: `object-${n}`, bytes }));

describe('reading ahead', () => {
  it('asks for a dozen small objects at once, and for one more with each that is taken', async () => {
    const { bucket, keys } = bucketOf();
    const ahead = new ReadAhead({ bucket, signal: undefined });
    ahead.announce(objects(20, 1_000));
    assert.equal(keys.length, 12);
    for (let n = 0; n < 20; n += 1) {
      assert.equal((await buffer(await ahead.next())).toString(), `object-${n}`);
      assert.equal(keys.length, Math.min(20, n + 13));
    }
    await assert.rejects(ahead.next(), RangeError);
    await ahead.stop();
  });

  it('does not ask for what comes after a large object before that is nearly read', async () => {
    const { bucket, keys } = bucketOf();
    const ahead = new ReadAhead({ bucket, signal: undefined });
    ahead.announce([{ key: 'large', bytes: 1_000 * mebibyte }, ...objects(2, 10 * mebibyte)]);
    assert.deepEqual(keys, ['large']);
    await ahead.next();
    for (let read = 0; read < 984; read += 1) {
      assert.deepEqual(keys, ['large'], `after ${read} MiB`);
      ahead.passed(mebibyte);
    }
    ahead.passed(1);
    assert.deepEqual(keys, ['large', 'object-0']);
    ahead.passed(16 * mebibyte);
    assert.deepEqual(keys, ['large', 'object-0', 'object-1']);
    await ahead.stop();
  });

  for (const how of ['answer', 'stream'] as const) {
    it(`says what is wrong with an object when its turn has come, where its ${how} fails long before`, async () => {
      const { bucket } = bucketOf((key) => (key === 'object-2' ? how : undefined));
      const ahead = new ReadAhead({ bucket, signal: undefined });
      ahead.announce(objects(4, 1));
      await setImmediate();
      for (const key of ['object-0', 'object-1']) {
        assert.equal((await buffer(await ahead.next())).toString(), key);
      }
      await assert.rejects(async () => await buffer(await ahead.next()), /broke at object-2/);
      await ahead.stop();
    });
  }

  it('gives up what is on its way, and nothing more, when it is stopped', async () => {
    const { bucket, keys, signals } = bucketOf();
    const ahead = new ReadAhead({ bucket, signal: undefined });
    ahead.announce(objects(30, 1));
    await ahead.stop();
    assert.equal(keys.length, 12);
    assert.ok(signals.every(({ aborted }) => aborted));
    await assert.rejects(ahead.next(), (error) => {
      return error instanceof BucketError && error.code === 'BUCKET_ABORTED';
    });
  });

  it('goes no further when the caller gives up, although objects have come already', async () => {
    const { bucket } = bucketOf();
    const caller = new AbortController();
    const ahead = new ReadAhead({ bucket, signal: caller.signal });
    ahead.announce(objects(3, 1));
    await ahead.next();
    caller.abort();
    await assert.rejects(ahead.next(), (error) => {
      return error instanceof BucketError && error.code === 'BUCKET_ABORTED';
    });
    await ahead.stop();
  });
});
