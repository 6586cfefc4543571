import type { SimulatorClock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { ExportPlan } from './export-plan.ts';
import { drawFraction, drawId, drawInteger } from './seed.ts';
import type { Cluster, Snapshot } from './world.ts';
import { isSharded } from './world.ts';

export type ExportState = 'Queued' | 'InProgress' | 'Successful' | 'Failed' | 'Cancelled';

export interface Label {
  readonly key?: string;
  readonly value?: string;
}

/** One replica set's part. A job of a replica set has one, which is not shown as a component. */
export interface ExportPart {
  readonly exportId: string;
  readonly replicaSetName: string;
  readonly durationMs: number;
  readonly outcome: 'Successful' | 'Failed' | 'Cancelled';
}

export interface ExportJob {
  readonly exportId: string;
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly customData: readonly Label[];
  readonly prefix: string;
  /** `api`: created by a request. `foreign`: by somebody else, or by Atlas's own auto-export. */
  readonly origin: 'api' | 'foreign';
  readonly attempt: number;
  readonly plan: ExportPlan;
  readonly createdAtMs: number;
  readonly sharded: boolean;
  readonly parts: readonly ExportPart[];
  startedAtMs: number | undefined;
  cancelledAtMs: number | undefined;
  /** When it was made to end before its time. */
  endedAtMs: number | undefined;
}

/** A job or one of its parts as it is at one instant. */
export interface ExportView {
  readonly state: ExportState;
  readonly finishedAtMs: number | undefined;
  readonly exportedCollections: number;
  readonly totalCollections: number;
}

export interface NewExport {
  readonly cluster: Cluster;
  readonly snapshot: Snapshot;
  readonly exportBucketId: string;
  readonly customData: readonly Label[];
  readonly origin: 'api' | 'foreign';
  readonly plan: ExportPlan;
}

const BURSTS = 5;

export function isActive(state: ExportState): boolean {
  return state === 'Queued' || state === 'InProgress';
}

function partEnd(job: ExportJob, part: ExportPart): number {
  const ends = job.startedAtMs === undefined ? Infinity : job.startedAtMs + part.durationMs;
  return Math.min(ends, job.cancelledAtMs ?? Infinity, job.endedAtMs ?? Infinity);
}

/** The fraction of the collections that is done after a fraction of the time. */
function progressed(
  progress: ExportPlan['progress'],
  elapsed: number,
  draw: (step: number) => number,
): number {
  if (progress === 'unknown') return 0;
  if (progress === 'linear') return elapsed;
  if (progress === 'late') return elapsed ** 4;
  const steps = Array.from({ length: BURSTS }, (_, step) => draw(step));
  return steps.filter((step) => step <= elapsed).length / BURSTS;
}

/** What Atlas would say of one part at `now`. */
export function partView(job: ExportJob, part: ExportPart, now: number): ExportView {
  const endsAtMs = partEnd(job, part);
  const started = job.startedAtMs !== undefined && job.startedAtMs <= now;
  const finished = endsAtMs <= now;
  const cancelled = finished && job.cancelledAtMs !== undefined && endsAtMs === job.cancelledAtMs;
  const state = finished ? (cancelled ? 'Cancelled' : part.outcome) : started ? 'InProgress' : 'Queued';
  const finishedAtMs = finished ? endsAtMs : undefined;
  if (!started || job.startedAtMs === undefined || job.plan.progress === 'unknown') {
    return { state, finishedAtMs, exportedCollections: 0, totalCollections: 0 };
  }
  const { totalCollections, progress } = job.plan;
  const elapsed = part.durationMs === 0 ? 1 : (Math.min(now, endsAtMs) - job.startedAtMs) / part.durationMs;
  // A part that failed or was cancelled did not get through: it stands where half of its time had brought it.
  const reached = finished && state !== 'Successful' ? elapsed / 2 : elapsed;
  const fraction = progressed(progress, reached, (step) => drawFraction(part.exportId, 'burst', step));
  const exportedCollections =
    state === 'Successful' ? totalCollections : Math.floor(totalCollections * Math.min(fraction, 1));
  return { state, finishedAtMs, exportedCollections, totalCollections };
}

/** What Atlas would say of the whole job at `now`: it ends with the last of its parts, and as the worst of them. */
export function jobView(job: ExportJob, now: number): ExportView {
  const views = job.parts.map((part) => partView(job, part, now));
  const exportedCollections = views.reduce((sum, view) => sum + view.exportedCollections, 0);
  const totalCollections = views.reduce((sum, view) => sum + view.totalCollections, 0);
  const states = views.map((view) => view.state);
  if (states.some(isActive)) {
    const state = states.every((each) => each === 'Queued') ? 'Queued' : 'InProgress';
    return { state, finishedAtMs: undefined, exportedCollections, totalCollections };
  }
  const state = (['Failed', 'Cancelled'] as const).find((worst) => states.includes(worst)) ?? 'Successful';
  const finishedAtMs = Math.max(...views.map((view) => view.finishedAtMs ?? 0));
  return { state, finishedAtMs, exportedCollections, totalCollections };
}

function partDurations(plan: ExportPlan, exportId: string, count: number): number[] {
  if (plan.componentDurations !== undefined && count > 1) {
    return Array.from({ length: count }, (_, index) => plan.componentDurations?.[index] ?? plan.runningMs);
  }
  const slowest = drawInteger(exportId, count, 'slowest');
  return Array.from({ length: count }, (_, index) =>
    index === slowest
      ? plan.runningMs
      : Math.floor(plan.runningMs * (0.5 + drawFraction(exportId, 'duration', index) / 2)),
  );
}

function makeParts(plan: ExportPlan, exportId: string, replicaSetNames: readonly string[]): ExportPart[] {
  const durations = partDurations(plan, exportId, replicaSetNames.length);
  const lastToEnd = durations.indexOf(Math.max(...durations));
  const failing = plan.failedComponents ?? [lastToEnd];
  return replicaSetNames.map((replicaSetName, index) => {
    const wholeJob = plan.outcome === 'Cancelled' || replicaSetNames.length === 1;
    const spared = plan.outcome === 'Failed' && !wholeJob && !failing.includes(index);
    return {
      exportId: drawId(exportId, 'component', index),
      replicaSetName,
      durationMs: durations[index] ?? plan.runningMs,
      outcome: spared ? 'Successful' : plan.outcome,
    };
  });
}

/** `exported_snapshots/<org>/<project>/<cluster>/<snapshot's minute>/<seconds of the job>`, as recorded. */
function prefixOf(options: {
  slash: boolean;
  orgId: string;
  snapshot: Snapshot;
  createdAtMs: number;
}): string {
  const { snapshot } = options;
  const minute = timestamp(snapshot.endsAtMs).slice(0, 16).replace(':', '');
  const seconds = Math.floor(options.createdAtMs / 1000);
  const path = `exported_snapshots/${options.orgId}/${snapshot.groupId}/${snapshot.clusterName}/${minute}/${seconds}`;
  return options.slash ? `/${path}` : path;
}

/**
 * The export jobs and how they advance. Keeps no timers: whoever asks moves all jobs to the clock's present first.
 * The cap on replica sets that export at once is taken per project; Atlas does not say what its scope is.
 */
export class ExportEngine {
  readonly #clock: SimulatorClock;
  readonly #options: { seed: string; orgId: string; prefixSlash: boolean; replicaSetsAtOnceMax: number };
  readonly #jobs = new Map<string, ExportJob>();
  readonly #jobOfPart = new Map<string, ExportJob>();
  readonly #waiting = new Map<string, ExportJob[]>();
  readonly #running = new Map<string, ExportJob[]>();
  readonly #jobsOfSnapshot = new Map<string, ExportJob[]>();

  constructor(
    clock: SimulatorClock,
    options: { seed: string; orgId: string; prefixSlash: boolean; replicaSetsAtOnceMax: number },
  ) {
    this.#clock = clock;
    this.#options = options;
  }

  get jobs(): readonly ExportJob[] {
    this.#advance();
    return [...this.#jobs.values()];
  }

  attemptsOf(snapshotId: string): number {
    return this.#jobsOfSnapshot.get(snapshotId)?.length ?? 0;
  }

  /** The job that is active for a snapshot now, if there is one. */
  activeFor(snapshotId: string): ExportJob | undefined {
    this.#advance();
    const now = this.#clock.now();
    return this.#jobsOfSnapshot.get(snapshotId)?.find((job) => isActive(jobView(job, now).state));
  }

  find(exportId: string): ExportJob | undefined {
    this.#advance();
    return this.#jobs.get(exportId);
  }

  findPart(exportId: string): { job: ExportJob; part: ExportPart } | undefined {
    this.#advance();
    const job = this.#jobOfPart.get(exportId);
    const part = job?.parts.find((candidate) => candidate.exportId === exportId);
    return job && part && { job, part };
  }

  create(request: NewExport): ExportJob {
    this.#advance();
    const { cluster, snapshot, plan } = request;
    const createdAtMs = this.#clock.now();
    const ofSnapshot = this.#jobsOfSnapshot.get(snapshot.id) ?? [];
    const attempt = ofSnapshot.length + 1;
    const exportId = drawId(this.#options.seed, 'export', snapshot.id, attempt);
    const job: ExportJob = {
      exportId,
      groupId: cluster.groupId,
      clusterName: cluster.clusterName,
      snapshotId: snapshot.id,
      exportBucketId: request.exportBucketId,
      customData: request.customData,
      prefix: prefixOf({
        slash: this.#options.prefixSlash,
        orgId: this.#options.orgId,
        snapshot,
        createdAtMs,
      }),
      origin: request.origin,
      attempt,
      plan,
      createdAtMs,
      sharded: isSharded(cluster.clusterType),
      parts: makeParts(plan, exportId, cluster.replicaSetNames),
      startedAtMs: undefined,
      cancelledAtMs: undefined,
      endedAtMs: undefined,
    };
    this.#jobs.set(exportId, job);
    for (const part of job.parts) this.#jobOfPart.set(part.exportId, job);
    this.#jobsOfSnapshot.set(snapshot.id, [...ofSnapshot, job]);
    this.#waiting.set(job.groupId, [...(this.#waiting.get(job.groupId) ?? []), job]);
    this.#advance();
    return job;
  }

  /** Ends a job before its time, as its plan says. Throws a RangeError where there is no job in progress of that id. */
  end(exportId: string): void {
    const job = this.find(exportId);
    const now = this.#clock.now();
    if (!job || jobView(job, now).state !== 'InProgress')
      throw new RangeError(`no export job ${exportId} in progress`);
    job.endedAtMs = now;
    this.#advance();
  }

  /** Ends an active job as `Cancelled`, as a person can in Atlas. Throws a RangeError where there is no active job of that id. */
  cancel(exportId: string): void {
    const job = this.find(exportId);
    const now = this.#clock.now();
    if (!job || !isActive(jobView(job, now).state)) throw new RangeError(`no active export job ${exportId}`);
    job.cancelledAtMs = now;
    this.#advance();
  }

  #advance(): void {
    const now = this.#clock.now();
    for (const groupId of this.#waiting.keys()) this.#admit(groupId, now);
  }

  /** Starts waiting jobs in the order in which they become ready, each at the first instant with room for it. */
  #admit(groupId: string, now: number): void {
    const ready = (job: ExportJob): number => job.createdAtMs + job.plan.queuedMs;
    const waiting = (this.#waiting.get(groupId) ?? []).filter((job) => job.cancelledAtMs === undefined);
    waiting.sort((left, right) => ready(left) - ready(right));
    const running = this.#running.get(groupId) ?? [];
    let head = waiting[0];
    while (head) {
      const startsAtMs = this.#firstRoom(running, ready(head));
      if (startsAtMs > now) break;
      head.startedAtMs = startsAtMs;
      running.push(head);
      waiting.shift();
      head = waiting[0];
    }
    if (waiting.length === 0) this.#waiting.delete(groupId);
    else this.#waiting.set(groupId, waiting);
    const stillRunning = running.filter((job) => job.parts.some((part) => partEnd(job, part) > now));
    this.#running.set(groupId, stillRunning);
  }

  #firstRoom(running: readonly ExportJob[], notBefore: number): number {
    const latestStart = Math.max(notBefore, ...running.map((job) => job.startedAtMs ?? 0));
    const ends = running
      .flatMap((job) => job.parts.map((part) => partEnd(job, part)))
      .sort((left, right) => left - right);
    const candidates = [latestStart, ...ends.filter((end) => end > latestStart)];
    const exportingAt = (instant: number): number => ends.filter((end) => end > instant).length;
    return (
      candidates.find((instant) => exportingAt(instant) < this.#options.replicaSetsAtOnceMax) ?? Infinity
    );
  }
}
