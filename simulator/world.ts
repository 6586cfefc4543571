import { drawId, drawInteger } from './seed.ts';
import type { SimulatorClock } from './clock.ts';
import { clusterNotFound, groupNotFound } from './problems.ts';

export type ClusterType = 'REPLICASET' | 'SHARDED' | 'GEOSHARDED' | 'FLEX';

export type SnapshotStatus = 'queued' | 'inProgress' | 'completed' | 'failed';

export interface Schedule {
  autoExportEnabled: boolean;
  export?: { exportBucketId: string; frequencyType: string };
  useOrgAndGroupNamesInExportPrefix: boolean;
  referenceHourOfDay: number;
  referenceMinuteOfHour: number;
  restoreWindowDays: number;
  policies: readonly unknown[];
}

export interface Cluster {
  readonly id: string;
  readonly groupId: string;
  readonly clusterName: string;
  readonly clusterType: ClusterType;
  /** One per shard; a replica set has one. */
  readonly replicaSetNames: readonly string[];
  readonly createdAtMs: number;
  readonly backupEnabled: boolean;
  readonly paused: boolean;
  readonly instanceSize: string;
  readonly schedule: Schedule;
  readonly snapshots: Snapshot[];
}

export interface Snapshot {
  readonly id: string;
  readonly groupId: string;
  readonly clusterName: string;
  readonly clusterType: ClusterType;
  readonly snapshotType: 'onDemand' | 'scheduled' | 'fallback';
  readonly frequencyType: string;
  readonly description: string | undefined;
  readonly storageSizeBytes: number;
  readonly retentionMs: number;
  readonly requestedAtMs: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly outcome: 'completed' | 'failed';
  /** Set on sharded clusters: one per shard. */
  readonly members: readonly { readonly id: string; readonly replicaSetName: string }[];
}

export interface ExportBucket {
  readonly id: string;
  readonly cloudProvider: 'AWS' | 'AZURE' | 'GCP';
  readonly bucketName: string | undefined;
  readonly iamRoleId?: string;
  readonly roleId?: string;
  readonly serviceUrl?: string;
  readonly tenantId?: string;
  requirePrivateNetworking?: boolean;
}

export interface Group {
  readonly groupId: string;
  readonly clusters: Map<string, Cluster>;
  readonly buckets: Map<string, ExportBucket>;
}

export interface ClusterOptions {
  /** Default: the simulator's own project. A project that does not exist yet is made. */
  readonly groupId?: string;
  readonly clusterName: string;
  readonly clusterType: ClusterType;
  /** Default 3 for sharded clusters; a replica set has no shards. */
  readonly shardCount?: number;
  /** Whether Cloud Backup is on. Default true. */
  readonly backupEnabled?: boolean;
  /** Default false. */
  readonly paused?: boolean;
  /** The cluster's tier. Default `M10`. */
  readonly instanceSize?: string;
}

export interface SnapshotOptions {
  readonly groupId?: string;
  readonly clusterName: string;
  readonly snapshotId?: string;
  /** Default `completed`. Any other status stays as it is for ever, unless `queuedMs` or `runningMs` are given. */
  readonly status?: SnapshotStatus;
  readonly snapshotType?: Snapshot['snapshotType'];
  /** `hourly`, `daily`, `weekly`, `monthly` or `yearly`. Default `daily`; one on demand has `ondemand`, as recorded. */
  readonly frequencyType?: string;
  /** When a completed or failed snapshot was taken; milliseconds or ISO 8601. Default: one hour ago. */
  readonly createdAt?: number | string;
  readonly description?: string;
  readonly storageSizeBytes?: number;
  /** How long it is kept after it was taken. Default 7 days. */
  readonly retentionMs?: number;
  /** With these the snapshot is taken now and moves queued → inProgress → completed over the clock. */
  readonly queuedMs?: number;
  readonly runningMs?: number;
}

