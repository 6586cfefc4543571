/**
 * The error documents. Their form is the recorded one (`ApiError`); the codes are the published ones.
 * Where no published code is known, the code starts with `UNVERIFIED_`, so that nobody learns it from here.
 */
export interface ProblemDocument {
  readonly status: number;
  readonly errorCode: string;
  readonly detail: string;
  readonly parameters: readonly (string | number)[] | null;
  readonly fields?: readonly { readonly field: string; readonly description: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by an operation that refuses; the server turns it into the error response. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(`${document.status} ${document.errorCode}: ${document.detail}`);
    this.document = document;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export function reasonPhrase(status: number): string {
  return REASONS[status] ?? 'Error';
}

/** The body of an error response, keys in the recorded order. */
export function problemBody(document: ProblemDocument): Record<string, unknown> {
  return {
    ...(document.fields ? { badRequestDetail: { fields: document.fields } } : {}),
    detail: document.detail,
    error: document.status,
    errorCode: document.errorCode,
    parameters: document.parameters,
    reason: reasonPhrase(document.status),
  };
}

/** The recorded body of a 401: no `parameters`, another order of keys, and pretty-printed with ` : `. */
export const UNAUTHORIZED_BODY = `{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}`;

export function notFound(path: string): Problem {
  return new Problem({
    status: 404,
    errorCode: 'RESOURCE_NOT_FOUND',
    detail: `Cannot find resource ${path}.`,
    parameters: [path],
  });
}

export function groupNotFound(groupId: string): Problem {
  return new Problem({
    status: 404,
    errorCode: 'GROUP_NOT_FOUND',
    detail: `No group with ID ${groupId} exists.`,
    parameters: [groupId],
  });
}

export function clusterNotFound(clusterName: string, groupId: string): Problem {
  return new Problem({
    status: 404,
    errorCode: 'CLUSTER_NOT_FOUND',
    detail: `No cluster named ${clusterName} exists in group ${groupId}.`,
    parameters: [clusterName, groupId],
  });
}

export function snapshotNotFound(snapshotId: string): Problem {
  return new Problem({
    status: 404,
    errorCode: 'SNAPSHOT_NOT_FOUND',
    detail: `Cannot find snapshot ${snapshotId}.`,
    parameters: [snapshotId],
  });
}

export function bucketNotFound(exportBucketId: string): Problem {
  return new Problem({
    status: 404,
    errorCode: 'EXPORT_BUCKET_NOT_FOUND',
    detail: `Cannot find export bucket ${exportBucketId}.`,
    parameters: [exportBucketId],
  });
}

export function exportNotFound(exportId: string): Problem {
  return new Problem({
    status: 404,
    errorCode: 'RESOURCE_NOT_FOUND',
    detail: `Cannot find export job ${exportId}.`,
    parameters: [exportId],
  });
}

export function badRequest(errorCode: string, detail: string, parameters: readonly string[] = []): Problem {
  return new Problem({ status: 400, errorCode, detail, parameters });
}

export function validationError(fields: readonly { field: string; description: string }[]): Problem {
  return new Problem({
    status: 400,
    errorCode: 'VALIDATION_ERROR',
    detail: 'Validation error.',
    parameters: fields.map((violation) => violation.field),
    fields,
  });
}

export function wrongBackupEndpoint(clusterName: string): Problem {
  return badRequest(
    'INCORRECT_BACKUP_API_ENDPOINT',
    `Cluster ${clusterName} is not a sharded cluster: use the replica set endpoint.`,
    [clusterName],
  );
}

export function exportAlreadyActive(snapshotId: string): Problem {
  return new Problem({
    status: 409,
    errorCode: 'UNVERIFIED_EXPORT_ALREADY_ACTIVE',
    detail: `An export of snapshot ${snapshotId} is already in progress.`,
    parameters: [snapshotId],
  });
}

export function notAcceptable(detail: string): Problem {
  return new Problem({ status: 406, errorCode: 'INVALID_VERSION_DATE', detail, parameters: [] });
}
