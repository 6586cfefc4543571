import { setTimeout as delay } from 'node:timers/promises';
import { BucketError, isTransient } from '../../bucket/index.ts';
import type { Checkpoint } from '../../proof/index.ts';

/** Pauses before a check that the storage broke off goes on; none is left where it fails again each time. */
const pausesMs = [1_000, 2_000, 4_000];

/** One look, from where an earlier one was broken off. */
export type Look<Result> = (from: {
  readonly resumeFrom: Checkpoint | undefined;
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
}) => Promise<Result>;

/**
 * Looks until it is done. There is no Temporal behind the command line that would repeat what failed, and hours of
 * reading are not begun anew because a connection broke.
 */
export async function lookPatiently<Result>(
  look: Look<Result>,
  { signal, note }: { readonly signal: AbortSignal; readonly note: (text: string) => void },
): Promise<Result> {
  let resumeFrom: Checkpoint | undefined;
  let pauses = [...pausesMs];
  const onCheckpoint = (checkpoint: Checkpoint): void => {
    resumeFrom = checkpoint;
    pauses = [...pausesMs];
  };
  for (;;) {
    try {
      return await look({ resumeFrom, onCheckpoint });
    } catch (error) {
      const pauseMs = pauses.shift();
      if (!(error instanceof BucketError) || !isTransient(error) || pauseMs === undefined) throw error;
      note(`${error.message}; going on in ${pauseMs / 1_000} s`);
      await delay(pauseMs, undefined, { signal });
    }
  }
}