export interface BucketOptions {
  readonly groupId?: string;
  readonly exportBucketId?: string;
  readonly bucketName?: string;
  readonly cloudProvider?: ExportBucket['cloudProvider'];
  readonly iamRoleId?: string;
  readonly roleId?: string;
  readonly serviceUrl?: string;
  readonly requirePrivateNetworking?: boolean;
}

const HOUR_MS = 3_600_000;
const ID = /^[a-f0-9]{24}$/;
const CLUSTER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9-]*$/;

function checkedId(id: string): string {
  if (!ID.test(id)) throw new RangeError(`an Atlas id is 24 lowercase hexadecimal digits, got ${id}`);
  return id;
}

function snapshotTimes(
  options: SnapshotOptions,
  now: number,
): Pick<Snapshot, 'requestedAtMs' | 'startsAtMs' | 'endsAtMs'> {
  if (options.queuedMs !== undefined || options.runningMs !== undefined) {
    const startsAtMs = now + (options.queuedMs ?? 0);
    return { requestedAtMs: now, startsAtMs, endsAtMs: startsAtMs + (options.runningMs ?? 0) };
  }
  const given = options.createdAt ?? now - HOUR_MS;
  const takenAtMs = typeof given === 'string' ? Date.parse(given) : given;
  if (!Number.isFinite(takenAtMs)) throw new RangeError(`not a time: ${String(given)}`);
  if (options.status === 'queued')
    return { requestedAtMs: takenAtMs, startsAtMs: Infinity, endsAtMs: Infinity };
  if (options.status === 'inProgress')
    return { requestedAtMs: takenAtMs, startsAtMs: takenAtMs, endsAtMs: Infinity };
  return { requestedAtMs: takenAtMs, startsAtMs: takenAtMs, endsAtMs: takenAtMs };
}

export function snapshotStatus(snapshot: Snapshot, now: number): SnapshotStatus {
  if (now < snapshot.startsAtMs) return 'queued';
  if (now < snapshot.endsAtMs) return 'inProgress';
  return snapshot.outcome;
}

export function isSharded(clusterType: ClusterType): boolean {
  return clusterType === 'SHARDED' || clusterType === 'GEOSHARDED';
}

/** What exists at Atlas besides export jobs: projects, clusters, snapshots, buckets. */
export class World {
  readonly seed: string;
  readonly orgId: string;
  /** The project used where none is named. */
  readonly groupId: string;
  /** What the API key may do, as Atlas names roles. */
  readonly apiKeyRoles: readonly string[];
  readonly #clock: SimulatorClock;
  readonly #groups = new Map<string, Group>();

  constructor(options: {
    seed: string;
    clock: SimulatorClock;
    orgId?: string;
    groupId?: string;
    apiKeyRoles?: readonly string[];
  }) {
    this.seed = options.seed;
    this.#clock = options.clock;
    this.apiKeyRoles = options.apiKeyRoles ?? ['GROUP_OWNER'];
    this.orgId = checkedId(options.orgId ?? drawId(options.seed, 'organization'));
    this.groupId = checkedId(options.groupId ?? drawId(options.seed, 'project'));
    this.addGroup(this.groupId);
  }

