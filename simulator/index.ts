/** A simulated Atlas Admin API: what tests, the demo and users' own tests import. */
export { startSimulator } from './simulator.ts';
export type {
  ForeignJobOptions,
  Simulator,
  SimulatorCredentials,
  SimulatorOptions,
  WorldOptions,
} from './simulator.ts';
export type { BucketWriter } from './bucket-writer.ts';
export type { BucketUpload } from './bucket-upload.ts';
export type { BucketTarget } from './s3-upload.ts';
export { fastClock, manualClock, realClock, timestamp } from './clock.ts';
export type { ManualClock, SimulatorClock } from './clock.ts';
export type { ActiveOverlap, BookedJob, Books, RecordedRequest } from './books.ts';
export type { ExportJob, ExportState, Label } from './export-engine.ts';
export { completeFile, exportObjects } from './export-contents.ts';
export type { BucketFault, ExportContents, ExportObject, ExportOrigin } from './export-contents.ts';
export { DEFAULT_EXPORT_PLAN } from './export-plan.ts';
export type { ExportPlan, ExportPlanMatch } from './export-plan.ts';
export { FaultPlan } from './fault-plan.ts';
export type { FaultMatch, FaultProbabilities, Interval, SeededOptions } from './fault-plan.ts';
export { FAULT_KINDS } from './faults.ts';
export type { Fault, FaultKind, RetryAfter } from './faults.ts';
export { OPERATIONS, ROUTES } from './operations.ts';
export type { Operation } from './operations.ts';
export type { DigestAlgorithm } from './digest-authority.ts';
export type { RateLimit } from './rate-limits.ts';
export type {
  BucketOptions,
  Cluster,
  ClusterOptions,
  ClusterType,
  ExportBucket,
  Snapshot,
  SnapshotOptions,
} from './world.ts';
