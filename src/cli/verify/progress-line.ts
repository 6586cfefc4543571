import type { Checkpoint } from '../../proof/index.ts';

/** How far a check is, on one line of a terminal that is drawn over. Anything else is told nothing until the end. */
export interface CheckProgress {
  listed(objects: number): void;
  reached(checkpoint: Checkpoint): void;
  /** Takes the line away. */
  end(): void;
}

const drawEveryMs = 200;

export function checkProgress(
  stream: NodeJS.WriteStream,
  { json }: { readonly json: boolean },
): CheckProgress {
  if (json || !stream.isTTY) return { listed: () => {}, reached: () => {}, end: () => {} };
  let listedCount = 0;
  let readCount = 0;
  let drawnAtMs = -Infinity;
  const draw = (): void => {
    const nowMs = performance.now();
    if (nowMs - drawnAtMs < drawEveryMs) return;
    drawnAtMs = nowMs;
    const read = readCount === 0 ? '' : `, ${readCount} read`;
    stream.write(`\r\u001B[K${listedCount} objects listed${read}`);
  };
  return {
    listed: (objects) => {
      listedCount += objects;
      draw();
    },
    reached: ({ level, listing, read }) => {
      if (level === 'full') readCount = Math.max(readCount, listing.objects + read.length);
      draw();
    },
    end: () => {
      if (drawnAtMs > -Infinity) stream.write('\r\u001B[K');
    },
  };
}
