import * as v from 'valibot';
import { lenient, lenientBoolean, lenientCount, lenientList, lenientString, present } from './lenient.ts';

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
  /** Tiers of its nodes that hold data, such as `M10`, each once; v1.0 does not tell them. */
  readonly instanceSizes?: readonly string[];
  /** Shards of a sharded cluster, 1 for a replica set. */
  readonly shardCount?: number;
}

const specsSchema = lenient(v.object({ instanceSize: lenientString }));
const replicationSpecSchema = v.object({
  regionConfigs: lenientList(v.object({ electableSpecs: specsSchema })),
  // Until version 2024-08-05 one item stood for so many shards; since then there is one item for each.
  numShards: lenientCount,
});

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
    replicationSpecs: lenientList(replicationSpecSchema),
  }),
  v.transform(({ providerBackupEnabled, replicationSpecs, ...cluster }) =>
    present({
      ...cluster,
      backupEnabled: cluster.backupEnabled ?? providerBackupEnabled,
      instanceSizes: instanceSizes(replicationSpecs),
      shardCount: shardCount(replicationSpecs),
    }),
  ),
);

function instanceSizes(
  specs: readonly v.InferOutput<typeof replicationSpecSchema>[] | undefined,
): string[] | undefined {
  const sizes = (specs ?? [])
    .flatMap(({ regionConfigs = [] }) => regionConfigs)
    .flatMap(({ electableSpecs }) => electableSpecs?.instanceSize ?? []);
  return sizes.length === 0 ? undefined : [...new Set(sizes)];
}

function shardCount(
  specs: readonly v.InferOutput<typeof replicationSpecSchema>[] | undefined,
): number | undefined {
  if (specs === undefined || specs.length === 0) return undefined;
  return specs.reduce((count, { numShards = 1 }) => count + numShards, 0);
}
