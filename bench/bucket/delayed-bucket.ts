import { setTimeout as delay } from 'node:timers/promises';
import type { Bucket } from '../../src/bucket/index.ts';

/** A storage that is far away: each of its answers takes so much longer to begin. */
export function delayed(bucket: Bucket, delayMs: number): Bucket {
  const later = async <Answer>(answer: () => Promise<Answer>): Promise<Answer> => {
    await delay(delayMs);
    return await answer();
  };
  return {
    list: (options) => later(() => bucket.list(options)),
    read: (key, options) => later(() => bucket.read(key, options)),
    stream: (key, options) => later(() => bucket.stream(key, options)),
    close: () => bucket.close(),
  };
}
