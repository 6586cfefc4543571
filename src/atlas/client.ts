import type * as v from 'valibot';
import { mediaTypeOf, resourcePath } from './api-version.ts';
import type { AtlasResource } from './api-version.ts';
import { resolveAtlasClientOptions } from './client-options.ts';
import type { AtlasClientOptions, ResolvedAtlasClientOptions } from './client-options.ts';
import { clusterSchema } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { readDocument } from './document.ts';
import { exportBucketSchema } from './export-bucket.ts';
import type { ExportBucket } from './export-bucket.ts';
import { exportJobSchema } from './export-job.ts';
import type { CustomDataEntry, ExportJob } from './export-job.ts';
import { ITEMS_PER_PAGE_MAX, listAll } from './pages.ts';
import { snapshotSchema } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { systemStatusSchema } from './system-status.ts';
import type { SystemStatus } from './system-status.ts';
import { AtlasTransport } from './transport.ts';

export interface CallOptions {
  /** Ends the call with `ATLAS_ABORTED`. A create that was under way is cut off at the socket. */
  readonly signal?: AbortSignal;
}

export interface CreateExportJobOptions extends CallOptions {
  /**
   * Asked synchronously right before the request is written to its connection, after any challenge or
   * token (and again if it has to be sent a second time after a 401). `false` ends the call with
   * `ATLAS_NOT_SENT`. For a process that may have been frozen since it decided to create.
   */
  readonly sendBefore?: () => boolean;
}

export interface ClusterLocator {
  readonly groupId: string;
  readonly clusterName: string;
}

export interface ExportJobLocator extends ClusterLocator {
  readonly exportId: string;
}

export interface SnapshotLocator extends ClusterLocator {
  readonly snapshotId: string;
}

export interface ExportBucketLocator {
  readonly groupId: string;
  readonly exportBucketId: string;
}

/** The body of a create (Atlas: `DiskBackupExportJobRequest`). */
export interface ExportJobRequest {
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly customData: readonly CustomDataEntry[];
}

/**
 * The part of the Atlas Admin API that exports need. No call is ever repeated here, but for answering a
 * digest challenge or renewing a token. Every method rejects with an `AtlasError`, or with a `TypeError`
 * for an id that cannot stand in a path.
 */
export interface AtlasClient {
  createExportJob(
    cluster: ClusterLocator,
    request: ExportJobRequest,
    options?: CreateExportJobOptions,
  ): Promise<ExportJob>;
  getExportJob(job: ExportJobLocator, options?: CallOptions): Promise<ExportJob>;
  /** All pages, each job once, in no order that means anything. */
  listExportJobs(cluster: ClusterLocator, options?: CallOptions): Promise<ExportJob[]>;
  listSnapshots(cluster: ClusterLocator, options?: CallOptions): Promise<Snapshot[]>;
  listShardedSnapshots(cluster: ClusterLocator, options?: CallOptions): Promise<Snapshot[]>;
  getSnapshot(snapshot: SnapshotLocator, options?: CallOptions): Promise<Snapshot>;
  getShardedSnapshot(snapshot: SnapshotLocator, options?: CallOptions): Promise<Snapshot>;
  listExportBuckets(group: { readonly groupId: string }, options?: CallOptions): Promise<ExportBucket[]>;
  getExportBucket(bucket: ExportBucketLocator, options?: CallOptions): Promise<ExportBucket>;
  getCluster(cluster: ClusterLocator, options?: CallOptions): Promise<Cluster>;
  /** All clusters of a project but Flex clusters, whose snapshots cannot be exported. */
  listClusters(group: { readonly groupId: string }, options?: CallOptions): Promise<Cluster[]>;
  /** Of no project: who asks, from which address, and with which roles. */
  getSystemStatus(options?: CallOptions): Promise<SystemStatus>;
  /** Waits for the calls under way and closes every connection. Later calls fail with `ATLAS_CONNECTION`. */
  close(): Promise<void>;
}

/** @throws {TypeError} naming every option that is wrong. */
export function createAtlasClient(options: AtlasClientOptions): AtlasClient {
  return new HttpAtlasClient(resolveAtlasClientOptions(options));
}

