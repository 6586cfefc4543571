/** Looking into export buckets as the settings allow, for the worker and the command line. Loads no vendor's library. */
export { createBucketAccess } from './bucket-access.ts';
export type { BucketAccess } from './bucket-access.ts';
export { verifyJob } from './verify-job.ts';
export type { JobToVerify, VerifiedJob } from './verify-job.ts';
