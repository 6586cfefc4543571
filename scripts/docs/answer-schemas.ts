import * as v from 'valibot';
import {
  exportFailureTypes,
  exportJobStates,
  stallKinds,
  webhookEventTypes,
  type ComponentStatus,
  type ExportFailureDetails,
  type ExportFailureType,
  type ExportResult,
  type ExportStatus,
  type WebhookEvent,
  type KeepExportedResult,
  type KeepExportedStatus,
} from '../../src/contract/index.ts';

/*
 * What the workflows answer, as schemas: only for the JSON Schemas of callers in other languages, so they are
 * no part of the contract itself, which every workflow bundle holds. The interfaces of the contract are the
 * truth; at the end of this file, the compiler compares the two.
 */

const text = v.optional(v.string());
const state = v.pipe(v.string(), v.examples([...exportJobStates]));

const stateReason = v.object({ errorCode: text, message: text });
const exportProgress = v.object({
  exportedCollections: v.optional(v.number()),
  totalCollections: v.optional(v.number()),
});
const exportComponent = v.object({ exportId: v.string(), replicaSetName: text });
const exportJob = v.object({
  exportId: v.string(),
  state,
  stateReason: v.optional(stateReason),
  exportStatus: v.optional(exportProgress),
  components: v.optional(v.array(exportComponent)),
  snapshotId: text,
  exportBucketId: text,
  prefix: text,
  createdAt: text,
  finishedAt: text,
});
const pollFailure = v.object({
  code: v.string(),
  message: v.string(),
  since: v.string(),
  inARow: v.number(),
});
const exportStall = v.object({
  kind: v.picklist(stallKinds),
  since: v.string(),
  noticedAt: v.string(),
  reason: v.string(),
});
const bucketContents = v.object({
  objects: v.number(),
  dataFiles: v.number(),
  bytes: v.number(),
  collections: v.number(),
  documents: v.optional(v.number()),
});
const verificationFinding = v.object({
  code: v.string(),
  severity: v.picklist(['failure', 'warning']),
  where: v.string(),
  what: v.string(),
});
const manifestReference = v.object({ address: v.string(), sha256: v.string(), keyId: text });
const verifyLevel = v.picklist(['off', 'manifest', 'full']);
const verificationOutcome = v.picklist(['pending', 'proven', 'failed', 'notChecked']);
const exportVerification = v.object({
  level: verifyLevel,
  outcome: verificationOutcome,
  reason: text,
  looks: v.number(),
  checkedAt: text,
  found: v.optional(bucketContents),
  findings: v.array(verificationFinding),
  findingsCount: v.number(),
  manifest: v.optional(manifestReference),
  nextLookAt: text,
  failure: v.optional(pollFailure),
});
const componentInBucket = v.object({
  evidence: v.literal('bucket'),
  files: v.number(),
  bytes: v.number(),
  collections: v.number(),
  incrementsMissing: v.number(),
  documents: v.optional(v.number()),
});
const componentStatus = v.object({
  ...exportComponent.entries,
  state,
  stateReason: v.optional(stateReason),
  exportStatus: v.optional(exportProgress),
  prefix: text,
  finishedAt: text,
  polls: v.number(),
  pollFailure: v.optional(pollFailure),
  nextPollAt: text,
  stall: v.optional(exportStall),
  inBucket: v.optional(componentInBucket),
});
const jobOrigin = v.picklist(['created', 'found', 'adopted', 'earlier']);
const attemptReport = v.object({
  attempt: v.number(),
  origin: jobOrigin,
  exportRequestId: v.string(),
  job: exportJob,
});
const endingFailure = v.object({ type: v.string(), message: v.string() });
const exportPhase = v.picklist([
  'resolving',
  'creating',
  'waiting',
  'tracking',
  'retrying',
  'verifying',
  'done',
]);
const exportOutcome = v.picklist(['exported', 'alreadyExported', 'failed', 'cancelled']);
const exportStatus = v.object({
  phase: exportPhase,
  outcome: v.optional(exportOutcome),
  groupId: v.string(),
  clusterName: v.string(),
  snapshotId: v.string(),
  exportBucketId: text,
  exportBucketName: text,
  credentials: text,
  webhook: text,
  job: v.optional(exportJob),
  origin: v.optional(jobOrigin),
  components: v.array(componentStatus),
  attempts: v.array(attemptReport),
  attemptsMax: v.number(),
  polls: v.number(),
  lastPollAt: text,
  nextPollAt: text,
  pollFailure: v.optional(pollFailure),
  stall: v.optional(exportStall),
  verification: v.optional(exportVerification),
  deadlineAt: v.string(),
  failure: v.optional(endingFailure),
  notes: v.array(v.string()),
});
const exportResult = v.object({
  outcome: v.picklist(['exported', 'alreadyExported']),
  groupId: v.string(),
  clusterName: v.string(),
  snapshotId: v.string(),
  exportBucketId: v.string(),
  exportBucketName: text,
  exportId: v.string(),
  state,
  prefix: text,
  createdAt: text,
  finishedAt: text,
  job: exportJob,
  origin: jobOrigin,
  adopted: v.boolean(),
  components: v.array(componentStatus),
  attempts: v.array(attemptReport),
  polls: v.number(),
  verification: v.optional(exportVerification),
  notes: v.array(v.string()),
});
const exportFailureType = v.picklist(exportFailureTypes);
const atlasAnswer = v.object({
  code: v.string(),
  message: v.string(),
  status: v.optional(v.number()),
  errorCode: text,
  retryAfterMs: v.optional(v.number()),
  effect: v.picklist(['none', 'unknown']),
});
const inputProblem = v.object({ path: v.string(), message: v.string() });
const exportFailureDetails = v.object({
  nextStep: v.string(),
  job: v.optional(exportJob),
  attempts: v.optional(v.array(attemptReport)),
  exportRequestId: text,
  atlas: v.optional(atlasAnswer),
  verification: v.optional(exportVerification),
  problems: v.optional(v.array(inputProblem)),
});

