import type { OccupiedSurvey, OccupyingExport } from '../activities/fleet-activities.ts';
import { occupantKey, type Occupant } from './fleet-window.ts';

/**
 * How long a look holds. What starts meanwhile elsewhere is not seen: a limit is held for what is known, and is a
 * matter of queueing at Atlas, not of money.
 */
const holdMs = 5 * 60_000;

/** Pauses before another look at a project whose exports are held up: doubling, up to what a look holds. */
const pauseMsFirst = 15_000;
/** With many projects held up, the looks alone would fill a run's history. */
const pauseMsFirstPerProject = 2_000;

/** Lists that one look reads. In a project of more clusters they take turns. */
const listsMax = 100;

/**
 * Of a project's clusters, those whose lists of jobs the next look reads: where others export, or what was not read
 * for as long as a look holds.
 */
export function clustersToRead<Cluster extends { readonly jobsReadAtMs: number | undefined }>(
  clusters: readonly Cluster[],
  nowMs: number,
): Cluster[] {
  const readAtMs = (cluster: Cluster): number => cluster.jobsReadAtMs ?? -Infinity;
  return clusters
    .filter((cluster) => nowMs - readAtMs(cluster) >= holdMs)
    .sort((a, b) => (readAtMs(a) === readAtMs(b) ? 0 : readAtMs(a) - readAtMs(b)))
    .slice(0, listsMax);
}

/** A project as looks have shown it. */
interface ProjectView {
  /** When Temporal was last asked; undefined before the first time. */
  lookedAtMs: number | undefined;
  pauseMs: number;
  running: readonly Omit<Occupant, 'groupId'>[];
  readonly clusters: Map<string, readonly OccupyingExport[]>;
}

/**
 * What is being exported in a fleet's projects, whoever asked for it: another fleet, a person, a script, Atlas's own
 * auto-export. Known from Atlas's lists, and from Temporal's of the exports of this namespace. It does not cross to
 * the next run, which looks anew.
 */
export class FleetNeighbours {
  private readonly projects = new Map<string, ProjectView>();
  private readonly pauseMsFirst: number;

  constructor({ projectsCount }: { readonly projectsCount: number }) {
    this.pauseMsFirst = Math.min(holdMs, Math.max(pauseMsFirst, projectsCount * pauseMsFirstPerProject));
  }

  /** Takes what the survey of a cluster has shown beside its snapshots. */
  sawCluster(
    { groupId, clusterName }: Pick<Occupant, 'groupId' | 'clusterName'>,
    occupying: readonly OccupyingExport[],
  ): void {
    this.view(groupId).clusters.set(clusterName, occupying);
  }

  /** An export whose job is not listed yet occupies as many replica sets as its cluster has, so far as that is known. */
  looked(
    groupId: string,
    { clusters, running }: OccupiedSurvey,
    { nowMs, shardCounts }: { nowMs: number; shardCounts: ReadonlyMap<string, number> },
  ): void {
    const view = this.view(groupId);
    view.lookedAtMs = nowMs;
    view.running = running.map(({ clusterName, snapshotId }) => ({
      clusterName,
      snapshotId,
      replicaSets: shardCounts.get(clusterName) ?? 1,
    }));
    // Of a cluster that is none of the fleet's, nothing is read once no export runs there: what was read is old then.
    for (const name of view.clusters.keys()) if (!shardCounts.has(name)) view.clusters.delete(name);
    for (const { clusterName, occupying } of clusters) view.clusters.set(clusterName, occupying);
  }

  /** A look that failed holds as long as another, with what was known before it: it must not hold up the exports. */
  failedToLook(groupId: string, nowMs: number): void {
    this.view(groupId).lookedAtMs = nowMs;
  }

  /** Before the next look at a project of which what is known lets nothing start. */
  takePauseMs(groupId: string, nowMs: number): number {
    if (!this.isKnown(groupId, nowMs)) return 0;
    const view = this.view(groupId);
    const { pauseMs } = view;
    view.pauseMs = Math.min(holdMs, pauseMs * 2);
    return pauseMs;
  }

  started({ groupId }: Pick<Occupant, 'groupId'>): void {
    this.view(groupId).pauseMs = this.pauseMsFirst;
  }

  /** What a look has shown of an export that has ended since occupies nothing any more. */
  ended(occupant: Occupant): void {
    const view = this.view(occupant.groupId);
    const isAnother = (each: OccupyingExport): boolean => each.snapshotId !== occupant.snapshotId;
    const { clusterName } = occupant;
    view.running = view.running.filter((each) => each.clusterName !== clusterName || isAnother(each));
    const occupying = view.clusters.get(clusterName);
    if (occupying !== undefined) view.clusters.set(clusterName, occupying.filter(isAnother));
  }

  isKnown(groupId: string, nowMs: number): boolean {
    const { lookedAtMs } = this.view(groupId);
    return lookedAtMs !== undefined && nowMs - lookedAtMs < holdMs;
  }

  /** Everything that is known to occupy replica sets, a run's own exports among it. */
  occupants(): Occupant[] {
    return [...this.projects].flatMap(([groupId, view]) => projectOccupants(groupId, view));
  }

  private view(groupId: string): ProjectView {
    const known = this.projects.get(groupId);
    if (known !== undefined) return known;
    const { pauseMsFirst: pauseMs } = this;
    const view: ProjectView = { lookedAtMs: undefined, pauseMs, running: [], clusters: new Map() };
    this.projects.set(groupId, view);
    return view;
  }
}

/** An export that both lists name occupies what Atlas says. */
function projectOccupants(groupId: string, { clusters, running }: ProjectView): Occupant[] {
  const listed = [...clusters].flatMap(([clusterName, occupying]) =>
    occupying.map((each) => ({ groupId, clusterName, ...each })),
  );
  const known = new Set(listed.map(occupantKey));
  const unlisted = running.map((each) => ({ groupId, ...each }));
  return [...listed, ...unlisted.filter((each) => !known.has(occupantKey(each)))];
}
