import type {
  ClusterSurvey,
  FleetCandidate,
  OrderPlace,
  ProjectSurvey,
} from '../activities/fleet-activities.ts';
import type {
  CheckedFleetProject,
  CheckedKeepExportedRequest,
  FleetFailure,
  PlannedExport,
} from '../contract/index.ts';

/** Exports that wait, at most, before no further cluster is read: what waits crosses to the next run. */
export const waitingMax = 1_000;

/** Of a dry run, which starts nothing, this many are kept to be shown. */
export const plannedMax = 500;

/** What is known of so many still fits in what one run hands to the next. */
const clustersMax = 10_000;

const failuresMax = 100;
const notesMax = 20;

/** A cluster or a project, as far as reading it goes. */
export interface FleetReading {
  /** Whether its lists are to be read: the first time, or since there is more than was handed out. */
  toRead: boolean;
  /** Being read now. */
  reading: boolean;
  /** Why it could not be read. */
  problem: string | undefined;
  /** How often it was left for later since it could not be read. */
  leftForLater: number;
  /** When it is read again therefore. */
  readAgainAtMs: number | undefined;
}

/** One cluster: its figures, and how far its snapshots have been handed out. */
export interface FleetCluster extends FleetReading {
  readonly project: FleetProjectState;
  readonly clusterName: string;
  readonly sharded: boolean;
  readonly shardCount: number;
  /** The figures below are there; they stay those of the first time. */
  counted: boolean;
  due: number;
  exportedBefore: number;
  /** Of these. */
  provenBefore: number;
  proofUnknownBefore: number;
  checkFailedBefore: number;
  givenUp: number;
  /** Exports at Atlas when it was read, of which this run follows those that it comes to. */
  runningBefore: number;
  expiringSoon: number;
  bytesToExport: number;
  sizeUnknown: number;
  exportedNow: number;
  /** Of these. */
  provenNow: number;
  failedNow: number;
  /** Of its snapshots, the last one that was handed out. Only those behind it are ever handed out. */
  after: OrderPlace | undefined;
  /** Handed out although they stand behind that one, since Atlas was exporting them already. */
  ahead: OrderPlace[];
  candidatesLeft: number;
  /** When its list of export jobs last showed nobody's exports but this run's; undefined: the next look reads it. */
  jobsReadAtMs: number | undefined;
  /** Exports of it that wait. */
  waiting: number;
}

export interface FleetProjectState extends CheckedFleetProject, FleetReading {
  exportBucketId: string;
  readonly clusters: FleetCluster[];
}

/** A due snapshot that waits for its turn. */
export interface WaitingExport extends FleetCandidate {
  readonly cluster: FleetCluster;
  readonly groupId: string;
  readonly clusterName: string;
}

/** An export that runs, whoever started it. */
export interface RunningExport {
  readonly cluster: FleetCluster;
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly replicaSets: number;
  readonly workflowId: string;
  /** A child of this very run, whose end comes by itself; any other is asked for. */
  own: boolean;
}

/** Everything that a run of `keepExported` knows. It is bounded, and all of it crosses to the next run. */
export class FleetState {
  readonly request: CheckedKeepExportedRequest;
  readonly startedAtMs: number;
  readonly projects: readonly FleetProjectState[];
  /** In the order of the run. */
  waiting: WaitingExport[] = [];
  readonly running = new Map<string, RunningExport>();
  readonly failures: FleetFailure[] = [];
  readonly notes: string[] = [];

  constructor(request: CheckedKeepExportedRequest, startedAtMs: number) {
    this.request = request;
    this.startedAtMs = startedAtMs;
    this.projects = request.projects.map((project) => ({
      ...project,
      ...unread,
      exportBucketId: '',
      clusters: [],
    }));
  }

  get endsAtMs(): number {
    return this.startedAtMs + this.request.runLimitMs;
  }

  *clusters(): Generator<FleetCluster, void, undefined> {
    for (const project of this.projects) yield* project.clusters;
  }

  /** All that is to be read again later. */
  *leftForLater(): Generator<FleetReading, void, undefined> {
    for (const project of this.projects) if (project.readAgainAtMs !== undefined) yield project;
    for (const cluster of this.clusters()) if (cluster.readAgainAtMs !== undefined) yield cluster;
  }

  note(text: string): void {
    if (!this.notes.includes(text) && this.notes.length < notesMax) this.notes.push(text);
  }

  sawProject(project: FleetProjectState, survey: ProjectSurvey): void {
    project.toRead = false;
    project.problem = undefined;
    const clustersBefore = this.projects.reduce((count, { clusters }) => count + clusters.length, 0);
    if (clustersBefore + survey.clusters.length > clustersMax) {
      project.problem = `Left out: more than ${clustersMax} clusters in one fleet. Divide it into several.`;
      return;
    }
    project.exportBucketId = survey.exportBucketId;
    const listed = new Set(survey.clusters.map(({ clusterName }) => clusterName));
    project.clusters.push(...survey.clusters.map((cluster) => newCluster(project, cluster)));
    for (const clusterName of project.clusterNames ?? []) {
      if (listed.has(clusterName)) continue;
      const unknown = newCluster(project, { clusterName, sharded: false, shardCount: 1 });
      unknown.toRead = false;
      unknown.problem = 'The project has no cluster of this name whose snapshots can be exported.';
      project.clusters.push(unknown);
    }
  }

