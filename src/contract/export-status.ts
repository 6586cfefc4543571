import type { ExportComponent, ExportJob, ExportProgress, StateReason } from './export-job.ts';
import type { ExportStall } from './export-stall.ts';
import type { ComponentInBucket, ExportVerification } from './export-verification.ts';

/** What the workflow is doing. What came of it is a field of its own, the outcome. */
export type ExportPhase =
  /** Looking up the newest snapshot or the bucket's id. */
  | 'resolving'
  /** Finding out whether the job exists already, and creating it if it does not. */
  | 'creating'
  /** Another active export of this snapshot has to end first. */
  | 'waiting'
  /** Following the export job. */
  | 'tracking'
  /** The last job Failed; pausing before the next attempt. */
  | 'retrying'
  /** The job was Successful; the bucket is looked into. */
  | 'verifying'
  /** Ended; see the outcome. */
  | 'done';

/** What became of a request. */
export type ExportOutcome =
  /** Atlas says the job was Successful. */
  | 'exported'
  /** An earlier export of this snapshot to this bucket was Successful; nothing was paid for again. */
  | 'alreadyExported'
  | 'failed'
  /** The workflow was cancelled: tracking stopped, the export job at Atlas goes on. */
  | 'cancelled';

/** How an export job came to belong to a request. */
export type JobOrigin =
  /** This request's POST created it. */
  | 'created'
  /** It carries this request's id: an earlier POST created it although its reply was lost. */
  | 'found'
  /** Somebody else started it; this request follows it instead of paying for a second one. */
  | 'adopted'
  /** It had ended Successful before this request asked. */
  | 'earlier';

/** The last look at Atlas that failed. Looks go on until the deadline. */
export interface PollFailure {
  /** A stable code such as `ATLAS_UNAVAILABLE`, or `TIMEOUT` when the worker itself did not answer in time. */
  readonly code: string;
  readonly message: string;
  /** When the first of these failures in a row happened, ISO 8601. */
  readonly since: string;
  /** How many looks in a row have failed. */
  readonly inARow: number;
}

/** One export job tracked for a request, or created for it. */
export interface AttemptReport {
  /** 1, 2, … */
  readonly attempt: number;
  readonly origin: JobOrigin;
  /** The identity that a job created for this attempt carries in its custom data. */
  readonly exportRequestId: string;
  /** As last seen. A Failed job leaves its partial data under `job.prefix`; Atlas does not remove it. */
  readonly job: ExportJob;
}

/** One component (a shard's part of the job), from its own document at Atlas. */
export interface ComponentStatus extends ExportComponent {
  /** As its own document says; `"unknown"` where Atlas shows no document for it. Never derived from the job. */
  readonly state: string;
  readonly stateReason?: StateReason | undefined;
  readonly exportStatus?: ExportProgress | undefined;
  readonly prefix?: string | undefined;
  readonly finishedAt?: string | undefined;
  /** Looks at this component so far. */
  readonly polls: number;
  readonly pollFailure?: PollFailure | undefined;
  /** When the next look is due, ISO 8601; absent once it has ended. */
  readonly nextPollAt?: string | undefined;
  /** Absent while it gets on, and where Atlas shows nothing of it. The job may get on by its other components. */
  readonly stall?: ExportStall | undefined;
  /** What it has in the bucket, once that was looked into; absent too where its replica set is not named. */
  readonly inBucket?: ComponentInBucket | undefined;
}

/** Why a run has failed. */
export interface EndingFailure {
  /** A failure type such as `ExportFailed`. */
  readonly type: string;
  readonly message: string;
}

/** What the query `status` answers. Everything in it is either from Atlas or about the run itself. */
export interface ExportStatus {
  readonly phase: ExportPhase;
  /** Absent until the phase is `done`. */
  readonly outcome?: ExportOutcome | undefined;
  /** `"unknown"` where a request that was refused names none; so are the next two. */
  readonly groupId: string;
  readonly clusterName: string;
  /** The snapshot's id; `"latest"` until that is resolved. */
  readonly snapshotId: string;
  readonly exportBucketId?: string | undefined;
  readonly exportBucketName?: string | undefined;
  /** The worker's credentials for Atlas that this run uses; absent for the default ones. */
  readonly credentials?: string | undefined;
  /** The webhook in the worker's settings that this run tells; absent where nobody is told. */
  readonly webhook?: string | undefined;
  /** The job as last seen. */
  readonly job?: ExportJob | undefined;
  /** How {@link ExportStatus.job} came to belong to this request; absent while it only stands in the way. */
  readonly origin?: JobOrigin | undefined;
  readonly components: readonly ComponentStatus[];
  readonly attempts: readonly AttemptReport[];
  readonly attemptsMax: number;
  /** Looks at the job so far; components count their own. */
  readonly polls: number;
  /** Latest successful look, ISO 8601. */
  readonly lastPollAt?: string | undefined;
  readonly nextPollAt?: string | undefined;
  readonly pollFailure?: PollFailure | undefined;
  /** Absent while the job gets on; one that has passed is in the notes. */
  readonly stall?: ExportStall | undefined;
  /** What the bucket shows; absent until the job was Successful. */
  readonly verification?: ExportVerification | undefined;
  readonly deadlineAt: string;
  /** Why it has failed; set with the outcome `failed`. What else is known is in the failure's details. */
  readonly failure?: EndingFailure | undefined;
  /** What a person should know now, in words. */
  readonly notes: readonly string[];
}

/** What the workflow `exportSnapshot` returns. */
export interface ExportResult {
  readonly outcome: 'exported' | 'alreadyExported';
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  /** Known when the bucket was looked up. */
  readonly exportBucketName?: string | undefined;
  readonly exportId: string;
  /** `"Successful"`, from Atlas. */
  readonly state: string;
  readonly prefix?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly job: ExportJob;
  readonly origin: JobOrigin;
  /** True when somebody else had started the job. */
  readonly adopted: boolean;
  readonly components: readonly ComponentStatus[];
  readonly attempts: readonly AttemptReport[];
  readonly polls: number;
  /** What the bucket shows. Absent in results of releases that did not look. */
  readonly verification?: ExportVerification | undefined;
  readonly notes: readonly string[];
}

/** Said wherever a person cancels. */
export const atlasGoesOn =
  'Atlas has no way to cancel an export job: if one was running, it goes on and is billed. Ask for the same export again to pick it up, with skipIfExported true and onActiveExport "adopt", as by default.';
