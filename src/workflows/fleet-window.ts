import type { FleetLimits } from '../contract/index.ts';

/** An export that occupies replica sets at Atlas, or is to. Atlas exports a snapshot once at a time. */
export interface Occupant {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly replicaSets: number;
}

/**
 * Which of the waiting exports start now, so that no limit is passed. `waiting` is in the order of the run, and the
 * order holds within a project: what does not fit holds back what stands behind it, or one large export would wait
 * for ever behind small ones. It does not hold back other projects, unless it is the limit over all that it does not
 * fit into. An export that is larger than a limit runs when nothing else uses that limit.
 *
 * The limits of projects and clusters count whatever is exported there; the one over all counts this run's own. An
 * export that occupies its replica sets already, whoever asked for it, takes up no more when this run follows it.
 */
export function nextToStart<Waiting extends Occupant>(options: {
  readonly waiting: readonly Waiting[];
  readonly running: readonly Occupant[];
  /** What is known to occupy replica sets, this run's own exports among it or not. */
  readonly occupants: readonly Occupant[];
  readonly limits: FleetLimits;
  /** Whether enough is known of a project to say which of its exports is the first. */
  readonly isReady: (groupId: string) => boolean;
  readonly countMax: number;
}): Waiting[] {
  const { limits, isReady, countMax } = options;
  const use = new Use(options.running, options.occupants);
  const heldProjects = new Set<string>();
  const heldClusters = new Set<string>();
  const starting: Waiting[] = [];
  for (const each of options.waiting) {
    if (starting.length >= countMax) break;
    if (!isReady(each.groupId) || heldProjects.has(each.groupId)) continue;
    if (heldClusters.has(clusterKey(each))) continue;
    const needed = use.neededFor(each);
    if (!fits(use.total, each.replicaSets, limits.total)) break;
    if (!fits(use.ofProject(each), needed, limits.perProject)) heldProjects.add(each.groupId);
    else if (!fits(use.ofCluster(each), needed, limits.perCluster)) heldClusters.add(clusterKey(each));
    else {
      use.add(each);
      starting.push(each);
    }
  }
  return starting;
}

/** One and the same for an export, whoever names it. */
export function occupantKey({ groupId, clusterName, snapshotId }: Omit<Occupant, 'replicaSets'>): string {
  return `${groupId}/${clusterName}/${snapshotId}`;
}

function fits(used: number, needed: number, limit: number): boolean {
  return used === 0 || needed === 0 || used + needed <= limit;
}

function clusterKey({ groupId, clusterName }: Occupant): string {
  return `${groupId}/${clusterName}`;
}

/** Replica sets in use. */
class Use {
  total = 0;
  private readonly byProject = new Map<string, number>();
  private readonly byCluster = new Map<string, number>();
  private readonly counted = new Set<string>();

  constructor(running: readonly Occupant[], occupants: readonly Occupant[]) {
    for (const each of running) this.add(each);
    for (const each of occupants) this.occupy(each);
  }

  add(occupant: Occupant): void {
    this.total += occupant.replicaSets;
    this.occupy(occupant);
  }

  neededFor(occupant: Occupant): number {
    return this.counted.has(occupantKey(occupant)) ? 0 : occupant.replicaSets;
  }

  ofProject({ groupId }: Occupant): number {
    return this.byProject.get(groupId) ?? 0;
  }

  ofCluster(occupant: Occupant): number {
    return this.byCluster.get(clusterKey(occupant)) ?? 0;
  }

  /** An export counts once, however many ways it is known. */
  private occupy(occupant: Occupant): void {
    const needed = this.neededFor(occupant);
    this.counted.add(occupantKey(occupant));
    this.byProject.set(occupant.groupId, this.ofProject(occupant) + needed);
    this.byCluster.set(clusterKey(occupant), this.ofCluster(occupant) + needed);
  }
}
