/*
 * Which increments of a series were seen, in memory that does not grow with the series.
 *
 * The count and the largest alone tell exactly how many are missing below the largest: increments begin at 0, and no
 * key is listed twice. Which ones is told by ranges. Storages list `rs.10` before `rs.2`; of a series without gaps that
 * leaves one range per number of digits, so the bound is met only by series that are full of holes.
 */

/** Plain data, so that it survives in a heartbeat. */
export interface IncrementSet {
  count: number;
  /** -1 while it is empty. */
  largest: number;
  /** Seen increments as `[first, last]`, in order and apart; absent once there were too many. */
  ranges?: [number, number][];
}

export type IncrementRange = readonly [first: number, last: number];

export interface MissingIncrements {
  readonly count: number;
  /** In order; absent where there are too many holes to tell. */
  readonly ranges?: readonly IncrementRange[];
}

/** Ranges kept of one series. */
export const rangesMax = 128;

export function emptyIncrementSet(): IncrementSet {
  return { count: 0, largest: -1, ranges: [] };
}

/** Adds an increment that was not added before. */
export function addIncrement(set: IncrementSet, increment: number): void {
  set.count += 1;
  set.largest = Math.max(set.largest, increment);
  const { ranges } = set;
  if (ranges === undefined) return;
  const after = firstRangeAfter(ranges, increment);
  const left = ranges[after - 1];
  const right = ranges[after];
  const joinsLeft = left !== undefined && left[1] === increment - 1;
  const joinsRight = right !== undefined && right[0] === increment + 1;
  if (joinsLeft && joinsRight) {
    left[1] = right[1];
    ranges.splice(after, 1);
  } else if (joinsLeft) left[1] = increment;
  else if (joinsRight) right[0] = increment;
  else if (ranges.length < rangesMax) ranges.splice(after, 0, [increment, increment]);
  else delete set.ranges;
}

/** What is missing from 0 to the largest. That more should have come after the largest, no listing can tell. */
export function missingIncrements(set: IncrementSet): MissingIncrements {
  const count = set.largest + 1 - set.count;
  if (set.ranges === undefined) return { count };
  const ranges: IncrementRange[] = [];
  let next = 0;
  for (const [first, last] of set.ranges) {
    if (first > next) ranges.push([next, first - 1]);
    next = last + 1;
  }
  return { count, ranges };
}

/** `[[3, 3], [7, 9]]` → `"3, 7 to 9"`. */
export function rangesText(ranges: readonly IncrementRange[]): string {
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first} to ${last}`)).join(', ');
}

/** The index of the first range that begins after `increment`. */
function firstRangeAfter(ranges: readonly IncrementRange[], increment: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [first = 0] = ranges[middle] ?? [];
    if (first > increment) high = middle;
    else low = middle + 1;
  }
  return low;
}
