import type { Simulator } from '../simulator/index.ts';
import type { ExportResult } from '../src/contract/index.ts';

/** What the simulator's own books say against what was asked: the closing lines of the demo. */
export interface Proof {
  readonly holds: boolean;
  readonly lines: readonly string[];
}

export function proofFromBooks(simulator: Simulator, results: readonly ExportResult[]): Proof {
  const { books } = simulator;
  const checks: [what: string, holds: boolean][] = [
    [
      `${results.length} exports asked for, ${books.createsAccepted} create requests accepted`,
      books.createsAccepted === results.length,
    ],
    [`${books.jobs.length} export jobs in Atlas's books`, books.jobs.length === results.length],
    [
      'no snapshot was ever exported twice at once, none was exported a second time',
      books.activeOverlaps.length === 0 &&
        new Set(books.jobs.map(({ snapshotId }) => snapshotId)).size === books.jobs.length,
    ],
    [
      'every result names its own job, and Atlas says Successful of each',
      results.every(
        ({ exportId, state }) =>
          state === 'Successful' && books.jobs.some((job) => job.exportId === exportId),
      ),
    ],
  ];
  return {
    holds: checks.every(([, holds]) => holds),
    lines: checks.map(([what, holds]) => `  ${holds ? '✔' : '✘'} ${what}`),
  };
}
