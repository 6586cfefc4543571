import type { ActiveOverlap, BookedJob } from '../simulator/index.ts';
import type { AttemptReport } from '../src/contract/index.ts';

/** What an export said when it ended, as far as the books can speak to it. */
export interface ExportClaim {
  readonly clusterName: string;
  /** The state of the job that it ended with. */
  readonly state: string;
  readonly attempts: readonly AttemptReport[];
}

/** The simulator's books: what really happened. */
export interface BookedTruth {
  readonly jobs: readonly BookedJob[];
  readonly activeOverlaps: readonly ActiveOverlap[];
}

/**
 * What the books hold against the claims; empty when nothing was lost, doubled or misreported. Every job that a
 * request has made must be one that its export names, in the state that it names, and no two jobs of one
 * snapshot may ever have been active together.
 */
export function booksAgainstClaims(books: BookedTruth, claims: readonly ExportClaim[]): string[] {
  return [
    ...books.activeOverlaps.map(
      ({ snapshotId, exportIds }) =>
        `doubled: snapshot ${snapshotId} was exported by ${exportIds.join(' and ')} at once`,
    ),
    ...claims.flatMap((claim) => againstClaim(books.jobs, claim)),
  ];
}

function againstClaim(jobs: readonly BookedJob[], { clusterName, state, attempts }: ExportClaim): string[] {
  const made = jobs.filter((job) => job.clusterName === clusterName && job.origin === 'api');
  const named = new Map(attempts.map(({ job }) => [job.exportId, job.state]));
  const problems: string[] = [];
  for (const job of made) {
    const said = named.get(job.exportId);
    if (said === undefined)
      problems.push(`doubled: ${clusterName} has job ${job.exportId}, which its export does not name`);
    else if (said !== job.state)
      problems.push(`misreported: ${clusterName}, job ${job.exportId} is ${job.state}, not ${said}`);
  }
  for (const exportId of named.keys()) {
    const booked = jobs.find((job) => job.exportId === exportId);
    if (booked === undefined)
      problems.push(`invented: ${clusterName} names job ${exportId}, which does not exist`);
  }
  if (attempts.at(-1)?.job.state !== state)
    problems.push(`misreported: ${clusterName} ended as ${state}, its last job otherwise`);
  return problems;
}
