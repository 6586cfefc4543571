import { timestamp } from './clock.ts';
import type { ExportJob, ExportPart } from './export-engine.ts';
import { jobView, partView } from './export-engine.ts';
import { drawId } from './seed.ts';
import type { Cluster, ExportBucket, Snapshot, World } from './world.ts';
import { isSharded, snapshotStatus } from './world.ts';

/** A response document. Members that are not set are left out, never null, as recorded. */
export type Document = Record<string, unknown>;

function without(document: Document): Document {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
}

function optionalTimestamp(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : timestamp(milliseconds);
}

function stateReason(job: ExportJob, state: string): Document | undefined {
  if (state !== 'Failed' || job.plan.stateReason === null) return undefined;
  return {
    ...(job.plan.stateReason ?? {
      errorCode: 'UNVERIFIED_EXPORT_FAILED',
      message: 'Writing to the export bucket failed.',
    }),
  };
}

function shownState(job: ExportJob, state: string): string {
  return state === 'InProgress' ? (job.plan.unknownState ?? state) : state;
}

/** The document of an export job. A sharded one has `components` and no `exportStatus`. */
export function exportJobDocument(job: ExportJob, now: number): Document {
  const view = jobView(job, now);
  const { exportedCollections, totalCollections } = view;
  return without({
    components: job.sharded
      ? job.parts.map(({ exportId, replicaSetName }) => ({ exportId, replicaSetName }))
      : undefined,
    createdAt: timestamp(job.createdAtMs),
    customData: job.customData,
    exportBucketId: job.exportBucketId,
    exportStatus: job.sharded ? undefined : { exportedCollections, totalCollections },
    finishedAt: optionalTimestamp(view.finishedAtMs),
    id: job.exportId,
    prefix: job.prefix,
    snapshotId: job.snapshotId,
    state: shownState(job, view.state),
    stateReason: stateReason(job, view.state),
  });
}

/**
 * The document of one component. That Atlas has such documents is plausible and not verified. It carries the snapshot
 * and the customData of its job, which is the harder case for a client that looks for its own job in the list.
 */
export function componentDocument(job: ExportJob, part: ExportPart, now: number): Document {
  const view = partView(job, part, now);
  const { exportedCollections, totalCollections } = view;
  return without({
    createdAt: timestamp(job.createdAtMs),
    customData: job.customData,
    exportBucketId: job.exportBucketId,
    exportStatus: { exportedCollections, totalCollections },
    finishedAt: optionalTimestamp(view.finishedAtMs),
    id: part.exportId,
    prefix: job.prefix,
    snapshotId: job.snapshotId,
    state: shownState(job, view.state),
    stateReason: stateReason(job, view.state),
  });
}

function commonSnapshotDocument(snapshot: Snapshot, now: number, root: string): Document {
  const completed = snapshotStatus(snapshot, now) === 'completed';
  const cluster = `${root}/groups/${snapshot.groupId}/clusters/${snapshot.clusterName}`;
  const path = snapshot.members.length > 0 ? 'snapshots/shardedCluster' : 'snapshots';
  return {
    createdAt: completed ? timestamp(snapshot.endsAtMs) : undefined,
    description: snapshot.description,
    // Recorded: the expiry moves when the snapshot completes.
    expiresAt: timestamp((completed ? snapshot.endsAtMs : snapshot.requestedAtMs) + snapshot.retentionMs),
    frequencyType: snapshot.frequencyType,
    id: snapshot.id,
    links: [
      { href: `${cluster}/backup/${path}/${snapshot.id}`, rel: 'self' },
      { href: cluster, rel: 'https://cloud.mongodb.com/cluster' },
    ],
    mongodVersion: completed ? '8.0.12' : undefined,
    policyItems: [],
    snapshotType: snapshot.snapshotType,
    status: snapshotStatus(snapshot, now),
    storageSizeBytes: completed ? snapshot.storageSizeBytes : 0,
    type: isSharded(snapshot.clusterType) ? 'shardedCluster' : 'replicaSet',
  };
}

/** As the replica-set paths show a snapshot; they answer for sharded clusters too. */
export function snapshotDocument(snapshot: Snapshot, now: number, root: string): Document {
  const completed = snapshotStatus(snapshot, now) === 'completed';
  return without({
    ...commonSnapshotDocument(snapshot, now, root),
    cloudProvider: completed ? 'AWS' : undefined,
    copyRegions: [],
    replicaSetName: snapshot.members.length > 0 ? undefined : snapshot.clusterName,
  });
}

/** As the sharded-cluster paths show a snapshot. */
export function shardedSnapshotDocument(snapshot: Snapshot, now: number, root: string): Document {
  return without({
    ...commonSnapshotDocument(snapshot, now, root),
    configServerType: 'EMBEDDED',
    members: snapshot.members.map((member) => ({ cloudProvider: 'AWS', ...member })),
    snapshotIds: snapshot.members.map((member) => member.id),
  });
}

export function bucketDocument(bucket: ExportBucket): Document {
  const { id, ...rest } = bucket;
  return without({ _id: id, ...rest });
}

function replicationSpecs(cluster: Cluster, version: string): Document[] {
  const regionConfigs = [
    {
      priority: 7,
      providerName: 'AWS',
      regionName: 'EU_WEST_1',
      electableSpecs: { instanceSize: cluster.instanceSize, nodeCount: 3 },
    },
  ];
  if (version >= '2024-08-05') {
    return cluster.replicaSetNames.map((name) => ({
      id: cluster.id,
      zoneName: 'Zone 1',
      shardName: name,
      regionConfigs,
    }));
  }
  return [{ id: cluster.id, zoneName: 'Zone 1', numShards: cluster.replicaSetNames.length, regionConfigs }];
}

export function clusterDocument(cluster: Cluster, version: string, root: string): Document {
  return without({
    ...(version === '2023-01-01'
      ? { providerBackupEnabled: cluster.backupEnabled }
      : { backupEnabled: cluster.backupEnabled }),
    clusterType: cluster.clusterType,
    configServerType: isSharded(cluster.clusterType) && version >= '2024-08-05' ? 'EMBEDDED' : undefined,
    createDate: timestamp(cluster.createdAtMs),
    groupId: cluster.groupId,
    id: cluster.id,
    links: [{ href: `${root}/groups/${cluster.groupId}/clusters/${cluster.clusterName}`, rel: 'self' }],
    mongoDBVersion: '8.0.12',
    name: cluster.clusterName,
    paused: cluster.paused,
    pitEnabled: false,
    replicationSpecs: replicationSpecs(cluster, version),
    stateName: 'IDLE',
  });
}

export function systemStatusDocument({ groupId, orgId, seed, apiKeyRoles }: World): Document {
  return {
    apiKey: {
      desc: 'the simulated key',
      id: drawId(seed, 'api key'),
      publicKey: 'simulat',
      roles: apiKeyRoles.map((roleName) =>
        roleName.startsWith('ORG_') ? { orgId, roleName } : { groupId, roleName },
      ),
    },
    appName: 'MongoDB Atlas',
    build: '0'.repeat(40),
    ipAddress: '127.0.0.1',
    links: [],
    throttling: false,
  };
}

export function scheduleDocument(cluster: Cluster, root: string): Document {
  const path = `${root}/groups/${cluster.groupId}/clusters/${cluster.clusterName}`;
  return without({
    ...cluster.schedule,
    clusterId: cluster.id,
    clusterName: cluster.clusterName,
    links: [{ href: `${path}/backup/schedule`, rel: 'self' }],
  });
}
