import type { SimulatorClock } from './clock.ts';
import type { ExportEngine, ExportState, Label } from './export-engine.ts';
import { jobView, partView } from './export-engine.ts';
import type { FaultKind } from './faults.ts';
import type { ApiVersion, Operation } from './operations.ts';

/** One request on the wire, a challenged one included. */
export interface RecordedRequest {
  readonly sequence: number;
  /** The simulator's clock, milliseconds. */
  readonly at: number;
  readonly apiVersion: ApiVersion | undefined;
  /** `undefined`: no such route. */
  readonly operation: Operation | undefined;
  readonly method: string;
  /** The request target, query included. */
  readonly path: string;
  /** Lower-case names. `authorization` holds its scheme only. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed if it is JSON, text otherwise. `undefined`: none. The forms of the token endpoint are not kept. */
  readonly body: unknown;
  /** `outcome` says more; a challenge and a refusal are both 401. */
  authentication: 'none' | 'digest' | 'bearer' | 'refused';
  /** Why an answer to a challenge was refused. */
  refusal: string | undefined;
  /** `undefined`: no status line was sent. */
  status: number | undefined;
  faultApplied: FaultKind | 'outage' | undefined;
  /** The `Retry-After` that was sent. */
  retryAfter: string | undefined;
  /** The job that this request created, whatever the client was told. */
  createdExportId: string | undefined;
}

export interface BookedJob {
  readonly exportId: string;
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly customData: readonly Label[];
  readonly origin: 'api' | 'foreign';
  /** 1 for the first job of its snapshot. */
  readonly attempt: number;
  readonly prefix: string;
  readonly state: ExportState;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly components: readonly {
    readonly exportId: string;
    readonly replicaSetName: string;
    readonly state: ExportState;
  }[];
}

/** Two jobs of one snapshot that were active at the same time: what must never happen. */
export interface ActiveOverlap {
  readonly snapshotId: string;
  readonly exportIds: readonly [string, string];
}

const REQUESTS_KEPT_MAX = 200_000;

/** What was asked of the simulator, and what came of it: the truth that tests compare a client's claims with. */
export class Books {
  readonly #clock: SimulatorClock;
  readonly #engine: ExportEngine;
  #requests: RecordedRequest[] = [];
  #sequence = 0;
  #createsAccepted = 0;
  #createsRefused = 0;

  constructor(clock: SimulatorClock, engine: ExportEngine) {
    this.#clock = clock;
    this.#engine = engine;
  }

  /** The requests in the order of their arrival; the last 200,000. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** Requests that arrived, challenged ones included. */
  get wireRequestCount(): number {
    return this.#sequence;
  }

  /** Create requests that made a job, whether or not the client was told. */
  get createsAccepted(): number {
    return this.#createsAccepted;
  }

  /** Authenticated create requests that made none: 400, 404, 409, or a fault before commit. */
  get createsRefused(): number {
    return this.#createsRefused;
  }

  /** All export jobs, foreign ones too, as they are now. */
  get jobs(): readonly BookedJob[] {
    const now = this.#clock.now();
    return this.#engine.jobs.map((job) => {
      const view = jobView(job, now);
      const {
        exportId,
        groupId,
        clusterName,
        snapshotId,
        exportBucketId,
        customData,
        origin,
        attempt,
        prefix,
      } = job;
      return {
        exportId,
        groupId,
        clusterName,
        snapshotId,
        exportBucketId,
        customData,
        origin,
        attempt,
        prefix,
        state: view.state,
        createdAt: job.createdAtMs,
        startedAt: job.startedAtMs,
        finishedAt: view.finishedAtMs,
        components: job.sharded
          ? job.parts.map((part) => ({
              exportId: part.exportId,
              replicaSetName: part.replicaSetName,
              state: partView(job, part, now).state,
            }))
          : [],
      };
    });
  }

  /** Computed from the jobs' own times, not from the check that refuses a second one. */
  get activeOverlaps(): readonly ActiveOverlap[] {
    const bySnapshot = new Map<string, BookedJob[]>();
    for (const job of this.jobs)
      bySnapshot.set(job.snapshotId, [...(bySnapshot.get(job.snapshotId) ?? []), job]);
    const overlaps: ActiveOverlap[] = [];
    for (const [snapshotId, jobs] of bySnapshot) {
      for (const [index, earlier] of jobs.entries()) {
        for (const later of jobs.slice(index + 1)) {
          if (later.createdAt < (earlier.finishedAt ?? Infinity)) {
            overlaps.push({ snapshotId, exportIds: [earlier.exportId, later.exportId] });
          }
        }
      }
    }
    return overlaps;
  }

  /** How often an operation was asked for, authenticated requests only. */
  count(operation: Operation): number {
    return this.#requests.filter((request) => request.operation === operation && isAuthenticated(request))
      .length;
  }

  /** @internal */
  open(
    request: Omit<
      RecordedRequest,
      | 'sequence'
      | 'at'
      | 'authentication'
      | 'refusal'
      | 'status'
      | 'faultApplied'
      | 'retryAfter'
      | 'createdExportId'
    >,
  ): RecordedRequest {
    this.#sequence += 1;
    const record: RecordedRequest = {
      ...request,
      sequence: this.#sequence,
      at: this.#clock.now(),
      authentication: 'none',
      refusal: undefined,
      status: undefined,
      faultApplied: undefined,
      retryAfter: undefined,
      createdExportId: undefined,
    };
    this.#requests.push(record);
    if (this.#requests.length > REQUESTS_KEPT_MAX)
      this.#requests = this.#requests.slice(REQUESTS_KEPT_MAX / 10);
    return record;
  }

  /** @internal */
  countCreate(accepted: boolean): void {
    if (accepted) this.#createsAccepted += 1;
    else this.#createsRefused += 1;
  }
}

function isAuthenticated(request: RecordedRequest): boolean {
  return request.authentication === 'digest' || request.authentication === 'bearer';
}
