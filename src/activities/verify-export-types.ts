import type {
  AttemptReport,
  BucketContents,
  ExportJob,
  ManifestReference,
  VerificationFinding,
} from '../contract/index.ts';

/** The export whose bucket is to be looked into. */
export interface VerifyExportInput {
  readonly groupId: string;
  readonly clusterName: string;
  /** Which of the worker's credentials for Atlas to ask with. */
  readonly credentials?: string | undefined;
  readonly snapshotId: string;
  readonly exportId: string;
  readonly exportBucketId: string;
  /** Undefined: `manifest` where this worker may look into the bucket, else not at all. */
  readonly level?: 'manifest' | 'full' | undefined;
  /** As Atlas described it last. */
  readonly job: ExportJob;
  /** Prefixes that the components' own documents name. */
  readonly componentPrefixes: readonly string[];
  readonly attempts: readonly AttemptReport[];
  /** What `.complete` has to carry; absent where somebody else started the job. */
  readonly exportRequestId?: string | undefined;
  /** 1, 2, …: each has a manifest of its own. */
  readonly look: number;
}

export type VerifiedExport =
  | {
      readonly outcome: 'notChecked';
      /** In words. */
      readonly reason: string;
    }
  | CheckedBucket;

/** What a check came to, small enough for a history: the manifest has the rest. */
export interface CheckedBucket {
  readonly outcome: 'proven' | 'failed';
  readonly level: 'manifest' | 'full';
  /** Whether all that is wrong may be a matter of time. */
  readonly mayOnlyBeLate: boolean;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly found: BucketContents;
  /** Ten at most, failures first. */
  readonly findings: readonly VerificationFinding[];
  readonly findingsCount: number;
  readonly failuresCount: number;
  /** Of the job's components. */
  readonly replicaSets: readonly ReplicaSetInBucket[];
  readonly manifest: ManifestReference;
}

export interface ReplicaSetInBucket {
  readonly replicaSetName: string;
  readonly files: number;
  readonly bytes: number;
  readonly collections: number;
  readonly incrementsMissing: number;
  readonly documents?: number | undefined;
}
