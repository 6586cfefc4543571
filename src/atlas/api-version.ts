/** The API to speak: `v2` with versioned media types, or `v1.0` (that of `create-export-job.rst`), plain JSON. */
export type AtlasApiVersion = 'v2' | 'v1.0';

export type AtlasResource = 'exports' | 'snapshots' | 'exportBuckets' | 'clusters' | 'root';

/** The newest version of each resource that this client knows (v2 specification). */
const RESOURCE_VERSIONS: Readonly<Record<AtlasResource, string>> = {
  exports: '2023-01-01',
  snapshots: '2023-01-01',
  exportBuckets: '2024-05-30',
  clusters: '2024-08-05',
  root: '2023-01-01',
};

/** The media type to ask for, and to send, for a resource. */
export function mediaTypeOf(apiVersion: AtlasApiVersion, resource: AtlasResource): string {
  if (apiVersion === 'v1.0') return 'application/json';
  return `application/vnd.atlas.${RESOURCE_VERSIONS[resource]}+json`;
}

/**
 * The path of a resource below a project, each segment percent-escaped.
 *
 * @throws {TypeError} for a segment that is empty or would climb in the path.
 */
export function resourcePath(apiVersion: AtlasApiVersion, segments: readonly string[]): string {
  return ['/api/atlas', apiVersion, 'groups', ...segments.map(escapeSegment)].join('/');
}

function escapeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new TypeError(`not usable as part of a path: ${JSON.stringify(segment)}`);
  }
  return encodeURIComponent(segment);
}
