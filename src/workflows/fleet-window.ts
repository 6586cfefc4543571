import type { FleetLimits } from '../contract/index.ts';

/** What occupies replica sets at Atlas, or is to. */
export interface Occupant {
  readonly groupId: string;
  readonly clusterName: string;
  readonly replicaSets: number;
}

/**
 * Which of the waiting exports start now, so that no limit is passed. `waiting` is in the order of the run, and the
 * order holds within a project: what does not fit holds back what stands behind it, or one large export would wait
 * for ever behind small ones. It does not hold back other projects, unless it is the limit over all that it does not
 * fit into. An export that is larger than a limit runs when nothing else uses that limit.
 */
export function nextToStart<Waiting extends Occupant>(options: {
  readonly waiting: readonly Waiting[];
  readonly running: readonly Occupant[];
  readonly limits: FleetLimits;
  /** Whether enough is known of a project to say which of its exports is the first. */
  readonly isReady: (groupId: string) => boolean;
  readonly countMax: number;
}): Waiting[] {
  const { limits, isReady, countMax } = options;
  const use = new Use(options.running);
  const heldProjects = new Set<string>();
  const heldClusters = new Set<string>();
  const starting: Waiting[] = [];
  for (const each of options.waiting) {
    if (starting.length >= countMax) break;
    if (!isReady(each.groupId) || heldProjects.has(each.groupId)) continue;
    if (heldClusters.has(clusterKey(each))) continue;
    if (!fits(use.total, each, limits.total)) break;
    if (!fits(use.ofProject(each), each, limits.perProject)) heldProjects.add(each.groupId);
    else if (!fits(use.ofCluster(each), each, limits.perCluster)) heldClusters.add(clusterKey(each));
    else {
      use.add(each);
      starting.push(each);
    }
  }
  return starting;
}

function fits(used: number, { replicaSets }: Occupant, limit: number): boolean {
  return used === 0 || used + replicaSets <= limit;
}

function clusterKey({ groupId, clusterName }: Occupant): string {
  return `${groupId}/${clusterName}`;
}

/** Replica sets in use. */
class Use {
  total = 0;
  private readonly byProject = new Map<string, number>();
  private readonly byCluster = new Map<string, number>();

  constructor(running: readonly Occupant[]) {
    for (const each of running) this.add(each);
  }

  add(occupant: Occupant): void {
    this.total += occupant.replicaSets;
    this.byProject.set(occupant.groupId, this.ofProject(occupant) + occupant.replicaSets);
    this.byCluster.set(clusterKey(occupant), this.ofCluster(occupant) + occupant.replicaSets);
  }

  ofProject({ groupId }: Occupant): number {
    return this.byProject.get(groupId) ?? 0;
  }

  ofCluster(occupant: Occupant): number {
    return this.byCluster.get(clusterKey(occupant)) ?? 0;
  }
}
