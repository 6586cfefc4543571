import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Books } from './books.ts';
import type { SimulatorClock } from './clock.ts';
import type { BucketWriter } from './bucket-writer.ts';
import { startBucketWriter } from './bucket-writer.ts';
import { CONTROL_PREFIX, serveControl } from './control.ts';
import type { DigestAlgorithm } from './digest-authority.ts';
import type { ExportJob, Label } from './export-engine.ts';
import { jobView } from './export-engine.ts';
import type { ExportPlan, ExportPlanMatch } from './export-plan.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { RateLimit } from './rate-limits.ts';
import { createExport } from './request.ts';
import type { BucketUpload } from './bucket-upload.ts';
import type { BucketTarget } from './s3-upload.ts';
import type { ServerContext } from './server.ts';
import { serve } from './server.ts';
import { buildContext } from './simulator-context.ts';
import type {
  BucketOptions,
  Cluster,
  ClusterOptions,
  ExportBucket,
  Group,
  Snapshot,
  SnapshotOptions,
} from './world.ts';

/** What there is at the start. Each list is added in order, as with `addCluster`, `addSnapshot` and `addBucket`. */
export interface WorldOptions {
  readonly clusters?: readonly ClusterOptions[];
  readonly snapshots?: readonly SnapshotOptions[];
  readonly buckets?: readonly BucketOptions[];
}

export interface SimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: the machine's own clock. */
  readonly clock?: SimulatorClock;
  /** Ids, nonces, orders of lists and drawn durations come from it. Default `atlas`. */
  readonly seed?: number | string;
  /** Roles of the API key, as Atlas names them. Default `GROUP_OWNER`. */
  readonly apiKeyRoles?: readonly string[];
  readonly publicKey?: string;
  readonly privateKey?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Default MD5, as recorded. */
  readonly digestAlgorithm?: DigestAlgorithm;
  /** Default 5 minutes of the simulator's clock; Atlas does not say how long its own live. */
  readonly nonceLifetimeMs?: number;
  /** Default one hour. */
  readonly tokenLifetimeMs?: number;
  readonly orgId?: string;
  readonly groupId?: string;
  readonly world?: WorldOptions;
  /** Default: `RateLimit-*` headers are written and nothing is refused. */
  readonly rateLimit?: RateLimit;
  /** How many replica sets of a project export at once before further jobs stay queued. Default 5. */
  readonly exportsAtOnceReplicaSetsMax?: number;
  /** Write `prefix` with a leading slash, as the documentation does and the real service did not. Default false. */
  readonly prefixSlash?: boolean;
  /** Answer 409 to a second active export of a snapshot. Default true; false shows what a client does without that net. */
  readonly refuseSecondActiveExport?: boolean;
  /** A plan of faults to use. Default: an empty one. */
  readonly faults?: FaultPlan;
}

export interface SimulatorCredentials {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ForeignJobOptions {
  readonly groupId?: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly customData?: readonly Label[];
  /** Overrides the plan that would apply. */
  readonly plan?: Partial<ExportPlan>;
}

/** A simulated Atlas, listening. */
export class Simulator {
  readonly credentials: SimulatorCredentials;
  readonly #context: ServerContext;
  readonly #server: Server;
  readonly #host: string;
  #port: number;

