import * as v from 'valibot';
import { canonicalCase, lenientCount, lenientList, lenientString, pathId, present } from './lenient.ts';

/** Atlas's words for a snapshot's status (v2 specification). */
export const SNAPSHOT_STATUSES = ['queued', 'inProgress', 'completed', 'failed'] as const;

/** Of whom a snapshot is: one replica set's part of a sharded cluster's snapshot. */
export interface SnapshotMember {
  readonly id: string;
  readonly replicaSetName: string;
  readonly cloudProvider?: string;
}

/** A Cloud Backup snapshot, of a replica set or a sharded cluster. What Atlas leaves out is absent. */
export interface Snapshot {
  readonly id: string;
  /** One of {@link SNAPSHOT_STATUSES}, or a word we do not know. */
  readonly status?: string;
  /** `onDemand`, `scheduled` or `fallback`; a fallback snapshot cannot be exported. */
  readonly snapshotType?: string;
  /** `replicaSet` or `shardedCluster`. */
  readonly type?: string;
  readonly frequencyType?: string;
  /** ISO 8601, UTC; Atlas gives it only once the snapshot is completed. */
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly description?: string;
  readonly mongodVersion?: string;
  readonly cloudProvider?: string;
  readonly replicaSetName?: string;
  /** 0 until the snapshot is completed. */
  readonly storageSizeBytes?: number;
  /** Only for sharded clusters. */
  readonly members?: readonly SnapshotMember[];
  /** Only for sharded clusters. */
  readonly snapshotIds?: readonly string[];
}

const memberSchema = v.pipe(
  v.object({ id: v.string(), replicaSetName: v.string(), cloudProvider: lenientString }),
  v.transform(present),
);

export const snapshotSchema: v.GenericSchema<unknown, Snapshot> = v.pipe(
  v.object({
    id: pathId,
    status: lenientString,
    snapshotType: lenientString,
    type: lenientString,
    frequencyType: lenientString,
    createdAt: lenientString,
    expiresAt: lenientString,
    description: lenientString,
    mongodVersion: lenientString,
    cloudProvider: lenientString,
    replicaSetName: lenientString,
    storageSizeBytes: lenientCount,
    members: lenientList(memberSchema),
    snapshotIds: lenientList(v.string()),
  }),
  v.transform((snapshot) =>
    present({
      ...snapshot,
      status: snapshot.status === undefined ? undefined : canonicalCase(snapshot.status, SNAPSHOT_STATUSES),
    }),
  ),
);