  sawCluster(cluster: FleetCluster, survey: ClusterSurvey): void {
    cluster.toRead = false;
    cluster.problem = undefined;
    if (!cluster.counted) this.count(cluster, survey);
    cluster.candidatesLeft = survey.candidatesLeft;
    // A worker of an older release does not say how far it came.
    cluster.after = survey.after ?? survey.candidates.at(-1) ?? cluster.after;
    cluster.ahead = [...(survey.ahead ?? [])];
    const { groupId } = cluster.project;
    const { clusterName } = cluster;
    const { dryRun } = this.request;
    const candidates = survey.candidates.filter(({ running }) => !(dryRun && running));
    cluster.waiting += candidates.length;
    this.waiting.push(...candidates.map((candidate) => ({ ...candidate, cluster, groupId, clusterName })));
    this.waiting.sort(inOrder);
    if (dryRun) this.waiting.splice(plannedMax);
  }

  started(waiting: WaitingExport, workflowId: string): RunningExport {
    const { cluster, groupId, clusterName, snapshotId, replicaSets } = waiting;
    const running = { cluster, groupId, clusterName, snapshotId, replicaSets, workflowId, own: true };
    this.waiting = this.waiting.filter((each) => each !== waiting);
    this.running.set(workflowId, running);
    cluster.waiting -= 1;
    if (cluster.waiting === 0 && cluster.candidatesLeft > 0) cluster.toRead = true;
    return running;
  }

  ended(
    running: RunningExport,
    end: { exported: boolean; proven?: boolean | undefined; reason?: string | undefined },
  ): void {
    if (!this.running.delete(running.workflowId)) return;
    const { cluster, groupId, clusterName, snapshotId } = running;
    if (end.exported) {
      cluster.exportedNow += 1;
      if (end.proven === true) cluster.provenNow += 1;
      return;
    }
    cluster.failedNow += 1;
    this.fail({ groupId, clusterName, snapshotId, kind: 'failed', reason: end.reason ?? 'unknown' });
  }

  /** Of a dry run: what it would export, in order. */
  planned(): PlannedExport[] {
    if (!this.request.dryRun) return [];
    return this.waiting.map(({ groupId, clusterName, snapshotId, storageSizeBytes }) => ({
      groupId,
      clusterName,
      snapshotId,
      storageSizeBytes,
    }));
  }

  private count(cluster: FleetCluster, survey: ClusterSurvey): void {
    cluster.counted = true;
    cluster.due = survey.due;
    cluster.exportedBefore = survey.exported;
    cluster.provenBefore = Math.min(survey.proven ?? 0, survey.exported);
    const notProven = survey.exported - cluster.provenBefore;
    cluster.proofUnknownBefore = Math.min(survey.proofUnknown ?? notProven, notProven);
    cluster.checkFailedBefore = Math.min(survey.checkFailed ?? 0, notProven);
    cluster.givenUp = survey.givenUp;
    cluster.runningBefore = survey.running;
    cluster.expiringSoon = survey.expiringSoon;
    cluster.bytesToExport = survey.bytesToExport;
    cluster.sizeUnknown = survey.sizeUnknown;
    const { groupId } = cluster.project;
    for (const { snapshotId, reason } of survey.givenUpExamples) {
      this.fail({ groupId, clusterName: cluster.clusterName, snapshotId, kind: 'givenUp', reason });
    }
  }

  private fail(failure: FleetFailure): void {
    this.failures.push(failure);
    if (this.failures.length > failuresMax) this.failures.shift();
  }
}

const unread = {
  toRead: true,
  reading: false,
  problem: undefined,
  leftForLater: 0,
  readAgainAtMs: undefined,
} as const satisfies FleetReading;

export function newCluster(
  project: FleetProjectState,
  cluster: Pick<FleetCluster, 'clusterName' | 'sharded' | 'shardCount'>,
): FleetCluster {
  return {
    project,
    clusterName: cluster.clusterName,
    sharded: cluster.sharded,
    shardCount: cluster.shardCount,
    ...unread,
    counted: false,
    due: 0,
    exportedBefore: 0,
    provenBefore: 0,
    proofUnknownBefore: 0,
    checkFailedBefore: 0,
    givenUp: 0,
    runningBefore: 0,
    expiringSoon: 0,
    bytesToExport: 0,
    sizeUnknown: 0,
    exportedNow: 0,
    provenNow: 0,
    failedNow: 0,
    after: undefined,
    ahead: [],
    candidatesLeft: 0,
    jobsReadAtMs: undefined,
    waiting: 0,
  };
}

function inOrder(a: OrderPlace, b: OrderPlace): number {
  return a.orderKey - b.orderKey || (a.snapshotId < b.snapshotId ? -1 : 1);
}
