import type { BucketChoice, ExportOrder, SnapshotFrequency } from '../contract/index.ts';
import type { ClusterReference } from './export-activities.ts';

/** What keeping a fleet exported asks of Atlas, and of Temporal. Workflows import these types only. */
export interface FleetActivities {
  surveyProject(input: SurveyProjectInput): Promise<ProjectSurvey>;
  surveyCluster(input: SurveyClusterInput): Promise<ClusterSurvey>;
  surveyOccupied(input: SurveyOccupiedInput): Promise<OccupiedSurvey>;
  describeExports(input: DescribeExportsInput): Promise<EndedExport[]>;
}

export interface SurveyProjectInput extends Pick<ClusterReference, 'groupId' | 'credentials'> {
  /** Undefined: every cluster. */
  readonly clusterNames?: readonly string[] | undefined;
  readonly bucket: BucketChoice;
}

export interface ProjectSurvey {
  readonly exportBucketId: string;
  /** Known when the bucket was looked up. */
  readonly exportBucketName?: string | undefined;
  /** The asked-for clusters that the project has and whose snapshots can be exported. */
  readonly clusters: readonly SurveyedCluster[];
}

export interface SurveyedCluster {
  readonly clusterName: string;
  /** Which of Atlas's two lists has its snapshots. */
  readonly sharded: boolean;
  /** 1 for a replica set. */
  readonly shardCount: number;
}

export interface SurveyClusterInput extends ClusterReference {
  readonly sharded: boolean;
  readonly shardCount: number;
  readonly exportBucketId: string;
  readonly frequencyTypes: readonly SnapshotFrequency[];
  readonly sinceMs: number;
  readonly order: ExportOrder;
  /** Failed jobs of a snapshot to the bucket after which it is no candidate any more. */
  readonly giveUpAfter: number;
  /** Only candidates behind this place in the order. */
  readonly after?: OrderPlace | undefined;
  /** Handed out already although they stand behind that place. */
  readonly ahead?: readonly OrderPlace[] | undefined;
  readonly candidatesMax: number;
  /** The workflow's time: what expires soon is counted from it. */
  readonly nowMs: number;
}

/** Where a snapshot stands in the order of a run: by its key, then by its id. */
export interface OrderPlace {
  readonly orderKey: number;
  readonly snapshotId: string;
}

/** A due snapshot that is not in the bucket and not given up. */
export interface FleetCandidate extends OrderPlace {
  /** Replica sets that its export occupies at Atlas. */
  readonly replicaSets: number;
  /** Atlas is exporting it to the bucket already, whoever asked for that. */
  readonly running: boolean;
  /** Failed jobs of it to the bucket, so far. */
  readonly failedJobs: number;
  /** Absent where Atlas does not tell it. */
  readonly storageSizeBytes?: number | undefined;
}

/** What a cluster has, bounded in size however many snapshots there are. */
export interface ClusterSurvey {
  readonly due: number;
  readonly exported: number;
  /** Of the exported: by the manifests that the worker can read. Absent after the first look. */
  readonly proven?: number | undefined;
  /** Of the exported: those that no proof was looked for of. Absent: all of them. */
  readonly proofUnknown?: number | undefined;
  /** Of the exported: those whose newest check failed. Absent after the first look. */
  readonly checkFailed?: number | undefined;
  /** Candidates among them: following such an export costs nothing. */
  readonly running: number;
  readonly givenUp: number;
  readonly expiringSoon: number;
  /** Of all candidates, but for those that are being exported already. */
  readonly bytesToExport: number;
  readonly sizeUnknown: number;
  /** The first ones of the order. */
  readonly candidates: readonly FleetCandidate[];
  /** Candidates behind these. */
  readonly candidatesLeft: number;
  /** The last place up to which every candidate has been handed out, and what was handed out beyond it: for the next look. */
  readonly after?: OrderPlace | undefined;
  readonly ahead?: readonly OrderPlace[] | undefined;
  /** Some of those given up, with the reason of their latest job. */
  readonly givenUpExamples: readonly { readonly snapshotId: string; readonly reason: string }[];
  /** What Atlas is exporting of the cluster, due or not; absent in answers of workers that did not count it. */
  readonly occupying?: readonly OccupyingExport[] | undefined;
}

/** An export that occupies replica sets at Atlas. A snapshot has one of these at most. */
export interface OccupyingExport {
  readonly snapshotId: string;
  readonly replicaSets: number;
}

export interface SurveyOccupiedInput extends Pick<ClusterReference, 'groupId' | 'credentials'> {
  /** Clusters whose lists of jobs are to be read. */
  readonly clusters: readonly Pick<SurveyedCluster, 'clusterName' | 'shardCount'>[];
  /** Clusters of which a running export alone is no reason to read the list: the run follows it, and knows its size. */
  readonly followed?: readonly string[];
}

export interface ClusterOccupied {
  readonly clusterName: string;
  readonly occupying: readonly OccupyingExport[];
}

/** What is being exported in a project, whoever asked for it. */
export interface OccupiedSurvey {
  /** By Atlas's lists, of the clusters that could be read: those asked about, and those where others' exports run. */
  readonly clusters: readonly ClusterOccupied[];
  /** By Temporal's list: exports of this namespace whose jobs may not be listed at Atlas yet. */
  readonly running: readonly { readonly clusterName: string; readonly snapshotId: string }[];
}

export interface DescribeExportsInput {
  readonly workflowIds: readonly string[];
}

/** An export that has ended; one that is not in the answer goes on, or nobody could tell. */
export interface EndedExport {
  readonly workflowId: string;
  readonly exported: boolean;
  /** Of an exported one: whether its bucket was looked into and shows it. Absent where that could not be read. */
  readonly proven?: boolean | undefined;
  /** Why not. */
  readonly reason?: string | undefined;
}
