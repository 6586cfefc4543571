/** Names of the operations, as in openapi.json without its `V1` suffix: v1.0 and v2 share the name. */
export const OPERATIONS = [
  'createToken',
  'revokeToken',
  'listSnapshots',
  'getSnapshot',
  'takeSnapshot',
  'listShardedSnapshots',
  'getShardedSnapshot',
  'listFlexSnapshots',
  'getFlexSnapshot',
  'listExportJobs',
  'createExportJob',
  'getExportJob',
  'listExportBuckets',
  'createExportBucket',
  'getExportBucket',
  'updateExportBucket',
  'getSystemStatus',
  'listClusters',
  'getCluster',
  'getSchedule',
  'updateSchedule',
] as const;

export type Operation = (typeof OPERATIONS)[number];

export type ApiVersion = 'v2' | 'v1.0' | 'oauth';

export interface Route {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly apiVersion: ApiVersion;
  /** Path below the API's root, `{name}` standing for a parameter. */
  readonly template: string;
  /** Dates of the resource's versions, oldest first. Empty for v1.0 and for the token endpoint. */
  readonly versions: readonly string[];
  /** Names of the query parameters it takes. */
  readonly query: readonly string[];
  /** The class and method that the real service names in `X-Java-Method`; here only the operation. */
  readonly endpointSet: 'clusters' | 'backup';
}

const ENVELOPE = ['envelope', 'pretty'];
const PAGING = [...ENVELOPE, 'includeCount', 'itemsPerPage', 'pageNum'];
const POINT_IN_TIME = ['pointInTimeUtcSeconds', 'oplogTs', 'oplogInc'];
const CLUSTERS = '/groups/{groupId}/clusters';
const CLUSTER = `${CLUSTERS}/{clusterName}`;
const BACKUP = `${CLUSTER}/backup`;
const BUCKETS = '/groups/{groupId}/backup/exportBuckets';
const FIRST = ['2023-01-01'];
const CLUSTER_VERSIONS = ['2023-01-01', '2023-02-01', '2024-08-05'];
const BUCKET_VERSIONS = ['2023-01-01', '2024-05-30'];

type Row = readonly [Operation, Route['method'], string, readonly string[], readonly string[]];

const V2_ROWS: readonly Row[] = [
  ['getSystemStatus', 'GET', '', FIRST, ENVELOPE],
  ['listShardedSnapshots', 'GET', `${BACKUP}/snapshots/shardedClusters`, FIRST, ENVELOPE],
  ['getShardedSnapshot', 'GET', `${BACKUP}/snapshots/shardedCluster/{snapshotId}`, FIRST, ENVELOPE],
  ['listSnapshots', 'GET', `${BACKUP}/snapshots`, FIRST, [...PAGING, ...POINT_IN_TIME]],
  ['takeSnapshot', 'POST', `${BACKUP}/snapshots`, FIRST, ENVELOPE],
  ['getSnapshot', 'GET', `${BACKUP}/snapshots/{snapshotId}`, FIRST, ENVELOPE],
  ['listExportJobs', 'GET', `${BACKUP}/exports`, FIRST, PAGING],
  ['createExportJob', 'POST', `${BACKUP}/exports`, FIRST, ENVELOPE],
  ['getExportJob', 'GET', `${BACKUP}/exports/{exportId}`, FIRST, ENVELOPE],
  ['getSchedule', 'GET', `${BACKUP}/schedule`, ['2023-01-01', '2024-08-05'], ENVELOPE],
  ['updateSchedule', 'PATCH', `${BACKUP}/schedule`, ['2023-01-01', '2024-08-05'], ENVELOPE],
  ['listClusters', 'GET', CLUSTERS, CLUSTER_VERSIONS, [...PAGING, 'includeDeletedWithRetainedBackups']],
  ['getCluster', 'GET', CLUSTER, CLUSTER_VERSIONS, ENVELOPE],
  ['listExportBuckets', 'GET', BUCKETS, BUCKET_VERSIONS, PAGING],
  ['createExportBucket', 'POST', BUCKETS, BUCKET_VERSIONS, ENVELOPE],
  ['getExportBucket', 'GET', `${BUCKETS}/{exportBucketId}`, BUCKET_VERSIONS, ENVELOPE],
  ['updateExportBucket', 'PATCH', `${BUCKETS}/{exportBucketId}`, ['2024-05-30'], ENVELOPE],
  [
    'listFlexSnapshots',
    'GET',
    '/groups/{groupId}/flexClusters/{clusterName}/backup/snapshots',
    ['2024-11-13'],
    PAGING,
  ],
  [
    'getFlexSnapshot',
    'GET',
    '/groups/{groupId}/flexClusters/{clusterName}/backup/snapshots/{snapshotId}',
    ['2024-11-13'],
    ENVELOPE,
  ],
];

/** Operations that v1.0 has. */
const V1_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>([
  'getSystemStatus',
  'listShardedSnapshots',
  'getShardedSnapshot',
  'listSnapshots',
  'getSnapshot',
  'listExportJobs',
  'createExportJob',
  'getExportJob',
  'listExportBuckets',
  'createExportBucket',
  'getExportBucket',
  'listClusters',
  'getCluster',
]);

function route([operation, method, template, versions, query]: Row, apiVersion: 'v2' | 'v1.0'): Route {
  return {
    operation,
    method,
    apiVersion,
    template: `/api/atlas/${apiVersion}${template}`,
    versions: apiVersion === 'v2' ? versions : [],
    query: apiVersion === 'v2' ? query : query.filter((name) => !POINT_IN_TIME.includes(name)),
    endpointSet: operation === 'getCluster' || operation === 'listClusters' ? 'clusters' : 'backup',
  };
}

function oauth(operation: Operation, template: string): Route {
  return {
    operation,
    method: 'POST',
    apiVersion: 'oauth',
    template,
    versions: [],
    query: [],
    endpointSet: 'backup',
  };
}

export const ROUTES: readonly Route[] = [
  ...V2_ROWS.map((row) => route(row, 'v2')),
  ...V2_ROWS.filter(([operation]) => V1_OPERATIONS.has(operation)).map((row) => route(row, 'v1.0')),
  oauth('createToken', '/api/oauth/token'),
  oauth('revokeToken', '/api/oauth/revoke'),
];

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function matchTemplate(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.split('/');
  if (parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = decode(segments[index] ?? '');
    if (segment === undefined || (segment === '') !== (part === '')) return undefined;
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}

/** The route of a request, if there is one. v1.0 takes a trailing slash, as its documentation writes one; v2 does not. */
export function matchRoute(method: string, pathname: string): RouteMatch | undefined {
  const isV1 = pathname.startsWith('/api/atlas/v1.0/');
  const path = isV1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const segments = path.split('/');
  for (const route of ROUTES) {
    if (route.method !== method) continue;
    const params = matchTemplate(route.template, segments);
    if (params) return { route, params };
  }
  return undefined;
}
