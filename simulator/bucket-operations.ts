import { bucketDocument } from './documents.ts';
import { page } from './pages.ts';
import { badRequest, bucketNotFound } from './problems.ts';
import type { Answer, OperationContext, OperationHandler, OperationRequest } from './request.ts';
import { bodyObject, idParam, isId, Violations } from './request.ts';
import { drawFraction } from './seed.ts';
import type { BucketOptions, ExportBucket } from './world.ts';

const ATTRIBUTES = {
  AWS: ['bucketName', 'cloudProvider', 'iamRoleId', 'requirePrivateNetworking', 'links'],
  AZURE: ['bucketName', 'cloudProvider', 'roleId', 'serviceUrl', 'tenantId', 'links'],
  GCP: ['bucketName', 'cloudProvider', 'roleId', 'links'],
};
const ALL_ATTRIBUTES = [...new Set(Object.values(ATTRIBUTES).flat())];

/** v1.0 and the first v2 version know AWS buckets only. */
function knowsAllProviders(request: OperationRequest): boolean {
  return request.version !== undefined && request.version >= '2024-05-30';
}

function visible(request: OperationRequest, bucket: ExportBucket): boolean {
  return bucket.cloudProvider === 'AWS' || knowsAllProviders(request);
}

function pathBucket(request: OperationRequest, context: OperationContext): ExportBucket {
  const group = context.world.group(idParam(request, 'groupId'));
  const exportBucketId = idParam(request, 'exportBucketId');
  const bucket = group.buckets.get(exportBucketId);
  if (!bucket || !visible(request, bucket)) throw bucketNotFound(exportBucketId);
  return bucket;
}

const listExportBuckets: OperationHandler = (request, context): Answer => {
  const group = context.world.group(idParam(request, 'groupId'));
  const rank = (bucket: ExportBucket): number => drawFraction(context.seed, 'order', bucket.id);
  const buckets = [...group.buckets.values()].filter((bucket) => visible(request, bucket));
  buckets.sort((left, right) => rank(left) - rank(right));
  return { document: page(buckets, { query: request.query, href: request.href, document: bucketDocument }) };
};

const getExportBucket: OperationHandler = (request, context): Answer => ({
  document: bucketDocument(pathBucket(request, context)),
});

function isText(value: unknown, minLength: number, maxLength: number): value is string {
  return typeof value === 'string' && value.length >= minLength && value.length <= maxLength;
}

function isProvider(value: unknown): value is ExportBucket['cloudProvider'] {
  return value === 'AWS' || value === 'AZURE' || value === 'GCP';
}

function readBucket(request: OperationRequest): BucketOptions {
  const body = bodyObject(request, ALL_ATTRIBUTES);
  const { bucketName, cloudProvider, iamRoleId, roleId, serviceUrl, requirePrivateNetworking } = body;
  const violations = new Violations();
  const known = isProvider(cloudProvider) && (cloudProvider === 'AWS' || knowsAllProviders(request));
  violations.require(known, 'cloudProvider', 'must be a cloud provider of this version');
  if (!isProvider(cloudProvider) || !known) {
    violations.throwIfAny();
    throw badRequest('INVALID_ENUM_VALUE', 'Invalid cloud provider specified.');
  }
  const foreign = Object.keys(body).find((name) => !ATTRIBUTES[cloudProvider].includes(name));
  if (foreign !== undefined)
    throw badRequest('INVALID_ATTRIBUTE', `Invalid attribute ${foreign} specified.`, [foreign]);
  const nameIsOptional = cloudProvider === 'AZURE' && bucketName === undefined;
  violations.require(
    nameIsOptional || isText(bucketName, 3, 63),
    'bucketName',
    'size must be between 3 and 63',
  );
  const role = cloudProvider === 'AWS' ? iamRoleId : roleId;
  violations.require(
    isId(role),
    cloudProvider === 'AWS' ? 'iamRoleId' : 'roleId',
    'must match "^([a-f0-9]{24})$"',
  );
  const urlHolds = cloudProvider !== 'AZURE' || isText(serviceUrl, 33, 2048);
  violations.require(urlHolds, 'serviceUrl', 'size must be between 33 and 2048');
  violations.throwIfAny();
  return {
    cloudProvider,
    ...(typeof bucketName === 'string' ? { bucketName } : {}),
    ...(typeof role === 'string' ? { roleId: role } : {}),
    ...(typeof serviceUrl === 'string' ? { serviceUrl } : {}),
    ...(typeof requirePrivateNetworking === 'boolean' ? { requirePrivateNetworking } : {}),
  };
}

/** Makes a second bucket of the same name where asked to: no constraint of Atlas's is known. */
const createExportBucket: OperationHandler = (request, context): Answer => {
  const { groupId } = context.world.group(idParam(request, 'groupId'));
  return { document: bucketDocument(context.world.addBucket({ ...readBucket(request), groupId })) };
};

const updateExportBucket: OperationHandler = (request, context): Answer => {
  const bucket = pathBucket(request, context);
  const { requirePrivateNetworking } = bodyObject(request, ['requirePrivateNetworking']);
  const violations = new Violations();
  violations.require(
    typeof requirePrivateNetworking === 'boolean',
    'requirePrivateNetworking',
    'must be true or false',
  );
  violations.require(bucket.cloudProvider === 'AWS', 'requirePrivateNetworking', 'is for AWS buckets only');
  violations.throwIfAny();
  if (typeof requirePrivateNetworking === 'boolean')
    bucket.requirePrivateNetworking = requirePrivateNetworking;
  return { document: bucketDocument(bucket) };
};

export const BUCKET_OPERATIONS = {
  listExportBuckets,
  getExportBucket,
  createExportBucket,
  updateExportBucket,
};
