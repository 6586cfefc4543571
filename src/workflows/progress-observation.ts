/** What one look at Atlas showed, kept as memory for the next decision. */
export interface ProgressObservation {
  /** Milliseconds from the export job's creation (or from when it was first seen) to this look. */
  elapsedMs: number;
  /** Atlas's state as Atlas wrote it: `Queued`, `InProgress`, or one that is not known here. */
  state: string;
  /** `exportStatus.exportedCollections`; absent where Atlas does not say. */
  exportedCollections?: number;
  /** `exportStatus.totalCollections`; 0 means that Atlas does not know, not that nothing is left. */
  totalCollections?: number;
}

/** How many observations {@link rememberObservation} keeps by default. */
export const observationsRememberedMax = 12;

/**
 * Adds an observation to the memory and keeps the memory bounded.
 *
 * Kept for sure: the newest observation and those at which the state changed (they date the end of the
 * queue). Of the others, the one that lies closest to its neighbours in time goes first, so that what is left
 * is spread over the whole export. An observation that is older than the newest one (a clock set back) is not
 * taken in. Pure: returns a new array.
 *
 * @param max how many to keep, at least 2; default {@link observationsRememberedMax}
 */
export function rememberObservation(
  observations: readonly ProgressObservation[],
  observation: ProgressObservation,
  max: number = observationsRememberedMax,
): readonly ProgressObservation[] {
  const newest = observations.at(-1);
  if (!Number.isFinite(observation.elapsedMs)) return observations;
  if (newest !== undefined && observation.elapsedMs < newest.elapsedMs) return observations;
  let kept: readonly ProgressObservation[] = [...observations, observation];
  const limit = Number.isFinite(max) ? Math.max(2, Math.floor(max)) : observationsRememberedMax;
  while (kept.length > limit) {
    const dropped = leastMissed(kept);
    kept = kept.filter((_, index) => index !== dropped);
  }
  return kept;
}

/** Whether the counter showed the same before and after, so that this one dates no change. */
function stoodStill(...observations: (ProgressObservation | undefined)[]): boolean {
  const [first, ...others] = observations;
  return others.every((other) => other?.exportedCollections === first?.exportedCollections);
}

/** The index of the observation that is missed least; never the newest. */
function leastMissed(observations: readonly ProgressObservation[]): number {
  let leastMissedIndex = 0;
  let leastCost = Infinity;
  for (const [index, observation] of observations.entries()) {
    const before = observations[index - 1];
    const after = observations[index + 1];
    if (after === undefined) break;
    const gapMs = after.elapsedMs - (before?.elapsedMs ?? 0);
    // Where states change without end, even changes must go; until then they count as far apart.
    const changes = before?.state !== observation.state || after.state !== observation.state;
    const cost = changes ? gapMs + 1e15 : stoodStill(before, observation, after) ? gapMs / 1e6 : gapMs;
    if (cost < leastCost) {
      leastCost = cost;
      leastMissedIndex = index;
    }
  }
  return leastMissedIndex;
}
