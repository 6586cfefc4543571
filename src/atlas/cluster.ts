import * as v from 'valibot';
import { lenientBoolean, lenientString, present } from './lenient.ts';

/** What an export needs to know of a cluster. What Atlas leaves out is absent. */
export interface Cluster {
  readonly name: string;
  readonly id?: string;
  /** `REPLICASET`, `SHARDED` or `GEOSHARDED`: decides which family of snapshots is the cluster's. */
  readonly clusterType?: string;
  /** `IDLE`, `CREATING`, `UPDATING`, `DELETING` or `REPAIRING`. */
  readonly stateName?: string;
  readonly paused?: boolean;
  /** Whether Cloud Backup is on. */
  readonly backupEnabled?: boolean;
  readonly mongoDBVersion?: string;
}

export const clusterSchema: v.GenericSchema<unknown, Cluster> = v.pipe(
  v.object({
    name: v.string(),
    id: lenientString,
    clusterType: lenientString,
    stateName: lenientString,
    paused: lenientBoolean,
    backupEnabled: lenientBoolean,
    // What v1.0 calls the same flag.
    providerBackupEnabled: lenientBoolean,
    mongoDBVersion: lenientString,
  }),
  v.transform(({ providerBackupEnabled, ...cluster }) =>
    present({ ...cluster, backupEnabled: cluster.backupEnabled ?? providerBackupEnabled }),
  ),
);
