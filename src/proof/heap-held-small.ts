import { setFlagsFromString } from 'node:v8';

/**
 * By how much the heap may grow over what is alive until V8 collects all of it, in percent. By itself it lets a small
 * heap grow to four times of that.
 */
const growthPercent = 100;
/** V8's own judgement. */
const growthAsUsual = 0;

let holders = 0;

/**
 * Lets V8 collect earlier until the returned function is called. For long listings: the text of each page, 300 kB, is a
 * large object, which only a whole collection frees, and a million objects' texts made 36 MB of a worker's memory. For
 * good it would cost exports processor time.
 */
export function holdHeapSmall(): () => void {
  holders += 1;
  if (holders === 1) setGrowth(growthPercent);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders === 0) setGrowth(growthAsUsual);
  };
}

/** V8 reads it at each collection, so that it may change while the process runs. */
function setGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
