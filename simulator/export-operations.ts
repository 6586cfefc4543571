import type { Document } from './documents.ts';
import { componentDocument, exportJobDocument } from './documents.ts';
import type { ExportJob, Label } from './export-engine.ts';
import { page } from './pages.ts';
import {
  badRequest,
  bucketNotFound,
  exportAlreadyActive,
  exportNotFound,
  snapshotNotFound,
} from './problems.ts';
import type { Answer, OperationContext, OperationHandler, OperationRequest } from './request.ts';
import { bodyObject, createExport, idParam, isId, isRecord, param, Violations } from './request.ts';
import { drawFraction } from './seed.ts';
import type { Cluster, Snapshot } from './world.ts';
import { snapshotStatus } from './world.ts';

interface CreateExportRequest {
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly customData: readonly Label[];
}

/** The cluster named in the path. Throws 404, and 400 for a Flex cluster, which the cluster API refuses. */
export function pathCluster(request: OperationRequest, context: OperationContext): Cluster {
  const cluster = context.world.cluster(idParam(request, 'groupId'), param(request, 'clusterName'));
  if (cluster.clusterType === 'FLEX') {
    throw badRequest(
      'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
      `Cannot use Flex cluster ${cluster.clusterName} in the cluster API.`,
      [cluster.clusterName],
    );
  }
  return cluster;
}

function isLabel(value: unknown): value is Label {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(
    ([name, text]) => (name === 'key' || name === 'value') && typeof text === 'string',
  );
}

function readCreateExport(request: OperationRequest): CreateExportRequest {
  const body = bodyObject(request, ['snapshotId', 'exportBucketId', 'customData', 'links']);
  const { snapshotId, exportBucketId, customData = [] } = body;
  const violations = new Violations();
  violations.require(isId(snapshotId), 'snapshotId', 'must match "^([a-f0-9]{24})$"');
  violations.require(isId(exportBucketId), 'exportBucketId', 'must match "^([a-f0-9]{24})$"');
  const labels = Array.isArray(customData) ? customData.filter(isLabel) : [];
  const allLabels = Array.isArray(customData) && labels.length === customData.length;
  violations.require(allLabels, 'customData', 'must be a list of objects with key and value');
  violations.throwIfAny();
  if (!isId(snapshotId) || !isId(exportBucketId))
    throw badRequest('INVALID_ATTRIBUTE', 'Invalid id specified.');
  return { snapshotId, exportBucketId, customData: labels };
}

/** Throws where a snapshot cannot be exported: not there, not completed, a fallback one. */
function exportableSnapshot(cluster: Cluster, snapshotId: string, now: number): Snapshot {
  const snapshot = cluster.snapshots.find((candidate) => candidate.id === snapshotId);
  if (!snapshot) throw snapshotNotFound(snapshotId);
  if (snapshotStatus(snapshot, now) !== 'completed') {
    throw badRequest('UNVERIFIED_SNAPSHOT_NOT_COMPLETED', `Snapshot ${snapshotId} is not completed.`, [
      snapshotId,
    ]);
  }
  if (snapshot.snapshotType === 'fallback') {
    throw badRequest('UNVERIFIED_FALLBACK_SNAPSHOT', `Fallback snapshot ${snapshotId} cannot be exported.`, [
      snapshotId,
    ]);
  }
  return snapshot;
}

const createExportJob: OperationHandler = (request, context): Answer => {
  const cluster = pathCluster(request, context);
  const { snapshotId, exportBucketId, customData } = readCreateExport(request);
  if (!context.world.group(cluster.groupId).buckets.has(exportBucketId)) throw bucketNotFound(exportBucketId);
  const snapshot = exportableSnapshot(cluster, snapshotId, request.now);
  if (context.refuseSecondActiveExport && context.engine.activeFor(snapshotId))
    throw exportAlreadyActive(snapshotId);
  const job = createExport(context, { cluster, snapshot, exportBucketId, customData, origin: 'api' });
  return { document: exportJobDocument(job, request.now), createdExportId: job.exportId };
};

const getExportJob: OperationHandler = (request, context): Answer => {
  const cluster = pathCluster(request, context);
  const exportId = idParam(request, 'exportId');
  const isHere = (job: ExportJob): boolean =>
    job.groupId === cluster.groupId && job.clusterName === cluster.clusterName;
  const job = context.engine.find(exportId);
  if (job && isHere(job)) return { document: exportJobDocument(job, request.now) };
  const found = context.engine.findPart(exportId);
  if (found && isHere(found.job) && found.job.sharded && found.job.plan.componentsHidden !== true) {
    return { document: componentDocument(found.job, found.part, request.now) };
  }
  throw exportNotFound(exportId);
};

/** All jobs in an order that has nothing to do with time, since Atlas promises none; it stays the same between pages. */
const listExportJobs: OperationHandler = (request, context): Answer => {
  const cluster = pathCluster(request, context);
  const items = context.engine.jobs
    .filter((job) => job.groupId === cluster.groupId && job.clusterName === cluster.clusterName)
    .filter((job) => request.listLagMs === 0 || request.now - job.createdAtMs >= request.listLagMs)
    .flatMap((job) => [
      { id: job.exportId, document: (): Document => exportJobDocument(job, request.now) },
      ...(job.sharded && job.plan.componentsListed === true
        ? job.parts.map((part) => ({
            id: part.exportId,
            document: (): Document => componentDocument(job, part, request.now),
          }))
        : []),
    ]);
  const rank = (id: string): number => drawFraction(context.seed, 'order', id);
  items.sort((left, right) => rank(left.id) - rank(right.id));
  const document = page(items, {
    query: request.query,
    href: request.href,
    document: (item) => item.document(),
  });
  return { document };
};

export const EXPORT_OPERATIONS = { createExportJob, getExportJob, listExportJobs };
