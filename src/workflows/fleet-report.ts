import type {
  FleetClusterStatus,
  FleetOutcome,
  FleetPhase,
  FleetStatusQuery,
  FleetTotals,
  KeepExportedStatus,
  SnapshotCounts,
} from '../contract/index.ts';
import type { FleetCluster, FleetReading, FleetState } from './fleet-state.ts';

const clustersShownDefault = 200;
const clustersShownMax = 1_000;
const bytesPerGigabyte = 1_000_000_000;

/** Everything that is known, with one page of the clusters: those that need looking at stand first. */
export function fleetStatus(
  state: FleetState,
  run: {
    readonly phase: FleetPhase;
    readonly outcome: FleetOutcome | undefined;
    readonly replicaSetsElsewhere: number | undefined;
  },
  query: FleetStatusQuery = {},
): KeepExportedStatus {
  const rows = clusterRows(state);
  const offset = wholeNumber(query.offset, { fallback: 0, max: rows.length });
  const limit = wholeNumber(query.limit, { fallback: clustersShownDefault, max: clustersShownMax });
  const shown = rows.sort(worstFirst).slice(offset, offset + limit);
  return {
    phase: run.phase,
    outcome: run.outcome,
    dryRun: state.request.dryRun,
    startedAt: new Date(state.startedAtMs).toISOString(),
    endsAt: new Date(state.endsAtMs).toISOString(),
    totals: { ...fleetTotals(state, rows), replicaSetsElsewhere: run.replicaSetsElsewhere },
    clusters: shown,
    clustersLeftOut: rows.length - shown.length,
    failures: state.failures,
    planned: state.planned(),
    notes: state.notes,
  };
}

/** One row for each cluster, and one for each project whose clusters could not be listed. */
export function clusterRows(state: FleetState): FleetClusterStatus[] {
  const running = new Map<FleetCluster, number>();
  for (const { cluster } of state.running.values()) running.set(cluster, (running.get(cluster) ?? 0) + 1);
  return state.projects.flatMap((project) => [
    ...(project.problem === undefined ? [] : [unreadProject(project.groupId, problemText(project) ?? '')]),
    ...project.clusters.map((cluster) =>
      clusterRow(cluster, state.request.dryRun ? cluster.runningBefore : (running.get(cluster) ?? 0)),
    ),
  ]);
}

function fleetTotals(
  state: FleetState,
  rows: readonly FleetClusterStatus[],
): Omit<FleetTotals, 'replicaSetsElsewhere'> {
  const sum = (field: 'expiringSoon' | 'bytesToExport' | keyof SnapshotCounts): number =>
    rows.reduce((total, row) => total + (row[field] ?? 0), 0);
  const clusters = [...state.clusters()];
  const bytesToExport = sum('bytesToExport');
  return {
    clusters: clusters.length,
    clustersRead: clusters.filter(({ counted }) => counted).length,
    unreadable: rows.filter(({ problem }) => problem !== undefined).length,
    due: sum('due'),
    exported: sum('exported'),
    proven: sum('proven'),
    proofUnknown: sum('proofUnknown'),
    checkFailed: sum('checkFailed'),
    running: sum('running'),
    waiting: sum('waiting'),
    failed: sum('failed'),
    givenUp: sum('givenUp'),
    expiringSoon: sum('expiringSoon'),
    bytesToExport,
    sizeUnknown: clusters.reduce((total, { sizeUnknown }) => total + sizeUnknown, 0),
    costToExport: cents((bytesToExport / bytesPerGigabyte) * state.request.pricePerGigabyte),
  };
}

function clusterRow(cluster: FleetCluster, running: number): FleetClusterStatus {
  const exported = cluster.exportedBefore + cluster.exportedNow;
  const settled = exported + running + cluster.failedNow + cluster.givenUp;
  // More than was counted at first, where a snapshot that was being taken then has become complete since.
  const due = Math.max(cluster.due, settled);
  return {
    groupId: cluster.project.groupId,
    clusterName: cluster.clusterName,
    problem: problemText(cluster),
    due,
    exported,
    proven: cluster.provenBefore + cluster.provenNow,
    // Of this run's exports, an export that was looked into and is not proven has failed.
    proofUnknown: cluster.proofUnknownBefore + cluster.exportedNow - cluster.provenNow,
    // Of this run's, such an export has failed.
    checkFailed: cluster.checkFailedBefore,
    running,
    waiting: due - settled,
    failed: cluster.failedNow,
    givenUp: cluster.givenUp,
    expiringSoon: cluster.expiringSoon,
    bytesToExport: cluster.bytesToExport,
  };
}

function problemText({ problem, readAgainAtMs }: FleetReading): string | undefined {
  if (problem === undefined || readAgainAtMs === undefined) return problem;
  return `${problem} (read again at ${new Date(readAgainAtMs).toISOString()})`;
}

function unreadProject(groupId: string, problem: string): FleetClusterStatus {
  const none = {
    due: 0,
    exported: 0,
    proven: 0,
    proofUnknown: 0,
    checkFailed: 0,
    running: 0,
    waiting: 0,
    failed: 0,
    givenUp: 0,
  };
  return { groupId, clusterName: '*', problem, ...none, expiringSoon: 0, bytesToExport: 0 };
}

function worstFirst(a: FleetClusterStatus, b: FleetClusterStatus): number {
  return (
    Number(b.problem !== undefined) - Number(a.problem !== undefined) ||
    bad(b) - bad(a) ||
    b.waiting + b.running - (a.waiting + a.running) ||
    (a.groupId + a.clusterName < b.groupId + b.clusterName ? -1 : 1)
  );
}

function bad({ failed, givenUp, checkFailed = 0 }: SnapshotCounts): number {
  return failed + givenUp + checkFailed;
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}

/** Anybody may ask with anything. */
function wholeNumber(value: unknown, { fallback, max }: { fallback: number; max: number }): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? Math.min(value, max)
    : fallback;
}
