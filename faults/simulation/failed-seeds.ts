import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const path = fileURLToPath(new URL('../../../faults/failed-seeds.json', import.meta.url));

const failedSeedsSchema = v.array(
  v.strictObject({ seed: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), because: v.string() }),
);

/** Every seed that ever failed, and why: each is run on every change. */
export async function readFailedSeeds(): Promise<v.InferOutput<typeof failedSeedsSchema>> {
  return v.parse(failedSeedsSchema, JSON.parse(await readFile(path, 'utf8')));
}
