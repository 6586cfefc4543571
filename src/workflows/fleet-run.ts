import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import {
  dueSinceMs,
  type FleetOutcome,
  type FleetPhase,
  type FleetStatusQuery,
  type KeepExportedStatus,
} from '../contract/index.ts';
import { checkedCluster, checkedEnded, checkedProject } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { describeCalls, surveyCalls } from './fleet-calls.ts';
import { isRefusal } from './export-ending.ts';
import { fleetDetails } from './fleet-details.ts';
import { endOfExport, fleetExportId, startExport, type ExportChild } from './fleet-exports.ts';
import { countFleetRun, showFleetFigures } from './fleet-metrics.ts';
import { NeighbourLooks } from './fleet-neighbour-looks.ts';
import { fleetStatus } from './fleet-report.ts';
import {
  plannedMax,
  waitingMax,
  type FleetCluster,
  type FleetProjectState,
  type FleetReading,
  type FleetState,
  type RunningExport,
  type WaitingExport,
} from './fleet-state.ts';
import { nextToStart } from './fleet-window.ts';

/** Read side by side: enough to keep a worker's connections to Atlas busy. */
const projectsAtOnce = 5;
const clustersAtOnce = 20;

/** Handed out by one look at a cluster's lists. One that misses more is read again when these have started. */
const candidatesMax = 25;

/** Starts under way at once: a workflow task has seconds, and each start is an answer to deal with. */
const startsAtOnce = 50;

/** A run hands over long before Temporal's limits (51,200 events, 50 MB), so that a replay stays quick. */
const eventsMax = 5_000;
const bytesMax = 4_000_000;

const readersMs = 15_000;
const readersTimer = { summary: 'handing over to a fresh history' } as const;

/** Pauses between looks at exports that are not children of this run: doubling while none of them ends. */
const lookMsFirst = 15_000;
const lookMsMax = 5 * 60_000;

/** How often the Web UI's details are drawn anew. */
const detailsMs = 5_000;

const problemCharactersMax = 200;

/** What cannot be read within minutes is read again so much later: an outage of an hour costs no cluster its day. */
const readAgainMs = [5 * 60_000, 15 * 60_000, 40 * 60_000] as const;

/** What made the loop stop. */
export type FleetStop = 'finished' | 'runLimit' | 'history';

/**
 * Drives a fleet's state to its end: reads clusters, starts what the limits allow, and follows what runs. Everything
 * is done by tasks side by side; one loop decides what is begun, after anything has happened.
 */
export class FleetRun {
  private readonly state: FleetState;
  /** Ends the tasks that only wait or read. */
  private readonly scope = new CancellationScope();
  private pending = 0;
  private starts = 0;
  private changed = true;
  private over = false;
  private looking = false;
  private lookMs = lookMsFirst;
  private fault: unknown;
  private outcome: FleetOutcome | undefined;
  private drawnAtMs = 0;
  /** Undefined in a run that an earlier release has begun: its limits count its own exports. */
  private readonly neighbourLooks: NeighbourLooks | undefined;

  constructor(state: FleetState) {
    this.state = state;
    if (state.request.dryRun || !patched('fleet-neighbours')) return;
    this.neighbourLooks = new NeighbourLooks(state, (task) => this.begin(task));
  }

  /** Ends when there is nothing left to do, when the time is up, or when the history is to be handed over. */
  async keep(): Promise<FleetStop> {
    this.begin(() => this.endInTime());
    // Of the run before this one.
    for (const reading of this.state.leftForLater()) this.begin(() => this.waitToReadAgain(reading));
    for (;;) {
      this.changed = false;
      const stop = this.stopReason();
      if (stop !== undefined) {
        // What is being read would be read again by the run that goes on, so it gets a moment.
        if (stop === 'history') await condition(() => !this.isReading(), readersMs, readersTimer);
        await this.settle();
        return stop;
      }
      this.readProjects();
      this.readClusters();
      this.startExports();
      this.lookAtOthers();
      this.draw();
      await condition(() => this.changed);
      if (this.fault !== undefined) throw this.fault;
    }
  }

  /** Waits for the starts under way, and lets go of everything else. Also for a run that was cancelled. */
  async settle(): Promise<void> {
    this.scope.cancel();
    await CancellationScope.nonCancellable(() => condition(() => this.pending === 0));
    if (this.fault !== undefined) throw this.fault;
  }