/** What the operations differ in. */
interface Operation<Output> {
  readonly operation: string;
  readonly resource: AtlasResource;
  readonly groupId: string;
  /** The path below the project. */
  readonly segments: readonly string[];
  readonly schema: v.GenericSchema<unknown, Output>;
}

/** A single document is small; a list page of 500 may not be. */
const DOCUMENT_SHARE_OF_BODY = 5;

class HttpAtlasClient implements AtlasClient {
  readonly #options: ResolvedAtlasClientOptions;
  readonly #transport: AtlasTransport;

  constructor(options: ResolvedAtlasClientOptions) {
    this.#options = options;
    this.#transport = new AtlasTransport(options);
  }

  async createExportJob(
    cluster: ClusterLocator,
    request: ExportJobRequest,
    options: CreateExportJobOptions = {},
  ): Promise<ExportJob> {
    const operation = exportsOperation('createExportJob', cluster);
    const path = this.#path(operation);
    const { snapshotId, exportBucketId } = request;
    const customData = request.customData.map(({ key, value }) => ({ key, value }));
    return this.#document(operation, {
      method: 'POST',
      // As create-export-job.rst writes it: v1.0 documents this path with a slash at its end.
      pathAndQuery: this.#options.apiVersion === 'v1.0' ? `${path}/` : path,
      body: JSON.stringify({ snapshotId, exportBucketId, customData }),
      signal: options.signal,
      sendBefore: options.sendBefore,
    });
  }

  async getExportJob(job: ExportJobLocator, options: CallOptions = {}): Promise<ExportJob> {
    return this.#get(exportsOperation('getExportJob', job, job.exportId), options);
  }

  async listExportJobs(cluster: ClusterLocator, options: CallOptions = {}): Promise<ExportJob[]> {
    return this.#list(exportsOperation('listExportJobs', cluster), 'paged', options);
  }

  async listSnapshots(cluster: ClusterLocator, options: CallOptions = {}): Promise<Snapshot[]> {
    return this.#list(snapshotsOperation('listSnapshots', cluster), 'paged', options);
  }

  async listShardedSnapshots(cluster: ClusterLocator, options: CallOptions = {}): Promise<Snapshot[]> {
    // This list alone has no paging parameters in the specification.
    return this.#list(
      snapshotsOperation('listShardedSnapshots', cluster, 'shardedClusters'),
      'whole',
      options,
    );
  }

  async getSnapshot(snapshot: SnapshotLocator, options: CallOptions = {}): Promise<Snapshot> {
    return this.#get(snapshotsOperation('getSnapshot', snapshot, snapshot.snapshotId), options);
  }

  async getShardedSnapshot(snapshot: SnapshotLocator, options: CallOptions = {}): Promise<Snapshot> {
    // Singular here, plural in the list: so it is at Atlas.
    const tail = ['shardedCluster', snapshot.snapshotId];
    return this.#get(snapshotsOperation('getShardedSnapshot', snapshot, ...tail), options);
  }

  async listExportBuckets(
    group: { readonly groupId: string },
    options: CallOptions = {},
  ): Promise<ExportBucket[]> {
    return this.#list(bucketsOperation('listExportBuckets', group.groupId), 'paged', options);
  }

  async getExportBucket(bucket: ExportBucketLocator, options: CallOptions = {}): Promise<ExportBucket> {
    return this.#get(bucketsOperation('getExportBucket', bucket.groupId, bucket.exportBucketId), options);
  }

  async getCluster(cluster: ClusterLocator, options: CallOptions = {}): Promise<Cluster> {
    const { groupId, clusterName } = cluster;
    const segments = ['clusters', clusterName];
    return this.#get(
      { operation: 'getCluster', resource: 'clusters', groupId, segments, schema: clusterSchema },
      options,
    );
  }

  async listClusters(
    { groupId }: { readonly groupId: string },
    options: CallOptions = {},
  ): Promise<Cluster[]> {
    const segments = ['clusters'];
    return this.#listBy(
      { operation: 'listClusters', resource: 'clusters', groupId, segments, schema: clusterSchema },
      ({ name }) => name,
      { ...options, paging: 'paged' },
    );
  }

  async getSystemStatus(options: CallOptions = {}): Promise<SystemStatus> {
    const operation = { operation: 'getSystemStatus', resource: 'root', groupId: '', segments: [] } as const;
    const pathAndQuery = `/api/atlas/${this.#options.apiVersion}`;
    const request = { method: 'GET', pathAndQuery, signal: options.signal } as const;
    return this.#document({ ...operation, schema: systemStatusSchema }, request);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #path(operation: Operation<unknown>): string {
    return resourcePath(this.#options.apiVersion, [operation.groupId, ...operation.segments]);
  }

  #get<Output>(operation: Operation<Output>, options: CallOptions): Promise<Output> {
    return this.#document(operation, {
      method: 'GET',
      pathAndQuery: this.#path(operation),
      signal: options.signal,
    });
  }

  #document<Output>(
    operation: Operation<Output>,
    request: {
      readonly method: 'GET' | 'POST';
      readonly pathAndQuery: string;
      readonly body?: string;
      readonly signal: AbortSignal | undefined;
      readonly sendBefore?: (() => boolean) | undefined;
    },
  ): Promise<Output> {
    const { method, pathAndQuery, body, signal, sendBefore } = request;
    const { groupId } = operation;
    const call = { operation: operation.operation, groupId, method, signal, sendBefore };
    return this.#transport.call(call, async ({ fetch, errorContext }) => {
      const answer = await fetch({
        pathAndQuery,
        mediaType: mediaTypeOf(this.#options.apiVersion, operation.resource),
        ...(body === undefined ? {} : { body }),
        bodyBytesMax: Math.ceil(this.#options.bodyBytesMax / DOCUMENT_SHARE_OF_BODY),
      });
      return readDocument(answer, operation.schema, errorContext());
    });
  }

  #list<Item extends { readonly id: string }>(
    operation: Operation<Item>,
    paging: 'paged' | 'whole',
    options: CallOptions,
  ): Promise<Item[]> {
    return this.#listBy(operation, ({ id }) => id, { ...options, paging });
  }

  #listBy<Item>(
    operation: Operation<Item>,
    keyOf: (item: Item) => string,
    options: CallOptions & { readonly paging: 'paged' | 'whole' },
  ): Promise<Item[]> {
    const url = new URL(this.#path(operation), this.#options.baseUrl);
    const { groupId } = operation;
    const call = { operation: operation.operation, groupId, method: 'GET', signal: options.signal } as const;
    return this.#transport.call(call, ({ fetch, errorContext }) => {
      const fetchPage = (pathAndQuery: string): ReturnType<typeof fetch> =>
        fetch({
          pathAndQuery,
          mediaType: mediaTypeOf(this.#options.apiVersion, operation.resource),
          bodyBytesMax: this.#options.bodyBytesMax,
        });
      const search = options.paging === 'paged' ? `?itemsPerPage=${ITEMS_PER_PAGE_MAX}&pageNum=1` : '';
      return listAll(
        { url, search, pagesMax: this.#options.pagesMax, fetchPage, errorContext },
        operation.schema,
        keyOf,
      );
    });
  }
}

function exportsOperation(name: string, cluster: ClusterLocator, ...tail: string[]): Operation<ExportJob> {
  const segments = ['clusters', cluster.clusterName, 'backup', 'exports', ...tail];
  return {
    operation: name,
    resource: 'exports',
    groupId: cluster.groupId,
    segments,
    schema: exportJobSchema,
  };
}

function snapshotsOperation(name: string, cluster: ClusterLocator, ...tail: string[]): Operation<Snapshot> {
  const segments = ['clusters', cluster.clusterName, 'backup', 'snapshots', ...tail];
  return {
    operation: name,
    resource: 'snapshots',
    groupId: cluster.groupId,
    segments,
    schema: snapshotSchema,
  };
}

function bucketsOperation(name: string, groupId: string, ...tail: string[]): Operation<ExportBucket> {
  const segments = ['backup', 'exportBuckets', ...tail];
  return { operation: name, resource: 'exportBuckets', groupId, segments, schema: exportBucketSchema };
}
