import { shardedSnapshotDocument, snapshotDocument } from './documents.ts';
import { pathCluster } from './export-operations.ts';
import { page } from './pages.ts';
import { badRequest, snapshotNotFound, wrongBackupEndpoint } from './problems.ts';
import type { Answer, OperationContext, OperationHandler, OperationRequest } from './request.ts';
import { bodyObject, idParam, param, Violations } from './request.ts';
import { drawFraction } from './seed.ts';
import type { Cluster, Snapshot } from './world.ts';
import { isSharded } from './world.ts';

/** How long a snapshot that was asked for waits and runs, in milliseconds of the simulator's clock. */
const ON_DEMAND = { queuedMs: 60_000, runningMs: 240_000 };

/** Snapshots in an order that has nothing to do with time, since Atlas promises none. */
function unordered(snapshots: readonly Snapshot[], context: OperationContext): Snapshot[] {
  const rank = (snapshot: Snapshot): number => drawFraction(context.seed, 'order', snapshot.id);
  return [...snapshots].sort((left, right) => rank(left) - rank(right));
}

function pathSnapshot(request: OperationRequest, cluster: Cluster): Snapshot {
  const snapshotId = idParam(request, 'snapshotId');
  const snapshot = cluster.snapshots.find((candidate) => candidate.id === snapshotId);
  if (!snapshot) throw snapshotNotFound(snapshotId);
  return snapshot;
}

function shardedPathCluster(request: OperationRequest, context: OperationContext): Cluster {
  const cluster = pathCluster(request, context);
  if (!isSharded(cluster.clusterType)) throw wrongBackupEndpoint(cluster.clusterName);
  return cluster;
}

const listSnapshots: OperationHandler = (request, context): Answer => {
  const cluster = pathCluster(request, context);
  const { query, href, now, root } = request;
  const items = unordered(cluster.snapshots, context);
  return {
    document: page(items, { query, href, document: (snapshot) => snapshotDocument(snapshot, now, root) }),
  };
};

const getSnapshot: OperationHandler = (request, context): Answer => {
  const snapshot = pathSnapshot(request, pathCluster(request, context));
  return { document: snapshotDocument(snapshot, request.now, request.root) };
};

const takeSnapshot: OperationHandler = (request, context): Answer => {
  const cluster = pathCluster(request, context);
  const { description, retentionInDays } = bodyObject(request, ['description', 'retentionInDays', 'links']);
  const violations = new Violations();
  violations.require(
    description === undefined || typeof description === 'string',
    'description',
    'must be a string',
  );
  const isDays =
    retentionInDays === undefined || (Number.isInteger(retentionInDays) && Number(retentionInDays) >= 1);
  violations.require(isDays, 'retentionInDays', 'must be a whole number of at least 1');
  violations.throwIfAny();
  const snapshot = context.world.addSnapshot({
    groupId: cluster.groupId,
    clusterName: cluster.clusterName,
    snapshotType: 'onDemand',
    ...(typeof description === 'string' ? { description } : {}),
    ...ON_DEMAND,
  });
  return { document: snapshotDocument(snapshot, request.now, request.root) };
};

/** Not paged: this path takes no paging parameters. */
const listShardedSnapshots: OperationHandler = (request, context): Answer => {
  const cluster = shardedPathCluster(request, context);
  const results = unordered(cluster.snapshots, context).map((snapshot) =>
    shardedSnapshotDocument(snapshot, request.now, request.root),
  );
  return { document: { links: [{ href: request.href, rel: 'self' }], results, totalCount: results.length } };
};

const getShardedSnapshot: OperationHandler = (request, context): Answer => {
  const snapshot = pathSnapshot(request, shardedPathCluster(request, context));
  return { document: shardedSnapshotDocument(snapshot, request.now, request.root) };
};

/** The Flex API knows Flex clusters only; the Atlas CLI asks it first and goes on when it refuses. */
function flexPathCluster(request: OperationRequest, context: OperationContext): Cluster {
  const cluster = context.world.cluster(idParam(request, 'groupId'), param(request, 'clusterName'));
  if (cluster.clusterType === 'FLEX') return cluster;
  throw badRequest(
    'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
    `Cannot use non-flex cluster ${cluster.clusterName} in the flex API.`,
    [cluster.clusterName],
  );
}

/** Flex snapshots cannot be exported, so the simulator has none. */
const listFlexSnapshots: OperationHandler = (request, context): Answer => {
  flexPathCluster(request, context);
  return { document: page([], { query: request.query, href: request.href, document: () => ({}) }) };
};

const getFlexSnapshot: OperationHandler = (request, context): Answer => {
  flexPathCluster(request, context);
  throw snapshotNotFound(idParam(request, 'snapshotId'));
};

export const SNAPSHOT_OPERATIONS = {
  listSnapshots,
  getSnapshot,
  takeSnapshot,
  listShardedSnapshots,
  getShardedSnapshot,
  listFlexSnapshots,
  getFlexSnapshot,
};
