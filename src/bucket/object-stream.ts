import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bucketError, type FailedCall } from './bucket-error.ts';
import { BucketError } from './errors.ts';
import { silenceTimeoutMs } from './limits.ts';

/**
 * A vendor's stream as ours: its errors mapped, given up when nothing comes for a while though the reader waits, and
 * its connection closed when the reader stops early.
 */
export function objectStream(source: Readable, failed: FailedCall): Readable {
  let silence: NodeJS.Timeout | undefined;
  const watched = new Transform({
    readableHighWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      silence?.refresh();
      done(undefined, chunk);
    },
    destroy(error, done) {
      clearTimeout(silence);
      const finish = (): void => done(error === null ? null : bucketError(error, failed));
      // Not before the connection is let go of: Google's library then drops all that it keeps to that host.
      if (source.closed) finish();
      else source.once('close', finish).destroy();
    },
  });
  silence = setTimeout(() => {
    // A reader that is busy with what it has is not the storage's silence.
    if (watched.readableLength > 0) silence?.refresh();
    else source.destroy(Object.assign(new Error('nothing came'), { name: 'TimeoutError' }));
  }, silenceTimeoutMs);
  silence.unref();
  // The reader hears of a failure through `watched`, which pipeline destroys with the error.
  pipeline(source, watched, { signal: failed.signal }).catch(() => {});
  return watched;
}

/** A whole object, up to a limit that holds while it comes and not only by its headers. */
export async function wholeObject(
  stream: Readable,
  { call, bytesMax }: { call: string; bytesMax: number },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a bucket streams bytes');
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw new BucketError({
        code: 'BUCKET_OBJECT_TOO_LARGE',
        message: `${call}: more than ${bytesMax} bytes, which is more than it may have`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