  end(outcome: Exclude<FleetOutcome, 'failed'>): void {
    this.outcome = outcome;
    if (outcome !== 'dryRun') countFleetRun(outcome);
    this.draw();
    const { clusters, planned: _, failures: __, ...told } = this.status({ limit: 0 });
    log.info('fleet run ended', { ...told.totals, outcome, notShown: clusters.length });
  }

  status(query?: FleetStatusQuery): KeepExportedStatus {
    const replicaSetsElsewhere = this.neighbourLooks?.replicaSetsElsewhere();
    const run = { phase: this.phase(), outcome: this.outcome, replicaSetsElsewhere };
    return fleetStatus(this.state, run, query);
  }

  private phase(): FleetPhase {
    if (this.outcome !== undefined) return 'done';
    return this.everythingRead() ? 'exporting' : 'surveying';
  }

  private isReading(): boolean {
    if (this.state.projects.some(({ reading }) => reading)) return true;
    for (const { reading } of this.state.clusters()) if (reading) return true;
    return false;
  }

  private everythingRead(): boolean {
    if (this.state.projects.some(({ toRead, reading }) => toRead || reading)) return false;
    for (const { toRead, reading } of this.state.clusters()) if (toRead || reading) return false;
    return true;
  }

  private stopReason(): FleetStop | undefined {
    const { state } = this;
    if (this.over) return 'runLimit';
    const [later] = state.leftForLater();
    const started = (state.request.dryRun || state.waiting.length === 0) && later === undefined;
    if (started && state.running.size === 0 && this.starts === 0 && this.everythingRead()) return 'finished';
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    const full = historyLength >= eventsMax || historySize >= bytesMax || continueAsNewSuggested;
    return full ? 'history' : undefined;
  }

  private readProjects(): void {
    const { projects } = this.state;
    let room = projectsAtOnce - projects.filter(({ reading }) => reading).length;
    for (const project of projects) {
      if (room <= 0) return;
      if (!project.toRead || project.reading) continue;
      room -= 1;
      project.reading = true;
      this.begin(() => this.readProject(project));
    }
  }

  private async readProject(project: FleetProjectState): Promise<void> {
    const { groupId, clusterNames, bucket, credentials } = project;
    try {
      const input = { groupId, credentials, clusterNames, bucket };
      const survey = await surveyCalls(groupId).surveyProject(input);
      this.state.sawProject(project, checkedProject(survey));
    } catch (error) {
      this.couldNotRead(project, error);
    } finally {
      project.reading = false;
    }
  }

  /** A dry run does not wait: whoever asked for it sits before it. */
  private couldNotRead(reading: FleetReading, error: unknown): void {
    const answer = atlasAnswer(error);
    reading.problem = `${answer.code}: ${answer.message}`.slice(0, problemCharactersMax);
    reading.toRead = false;
    const waitMs = readAgainMs[reading.leftForLater];
    const isFinal = isRefusal(answer) || waitMs === undefined || this.state.request.dryRun;
    if (isFinal || !patched('fleet-reads-again')) return;
    reading.leftForLater += 1;
    reading.readAgainAtMs = Date.now() + waitMs;
    this.begin(() => this.waitToReadAgain(reading));
  }

  private async waitToReadAgain(reading: FleetReading): Promise<void> {
    const waitMs = (reading.readAgainAtMs ?? 0) - Date.now();
    await sleep(Math.max(1, waitMs), { summary: 'what could not be read is read again' });
    reading.readAgainAtMs = undefined;
    reading.toRead = true;
  }

  /** A dry run starts nothing, so that nothing waits for room. */
  private hasRoom(): boolean {
    return this.state.request.dryRun || this.state.waiting.length < waitingMax;
  }

  private readClusters(): void {
    if (!this.hasRoom()) return;
    let room = clustersAtOnce;
    for (const { reading } of this.state.clusters()) if (reading) room -= 1;
    for (const cluster of this.state.clusters()) {
      if (room <= 0) return;
      if (!cluster.toRead || cluster.reading) continue;
      room -= 1;
      cluster.reading = true;
      this.begin(() => this.readCluster(cluster));
    }
  }

