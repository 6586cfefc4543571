import { clusterDocument, scheduleDocument, systemStatusDocument } from './documents.ts';
import { pathCluster } from './export-operations.ts';
import { page } from './pages.ts';
import { bucketNotFound } from './problems.ts';
import type { Answer, OperationHandler } from './request.ts';
import { bodyObject, idParam, isId, isRecord, Violations } from './request.ts';
import { drawFraction } from './seed.ts';
import type { Cluster } from './world.ts';

const FREQUENCIES = ['daily', 'weekly', 'monthly', 'yearly'];
const SCHEDULE_ATTRIBUTES = [
  'autoExportEnabled',
  'export',
  'useOrgAndGroupNamesInExportPrefix',
  'policies',
  'referenceHourOfDay',
  'referenceMinuteOfHour',
  'restoreWindowDays',
  'updateSnapshots',
  'deleteSnapshots',
  'clusterId',
  'clusterName',
  'links',
];

/** v2's first version took the form of v1.0 over, `providerBackupEnabled` included. */
const V1_CLUSTER_VERSION = '2023-01-01';

/** As `getCluster` describes each. Flex clusters have a list of their own at Atlas; deleted ones leave nothing here. */
const listClusters: OperationHandler = (request, context): Answer => {
  const { query, href, root, version = V1_CLUSTER_VERSION } = request;
  const { clusters } = context.world.group(idParam(request, 'groupId'));
  const rank = (cluster: Cluster): number => drawFraction(context.seed, 'order', cluster.id);
  const items = [...clusters.values()]
    .filter(({ clusterType }) => clusterType !== 'FLEX')
    .sort((left, right) => rank(left) - rank(right));
  return {
    document: page(items, { query, href, document: (cluster) => clusterDocument(cluster, version, root) }),
  };
};

const getCluster: OperationHandler = (request, context): Answer => ({
  document: clusterDocument(
    pathCluster(request, context),
    request.version ?? V1_CLUSTER_VERSION,
    request.root,
  ),
});

const getSchedule: OperationHandler = (request, context): Answer => ({
  document: scheduleDocument(pathCluster(request, context), request.root),
});

/** Changes what the body names and leaves the rest. The simulator does not itself export on a schedule. */
const updateSchedule: OperationHandler = (request, context): Answer => {
  const cluster = pathCluster(request, context);
  const body = bodyObject(request, SCHEDULE_ATTRIBUTES);
  const { autoExportEnabled, useOrgAndGroupNamesInExportPrefix, restoreWindowDays } = body;
  const violations = new Violations();
  for (const name of ['autoExportEnabled', 'useOrgAndGroupNamesInExportPrefix']) {
    violations.require(
      body[name] === undefined || typeof body[name] === 'boolean',
      name,
      'must be true or false',
    );
  }
  const policy = isRecord(body['export']) ? body['export'] : {};
  const { exportBucketId, frequencyType } = policy;
  if (body['export'] !== undefined) {
    violations.require(isId(exportBucketId), 'export.exportBucketId', 'must match "^([a-f0-9]{24})$"');
    violations.require(
      FREQUENCIES.includes(String(frequencyType)),
      'export.frequencyType',
      'must be a frequency',
    );
  }
  const hasBucket = body['export'] !== undefined || cluster.schedule.export !== undefined;
  violations.require(autoExportEnabled !== true || hasBucket, 'export', 'is required with autoExportEnabled');
  violations.throwIfAny();
  if (isId(exportBucketId)) {
    if (!context.world.group(cluster.groupId).buckets.has(exportBucketId))
      throw bucketNotFound(exportBucketId);
    cluster.schedule.export = { exportBucketId, frequencyType: String(frequencyType) };
  }
  if (typeof autoExportEnabled === 'boolean') cluster.schedule.autoExportEnabled = autoExportEnabled;
  if (typeof useOrgAndGroupNamesInExportPrefix === 'boolean') {
    cluster.schedule.useOrgAndGroupNamesInExportPrefix = useOrgAndGroupNamesInExportPrefix;
  }
  if (typeof restoreWindowDays === 'number') cluster.schedule.restoreWindowDays = restoreWindowDays;
  return { document: scheduleDocument(cluster, request.root) };
};

/** Of no project: who asks, from where, and what the API key may do. */
const getSystemStatus: OperationHandler = (_, context): Answer => ({
  document: systemStatusDocument(context.world),
});

export const CLUSTER_OPERATIONS = { getSystemStatus, listClusters, getCluster, getSchedule, updateSchedule };
