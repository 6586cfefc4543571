import { isCancellation, sleep } from '@temporalio/workflow';
import type { OccupyingExport } from '../activities/fleet-activities.ts';
import { checkedOccupied } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { surveyCalls } from './fleet-calls.ts';
import { clustersToRead, FleetNeighbours } from './fleet-neighbours.ts';
import type { FleetCluster, FleetProjectState, FleetState, WaitingExport } from './fleet-state.ts';
import { nextToStart, occupantKey } from './fleet-window.ts';

/** Looks side by side. */
const looksAtOnce = 5;

type Window = Pick<
  Parameters<typeof nextToStart<WaitingExport>>[0],
  'waiting' | 'running' | 'limits' | 'isReady'
>;

/**
 * Lets a fleet's limits count what others export in its projects. Before a project's first export, and again when
 * what is known is old or leaves no room, one activity looks. Projects that have nothing to start are not looked at.
 */
export class NeighbourLooks {
  readonly neighbours: FleetNeighbours;
  private readonly state: FleetState;
  /** Does a task beside the run's others. */
  private readonly begin: (task: () => Promise<void>) => void;
  private readonly tasks = new Set<string>();
  private looks = 0;

  constructor(state: FleetState, begin: (task: () => Promise<void>) => void) {
    this.neighbours = new FleetNeighbours({ projectsCount: state.projects.length });
    this.state = state;
    this.begin = begin;
  }

  /** Which exports start now, so that the limits hold for everything that is known. */
  nextToStart({ countMax, ...window }: Window & { readonly countMax: number }): WaitingExport[] {
    const nowMs = Date.now();
    const starting = nextToStart({
      ...window,
      countMax,
      occupants: this.neighbours.occupants(),
      isReady: (groupId) => window.isReady(groupId) && this.neighbours.isKnown(groupId, nowMs),
    });
    this.lookWhereHeld(window, starting, nowMs);
    for (const each of starting) this.neighbours.started(each);
    return starting;
  }

  /** Takes what the survey of a cluster has shown beside its snapshots. */
  sawCluster(cluster: FleetCluster, occupying: readonly OccupyingExport[]): void {
    const { project, clusterName } = cluster;
    this.neighbours.sawCluster({ groupId: project.groupId, clusterName }, occupying);
    this.sawJobs(cluster, occupying);
  }

  /** As last seen, in the projects that were looked at. */
  replicaSetsElsewhere(): number {
    const followed = this.followed();
    const others = this.neighbours.occupants().filter((each) => !followed.has(occupantKey(each)));
    return others.reduce((sum, { replicaSets }) => sum + replicaSets, 0);
  }

  /** Where the run's own exports leave room in a project, and yet none starts, what others export matters. */
  private lookWhereHeld(window: Window, starting: readonly WaitingExport[], nowMs: number): void {
    const own = [...window.running, ...starting];
    if (own.reduce((sum, { replicaSets }) => sum + replicaSets, 0) >= window.limits.total) return;
    const limits = { ...window.limits, total: Infinity };
    const allowed = nextToStart({ ...window, limits, occupants: [], countMax: Infinity });
    const served = new Set(starting.map(({ groupId }) => groupId));
    for (const project of new Set(allowed.map(({ cluster }) => cluster.project))) {
      const { groupId } = project;
      if (served.has(groupId) || this.tasks.has(groupId)) continue;
      if (!this.neighbours.isKnown(groupId, nowMs) && this.looks >= looksAtOnce) continue;
      const pauseMs = this.neighbours.takePauseMs(groupId, nowMs);
      this.tasks.add(groupId);
      if (pauseMs === 0) this.looks += 1;
      this.begin(() => this.lookAfter(pauseMs, project));
    }
  }

  private async lookAfter(pauseMs: number, project: FleetProjectState): Promise<void> {
    try {
      if (pauseMs > 0) {
        await sleep(pauseMs, { summary: `next look at what else is exported in ${project.groupId}` });
        this.looks += 1;
      }
      await this.look(project);
    } finally {
      this.tasks.delete(project.groupId);
    }
  }

  private async look({ groupId, credentials, clusters }: FleetProjectState): Promise<void> {
    const asked = clustersToRead(clusters, Date.now());
    const running = [...this.state.running.values()].filter((each) => each.groupId === groupId);
    try {
      const survey = checkedOccupied(
        await surveyCalls(groupId).surveyOccupied({
          groupId,
          credentials,
          clusters: asked.map(({ clusterName, shardCount }) => ({ clusterName, shardCount })),
          followed: [...new Set(running.map(({ clusterName }) => clusterName))],
        }),
      );
      const shardCounts = new Map(clusters.map(({ clusterName, shardCount }) => [clusterName, shardCount]));
      this.neighbours.looked(groupId, survey, { nowMs: Date.now(), shardCounts });
      // One that could not be read is asked for no sooner, or it would take the turn of others.
      for (const cluster of asked) this.sawJobs(cluster, []);
      const occupying = new Map(survey.clusters.map((each) => [each.clusterName, each.occupying]));
      for (const cluster of clusters) this.sawJobs(cluster, occupying.get(cluster.clusterName));
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.neighbours.failedToLook(groupId, Date.now());
      const { code } = atlasAnswer(error);
      this.state.note(`What else is exported in project ${groupId} could not be read (${code}).`);
    } finally {
      this.looks -= 1;
    }
  }

  private sawJobs(cluster: FleetCluster, occupying: readonly OccupyingExport[] | undefined): void {
    if (occupying === undefined) return;
    const { clusterName, project } = cluster;
    const { groupId } = project;
    const followed = this.followed();
    const areFollowed = occupying.every(({ snapshotId }) =>
      followed.has(occupantKey({ groupId, clusterName, snapshotId })),
    );
    cluster.jobsReadAtMs = areFollowed ? Date.now() : undefined;
  }

  /** The exports whose end this run hears of. */
  private followed(): ReadonlySet<string> {
    return new Set([...this.state.running.values()].map(occupantKey));
  }
}