  addGroup(groupId: string): Group {
    const existing = this.#groups.get(checkedId(groupId));
    if (existing) return existing;
    const group: Group = { groupId, clusters: new Map(), buckets: new Map() };
    this.#groups.set(groupId, group);
    return group;
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  /** Throws the 404 that Atlas answers. */
  group(groupId: string): Group {
    const group = this.#groups.get(groupId);
    if (!group) throw groupNotFound(groupId);
    return group;
  }

  /** Throws the 404 that Atlas answers. */
  cluster(groupId: string, clusterName: string): Cluster {
    const cluster = this.group(groupId).clusters.get(clusterName);
    if (!cluster) throw clusterNotFound(clusterName, groupId);
    return cluster;
  }

  addCluster(options: ClusterOptions): Cluster {
    const { clusterName, clusterType } = options;
    if (!CLUSTER_NAME.test(clusterName)) throw new RangeError(`not a cluster name: ${clusterName}`);
    const group = this.addGroup(options.groupId ?? this.groupId);
    if (group.clusters.has(clusterName)) throw new RangeError(`cluster ${clusterName} exists already`);
    const id = drawId(this.seed, 'cluster', group.groupId, clusterName);
    const shardCount = options.shardCount ?? 3;
    const stem = `atlas-${id.slice(0, 6)}`;
    const cluster: Cluster = {
      id,
      groupId: group.groupId,
      clusterName,
      clusterType,
      replicaSetNames: isSharded(clusterType)
        ? Array.from({ length: shardCount }, (_, shard) => `${stem}-shard-${shard}`)
        : [`${stem}-shard-0`],
      createdAtMs: this.#clock.now() - 30 * 24 * HOUR_MS,
      backupEnabled: options.backupEnabled ?? true,
      paused: options.paused ?? false,
      instanceSize: options.instanceSize ?? 'M10',
      schedule: {
        autoExportEnabled: false,
        useOrgAndGroupNamesInExportPrefix: false,
        referenceHourOfDay: 3,
        referenceMinuteOfHour: 0,
        restoreWindowDays: 7,
        policies: [{ id: drawId(this.seed, 'policy', id), policyItems: [] }],
      },
      snapshots: [],
    };
    group.clusters.set(clusterName, cluster);
    return cluster;
  }

  addSnapshot(options: SnapshotOptions): Snapshot {
    const cluster = this.cluster(options.groupId ?? this.groupId, options.clusterName);
    const ordinal = cluster.snapshots.length;
    const id = checkedId(options.snapshotId ?? drawId(this.seed, 'snapshot', cluster.id, ordinal));
    if (cluster.snapshots.some((snapshot) => snapshot.id === id))
      throw new RangeError(`snapshot ${id} exists already`);
    const snapshot: Snapshot = {
      id,
      groupId: cluster.groupId,
      clusterName: cluster.clusterName,
      clusterType: cluster.clusterType,
      snapshotType: options.snapshotType ?? 'scheduled',
      frequencyType: options.snapshotType === 'onDemand' ? 'ondemand' : (options.frequencyType ?? 'daily'),
      description: options.description,
      storageSizeBytes:
        options.storageSizeBytes ?? 1_000_000_000 + drawInteger(this.seed, 1_000_000_000, 'size', id),
      retentionMs: options.retentionMs ?? 7 * 24 * HOUR_MS,
      ...snapshotTimes(options, this.#clock.now()),
      outcome: options.status === 'failed' ? 'failed' : 'completed',
      members: isSharded(cluster.clusterType)
        ? cluster.replicaSetNames.map((replicaSetName) => ({
            id: drawId(this.seed, 'member', id, replicaSetName),
            replicaSetName,
          }))
        : [],
    };
    cluster.snapshots.push(snapshot);
    return snapshot;
  }

  addBucket(options: BucketOptions = {}): ExportBucket {
    const group = this.addGroup(options.groupId ?? this.groupId);
    const ordinal = group.buckets.size;
    const id = checkedId(options.exportBucketId ?? drawId(this.seed, 'bucket', group.groupId, ordinal));
    const cloudProvider = options.cloudProvider ?? 'AWS';
    const roleId = options.roleId ?? options.iamRoleId ?? drawId(this.seed, 'role', id);
    const bucketName = options.bucketName ?? `snapshot-archive-${ordinal + 1}`;
    const bucket: ExportBucket =
      cloudProvider === 'AWS'
        ? { id, cloudProvider, bucketName, iamRoleId: roleId }
        : cloudProvider === 'GCP'
          ? { id, cloudProvider, bucketName, roleId }
          : {
              id,
              cloudProvider,
              bucketName: options.bucketName,
              roleId,
              serviceUrl: options.serviceUrl ?? `https://simulated${ordinal}.blob.core.windows.net`,
              tenantId: '00000000-0000-4000-8000-000000000000',
            };
    if (options.requirePrivateNetworking !== undefined)
      bucket.requirePrivateNetworking = options.requirePrivateNetworking;
    group.buckets.set(id, bucket);
    return bucket;
  }
}
