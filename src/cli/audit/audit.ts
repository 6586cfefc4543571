import type { ManifestFound } from '../../verification/index.ts';

/** What an audit says of one due snapshot, beyond Atlas's word. */
export type AuditState =
  /** Atlas says Successful, and the newest check in the manifest store found no failure. */
  | 'proven'
  /** Atlas says Successful; nothing in the manifest store proves it. */
  | 'exported'
  /** Atlas is exporting it. */
  | 'running'
  /** Its jobs have failed, and none has succeeded. */
  | 'failed'
  /** Nobody has exported it to this bucket. */
  | 'missing';

export const auditStates: readonly AuditState[] = ['proven', 'exported', 'running', 'failed', 'missing'];

export interface AuditedSnapshot {
  readonly clusterName: string;
  readonly snapshotId: string;
  /** ISO 8601, as Atlas says; `null` where it does not. */
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly state: AuditState;
  /** The job that exported it, or the latest that failed. */
  readonly exportId: string | null;
  readonly prefix: string | null;
  readonly manifest: ManifestFound | null;
  /** Why it is not proven, in words. */
  readonly reason: string | null;
}

/** What an attempt that failed or was cancelled has left in the bucket. */
export interface OrphanPrefix {
  readonly clusterName: string;
  readonly exportId: string;
  readonly snapshotId: string | null;
  readonly state: string;
  readonly prefix: string;
  readonly objects: number;
  readonly bytes: number;
  /** Atlas writes it last, so there should be none: look before anything is deleted. */
  readonly hasComplete: boolean;
}

export interface ClusterAudit {
  readonly clusterName: string;
  readonly snapshots: readonly AuditedSnapshot[];
  readonly orphans: readonly OrphanPrefix[];
  /** Why the cluster or the storage of its exports could not be read; what stands beside it is then not all. */
  readonly problem: string | null;
}

export interface Audit {
  readonly groupId: string;
  /** Where the exports are, such as `s3://archive`. */
  readonly bucket: string;
  readonly exportBucketId: string;
  readonly auditedAt: string;
  readonly clusters: readonly ClusterAudit[];
}

/** Everything that is due is proven, and everything could be read. */
export function isInOrder({ clusters }: Audit): boolean {
  return clusters.every(
    ({ problem, snapshots }) => problem === null && snapshots.every(({ state }) => state === 'proven'),
  );
}