  private async readCluster(cluster: FleetCluster): Promise<void> {
    const { request, startedAtMs } = this.state;
    const { project, clusterName, sharded, shardCount, after, ahead } = cluster;
    const { groupId, exportBucketId, credentials } = project;
    const { frequencyTypes, order, giveUpAfter, since, dryRun } = request;
    try {
      const survey = await surveyCalls(groupId).surveyCluster({
        groupId,
        credentials,
        clusterName,
        sharded,
        shardCount,
        exportBucketId,
        frequencyTypes,
        sinceMs: dueSinceMs(since, startedAtMs),
        order,
        giveUpAfter,
        after,
        ...(ahead.length === 0 ? {} : { ahead }),
        candidatesMax: dryRun ? plannedMax : candidatesMax,
        nowMs: startedAtMs,
      });
      const seen = checkedCluster(survey);
      this.state.sawCluster(cluster, seen);
      if (seen.occupying !== undefined) this.neighbourLooks?.sawCluster(cluster, seen.occupying);
    } catch (error) {
      this.couldNotRead(cluster, error);
    } finally {
      cluster.reading = false;
    }
  }

  private startExports(): void {
    if (this.state.request.dryRun) return;
    for (const each of this.nextToStart()) {
      const started = this.state.started(each, fleetExportId(each));
      this.starts += 1;
      this.begin(() => this.startOne(each, started));
    }
  }

  private nextToStart(): WaitingExport[] {
    const { waiting, running, request } = this.state;
    const unread = this.unreadProjects();
    const window = {
      waiting,
      running: [...running.values()],
      limits: request.atOnce,
      isReady: (groupId: string) => !unread.has(groupId),
      countMax: startsAtOnce - this.starts,
    };
    return this.neighbourLooks?.nextToStart(window) ?? nextToStart({ ...window, occupants: [] });
  }

  /** With no room to read further, what is known has to do: else both would wait for one another. */
  private unreadProjects(): ReadonlySet<string> {
    const unread = new Set<string>();
    if (!this.hasRoom()) return unread;
    for (const { toRead, reading, project } of this.state.clusters()) {
      if (toRead || reading) unread.add(project.groupId);
    }
    return unread;
  }

  private async startOne(waiting: WaitingExport, running: RunningExport): Promise<void> {
    try {
      const child = await startExport(waiting, this.state.request);
      if (child === undefined) {
        running.own = false;
        this.lookMs = lookMsFirst;
        return;
      }
      void this.followOwn(child, running);
    } finally {
      this.starts -= 1;
    }
  }

  /** Not among the tasks that a run waits for before it hands over: the export outlives it. */
  private async followOwn(child: ExportChild, running: RunningExport): Promise<void> {
    try {
      this.ended(running, await endOfExport(child));
      this.changed = true;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Exports that somebody else started, or this run's predecessor, tell nothing by themselves. */
  private lookAtOthers(): void {
    if (this.looking || !this.others().some(() => true)) return;
    this.looking = true;
    this.begin(() => this.look());
  }

  private others(): RunningExport[] {
    return [...this.state.running.values()].filter(({ own }) => !own);
  }

  private async look(): Promise<void> {
    try {
      await sleep(this.lookMs, {
        summary: `next look at ${this.others().length} exports that run by themselves`,
      });
      const workflowIds = this.others().map(({ workflowId }) => workflowId);
      const ended = checkedEnded(await describeCalls.describeExports({ workflowIds }));
      this.lookMs = ended.length > 0 ? lookMsFirst : Math.min(lookMsMax, this.lookMs * 2);
      for (const end of ended) {
        const running = this.state.running.get(end.workflowId);
        if (running?.own === false) this.ended(running, end);
      }
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.lookMs = lookMsMax;
    } finally {
      this.looking = false;
    }
  }

  private ended(running: RunningExport, end: Parameters<FleetState['ended']>[1]): void {
    this.state.ended(running, end);
    this.neighbourLooks?.neighbours.ended(running);
  }

  private async endInTime(): Promise<void> {
    await sleep(Math.max(1, this.state.endsAtMs - Date.now()), { summary: 'the end of this run' });
    this.over = true;
  }

  private begin(task: () => Promise<void>): void {
    this.pending += 1;
    void this.scope
      .run(task)
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.fail(error);
      })
      .finally(() => {
        this.pending -= 1;
        this.changed = true;
      });
  }

  private fail(error: unknown): void {
    this.fault = error;
    this.changed = true;
  }

  private draw(): void {
    const nowMs = Date.now();
    if (this.outcome === undefined && nowMs - this.drawnAtMs < detailsMs) return;
    this.drawnAtMs = nowMs;
    const status = this.status({ limit: 100 });
    setCurrentDetails(fleetDetails(status));
    if (!status.dryRun) showFleetFigures(status.totals, nowMs);
  }
}