const webhookEvent = v.object({
  type: v.picklist(webhookEventTypes),
  timestamp: v.string(),
  data: v.object({
    workflowId: v.string(),
    runId: v.string(),
    status: v.optional(exportStatus),
    result: v.optional(exportResult),
    failure: v.optional(
      v.object({ type: exportFailureType, message: v.string(), details: exportFailureDetails }),
    ),
  }),
});
const snapshotCounts = {
  due: v.number(),
  exported: v.number(),
  proven: v.optional(v.number()),
  proofUnknown: v.optional(v.number()),
  checkFailed: v.optional(v.number()),
  running: v.number(),
  waiting: v.number(),
  failed: v.number(),
  givenUp: v.number(),
};
const fleetClusterStatus = v.object({
  groupId: v.string(),
  clusterName: v.string(),
  problem: text,
  ...snapshotCounts,
  expiringSoon: v.number(),
  bytesToExport: v.number(),
});
const fleetTotals = v.object({
  clusters: v.number(),
  clustersRead: v.number(),
  unreadable: v.number(),
  ...snapshotCounts,
  expiringSoon: v.number(),
  bytesToExport: v.number(),
  sizeUnknown: v.number(),
  costToExport: v.number(),
  replicaSetsElsewhere: v.optional(v.number()),
});
const snapshotReference = { groupId: v.string(), clusterName: v.string(), snapshotId: v.string() };
const fleetFailure = v.object({
  ...snapshotReference,
  kind: v.picklist(['failed', 'givenUp']),
  reason: v.string(),
});
const plannedExport = v.object({ ...snapshotReference, storageSizeBytes: v.optional(v.number()) });
const fleetPhase = v.picklist(['surveying', 'exporting', 'done']);
const fleetOutcome = v.picklist(['allExported', 'someLeft', 'dryRun', 'cancelled', 'failed']);
const keepExportedStatus = v.object({
  phase: fleetPhase,
  outcome: v.optional(fleetOutcome),
  failure: v.optional(endingFailure),
  dryRun: v.boolean(),
  startedAt: v.string(),
  endsAt: v.string(),
  totals: fleetTotals,
  clusters: v.array(fleetClusterStatus),
  clustersLeftOut: v.number(),
  failures: v.array(fleetFailure),
  planned: v.array(plannedExport),
  notes: v.array(v.string()),
});
const keepExportedResult = v.object({
  ...keepExportedStatus.entries,
  phase: v.literal('done'),
  outcome: v.picklist(['allExported', 'someLeft', 'dryRun']),
});

/** The documents that are answered as a whole, by the names of their types. */
export const answers = {
  ExportResult: exportResult,
  ExportStatus: exportStatus,
  ComponentStatus: componentStatus,
  ExportFailureDetails: exportFailureDetails,
  ExportFailureType: exportFailureType,
  WebhookEvent: webhookEvent,
  KeepExportedResult: keepExportedResult,
  KeepExportedStatus: keepExportedStatus,
};

/** What they are made of, by the names of their types. */
export const answerParts = {
  StateReason: stateReason,
  ExportProgress: exportProgress,
  ExportComponent: exportComponent,
  ExportJob: exportJob,
  PollFailure: pollFailure,
  ExportStall: exportStall,
  BucketContents: bucketContents,
  VerificationFinding: verificationFinding,
  ManifestReference: manifestReference,
  VerifyLevel: verifyLevel,
  VerificationOutcome: verificationOutcome,
  ExportVerification: exportVerification,
  ComponentInBucket: componentInBucket,
  ComponentStatus: componentStatus,
  JobOrigin: jobOrigin,
  AttemptReport: attemptReport,
  ExportPhase: exportPhase,
  ExportOutcome: exportOutcome,
  AtlasAnswer: atlasAnswer,
  InputProblem: inputProblem,
  FleetClusterStatus: fleetClusterStatus,
  FleetTotals: fleetTotals,
  FleetFailure: fleetFailure,
  PlannedExport: plannedExport,
  FleetPhase: fleetPhase,
  FleetOutcome: fleetOutcome,
};

interface AnswerTypes {
  ExportResult: ExportResult;
  ExportStatus: ExportStatus;
  ComponentStatus: ComponentStatus;
  ExportFailureDetails: ExportFailureDetails;
  ExportFailureType: ExportFailureType;
  WebhookEvent: WebhookEvent;
  KeepExportedResult: KeepExportedResult;
  KeepExportedStatus: KeepExportedStatus;
}

/** All the way down writable, so that only what is in a document is compared. */
type Plain<Type> = Type extends object ? { -readonly [Key in keyof Type]: Plain<Type[Key]> } : Type;
// Assignable both ways is not the same: an optional field that one of the two lacks would go unseen.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Same<One, Other> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  (<Type>() => Type extends One ? 1 : 2) extends <Type>() => Type extends Other ? 1 : 2 ? true : false;

/** Compiles only while every schema says the same of its document as the contract's type does. */
export const answersAreTheContracts: {
  [Name in keyof AnswerTypes]: Same<Plain<AnswerTypes[Name]>, Plain<v.InferOutput<(typeof answers)[Name]>>>;
} = {
  ExportResult: true,
  ExportStatus: true,
  ComponentStatus: true,
  ExportFailureDetails: true,
  ExportFailureType: true,
  WebhookEvent: true,
  KeepExportedResult: true,
  KeepExportedStatus: true,
};
