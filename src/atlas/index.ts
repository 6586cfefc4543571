export { createAtlasClient } from './client.ts';
export type {
  AtlasClient,
  CallOptions,
  ClusterLocator,
  CreateExportJobOptions,
  ExportBucketLocator,
  ExportJobLocator,
  ExportJobRequest,
  SnapshotLocator,
} from './client.ts';
export type { AtlasApiVersion } from './api-version.ts';
export type {
  AtlasClientOptions,
  AtlasCredentials,
  AtlasRequestEvent,
  AtlasTimeouts,
} from './client-options.ts';
export {
  AtlasAbortedError,
  AtlasConflictError,
  AtlasConnectionError,
  AtlasError,
  AtlasForbiddenError,
  AtlasNotFoundError,
  AtlasNotSentError,
  AtlasRateLimitedError,
  AtlasRejectedError,
  AtlasResponseError,
  AtlasTimeoutError,
  AtlasUnauthorizedError,
  AtlasUnavailableError,
} from './errors.ts';
export type { AtlasEffect, AtlasErrorCode } from './errors.ts';
export type { Cluster } from './cluster.ts';
export type { ExportBucket } from './export-bucket.ts';
export { EXPORT_JOB_STATES, EXPORT_JOB_STATES_TERMINAL, isTerminalExportJobState } from './export-job.ts';
export type { CustomDataEntry, ExportJob, ExportJobComponent } from './export-job.ts';
export type { AtlasRole, SystemStatus } from './system-status.ts';
export { SNAPSHOT_STATUSES } from './snapshot.ts';
export type { Snapshot, SnapshotMember } from './snapshot.ts';