  /** @internal Use `startSimulator`. */
  constructor(options: SimulatorOptions) {
    const { context, credentials } = buildContext(options);
    this.credentials = credentials;
    this.#context = context;
    this.#host = options.host ?? '127.0.0.1';
    this.#port = options.port ?? 0;
    this.#server = createServer((request, response) => {
      const isControl = request.url?.startsWith(CONTROL_PREFIX) === true;
      const served = isControl ? serveControl(this, request, response) : serve(context, request, response);
      served.catch((error: unknown) => {
        process.emitWarning(error instanceof Error ? error : String(error));
        response.destroy();
      });
    });
    for (const cluster of options.world?.clusters ?? []) this.addCluster(cluster);
    for (const snapshot of options.world?.snapshots ?? []) this.addSnapshot(snapshot);
    for (const bucket of options.world?.buckets ?? []) this.addBucket(bucket);
  }

  get port(): number {
    return this.#port;
  }

  /** Without a trailing slash and without a path: what `MONGODB_ATLAS_OPS_MANAGER_URL` takes. */
  get baseUrl(): string {
    return `http://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.#port}`;
  }

  get clock(): SimulatorClock {
    return this.#context.clock;
  }

  /** The project used where none is named. */
  get groupId(): string {
    return this.#context.world.groupId;
  }

  get orgId(): string {
    return this.#context.world.orgId;
  }

  get groups(): readonly Group[] {
    return this.#context.world.groups;
  }

  get faults(): FaultPlan {
    return this.#context.faults;
  }

  get books(): Books {
    return this.#context.books;
  }

  addCluster(options: ClusterOptions): Cluster {
    return this.#context.world.addCluster(options);
  }

  addSnapshot(options: SnapshotOptions): Snapshot {
    return this.#context.world.addSnapshot(options);
  }

  addBucket(options?: BucketOptions): ExportBucket {
    return this.#context.world.addBucket(options);
  }

  /** How the jobs that match are to go, from the next one created on. What is not given stays as it was. */
  setExportPlan(match: ExportPlanMatch, plan: Partial<ExportPlan>): void {
    this.#context.plans.set(match, plan);
  }

  /** A job of somebody else's, or of Atlas's auto-export. Not refused where another job of the snapshot is active. */
  createForeignJob(options: ForeignJobOptions): ExportJob {
    const { snapshotId, exportBucketId, customData = [] } = options;
    const cluster = this.#context.world.cluster(options.groupId ?? this.groupId, options.clusterName);
    const snapshot = cluster.snapshots.find((candidate) => candidate.id === snapshotId);
    if (!snapshot) throw new RangeError(`no snapshot ${snapshotId} of cluster ${cluster.clusterName}`);
    return createExport(
      this.#context,
      { cluster, snapshot, exportBucketId, customData, origin: 'foreign' },
      options.plan,
    );
  }

  /** Ends a job now, with the outcome that its plan gives it: for what must happen while it runs. Throws where it is not in progress. */
  endJob(exportId: string): void {
    this.#context.engine.end(exportId);
  }

  /** Cancels a job, as a person can in Atlas; the API has no such call. Throws where it is not active. */
  cancelJob(exportId: string): void {
    this.#context.engine.cancel(exportId);
  }

  /**
   * Writes what export jobs export, from now on, into buckets of a real server that speaks S3, or whatever the upload
   * writes to: buckets of the names that the jobs' export buckets have. Where the clock is moved by hand, `settle` writes what is due.
   */
  async writeExportsTo(
    target: BucketTarget | BucketUpload,
    options: { readonly everyMs?: number } = {},
  ): Promise<BucketWriter> {
    const { world, engine, clock, seed } = this.#context;
    const now = (): number => clock.now();
    const books = {
      now,
      jobs: () => engine.jobs.map((job) => ({ job, ...jobView(job, now()) })),
      originOf: (job: ExportJob) => {
        const cluster = world.cluster(job.groupId, job.clusterName);
        const snapshot = cluster.snapshots.find(({ id }) => id === job.snapshotId);
        const snapshotInitiationMs = snapshot?.endsAtMs ?? job.createdAtMs;
        return { orgId: world.orgId, clusterId: cluster.id, snapshotInitiationMs, seed };
      },
      bucketNameOf: (job: ExportJob) =>
        world.group(job.groupId).buckets.get(job.exportBucketId)?.bucketName ?? job.exportBucketId,
    };
    return await startBucketWriter(books, { target, everyMs: options.everyMs });
  }

  /** Throws unless every scripted fault struck as often as it was to. */
  expectNoUnusedFaults(): void {
    const { unused } = this.faults;
    if (unused.length === 0) return;
    const lines = unused.map(
      ({ match, fault, used }) => `  ${fault.kind} for ${JSON.stringify(match)}: struck ${used} times`,
    );
    throw new Error(`scripted faults that did not strike:\n${lines.join('\n')}`);
  }

  /** @internal */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, this.#host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** From now on connections are refused; those that are open are reset. The state and the port are kept. */
  async refuseConnections(): Promise<void> {
    await this.close();
  }

  /** Ends `refuseConnections`. */
  async acceptConnections(): Promise<void> {
    await this.listen();
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** Starts a simulated Atlas on a port of its own. Rejects where the port cannot be had. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.listen();
  return simulator;
}
