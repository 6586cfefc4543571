import type { VerifiedExport, VerifyExportInput } from './verify-export-types.ts';
import type { BucketChoice, ComponentStatus, CustomDataEntry, ExportJob } from '../contract/index.ts';

export type * from './verify-export-types.ts';

/** A cluster within a project: what every call to Atlas names, and every log line of an export carries. */
export interface ClusterReference {
  readonly groupId: string;
  readonly clusterName: string;
  /** Name of the worker's credentials to ask with; absent for the default ones, and in runs of older releases. */
  readonly credentials?: string | undefined;
}

/** What an export asks of Atlas. Workflows import these types only; the code is in the files beside this one. */
export interface ExportActivities {
  resolveExport(input: ResolveExportInput): Promise<ResolvedExport>;
  findExportJob(input: FindExportJobInput): Promise<FoundExportJobs>;
  createExportJob(input: CreateExportJobInput): Promise<ExportJob>;
  pollExportJob(input: PollExportJobInput): Promise<PolledExportJob>;
  /** One look into the bucket of an export that Atlas says was Successful. */
  verifyExport(input: VerifyExportInput): Promise<VerifiedExport>;
  /**
   * Local: whether exports can carry Temporal's search attributes. Never fails because of the server. What it is
   * asked for stands on its log lines; the answer is the same for every export.
   */
  searchAttributesRegistered(input: LabelledExport): Promise<boolean>;
}

/** The export that is to be labelled. */
export interface LabelledExport extends ClusterReference {
  readonly snapshotId: string;
}

export interface ResolveExportInput extends ClusterReference {
  /** An id, or `"latest"`. */
  readonly snapshotId: string;
  readonly bucket: BucketChoice;
}

export interface ResolvedExport {
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly exportBucketName?: string | undefined;
}

export interface FindExportJobInput extends ClusterReference {
  readonly snapshotId: string;
  readonly exportBucketId: string;
  /** The identity that a job of ours carries in its custom data. */
  readonly exportRequestId: string;
  /** A job that is known already: listed under this id, it is ours too. */
  readonly exportId?: string | undefined;
}

/** What the cluster's list of export jobs says about one request. */
export interface FoundExportJobs {
  /** The job that carries our identity. */
  readonly ours?: ExportJob | undefined;
  /** Further jobs that carry it. There is none unless something went wrong; it is said, never hidden. */
  readonly oursBesides: readonly string[];
  /** Another active job for the same snapshot; the one to our bucket first. */
  readonly active?: ExportJob | undefined;
  /** The newest Successful job for the same snapshot and bucket. */
  readonly exported?: ExportJob | undefined;
  /** How long this cluster's latest successful exports took; 20 at most, newest first. */
  readonly earlierDurationsMs: readonly number[];
  /** No earlier than this was the list read, by Temporal's clock in milliseconds; absent in answers of older releases. */
  readonly readAtMs?: number | undefined;
}

export interface CreateExportJobInput extends ClusterReference {
  readonly snapshotId: string;
  readonly exportBucketId: string;
  /** All entries, our identity among them. */
  readonly customData: readonly CustomDataEntry[];
  /** What stands for the look that allowed the create; absent in runs of older releases. */
  readonly allowedBy?: CreateAllowedBy | undefined;
}

/** The look at the list of jobs that has found nothing in the way of a create. */
export interface CreateAllowedBy {
  /** Of the look. A create that a worker takes on long after looks again. */
  readonly readAtMs?: number | undefined;
  /** The earlier export that the look has found and the request goes past; only with `skipIfExported: false`. */
  readonly exportedBefore?: string | undefined;
  /** By Temporal's clock: from then on no create is sent. */
  readonly deadlineAtMs: number;
}

export interface PollExportJobInput extends ClusterReference {
  readonly exportId: string;
  /** Workflows of components to ask for what they know; asking leaves no trace in anybody's history. */
  readonly componentWorkflowIds?: readonly string[] | undefined;
  /** Have the components look at Atlas first. */
  readonly componentsLookNow?: boolean | undefined;
  /** The state by which lists find the export now; a look that sees another asks for the search attributes too. */
  readonly labelledState?: string | undefined;
}

export interface PolledExportJob {
  readonly job: ExportJob;
  /** Answers of the components' workflows that answered in time. */
  readonly components: readonly ComponentStatus[];
  /** Whether exports can carry Temporal's search attributes; absent where the look had no reason to ask. */
  readonly searchAttributesRegistered?: boolean | undefined;
}
