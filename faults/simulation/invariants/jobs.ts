import { doubledAttempts, overlappingJobs } from '../../books-check.ts';
import type { Invariant } from './index.ts';

/** At most one job was created for each attempt, by Atlas's own books. */
export const oneJobPerAttempt: Invariant = ({ jobs }) => doubledAttempts(jobs);

/** Never two active jobs for one snapshot. */
export const oneActiveJobPerSnapshot: Invariant = ({ jobs }) => overlappingJobs(jobs);
