import * as v from 'valibot';
import type { CheckedKeepExportedRequest } from '../contract/index.ts';
import {
  FleetState,
  newCluster,
  type FleetCluster,
  type FleetProjectState,
  type FleetReading,
} from './fleet-state.ts';

/*
 * What a run hands to the one that continues it. Lists of lists rather than documents: with 2,000 clusters the names
 * of fields alone would fill the 256 KB from which on Temporal warns of a payload.
 */

const orderPlaceSchema = v.tuple([v.number(), v.string()]);

const counts = [v.number(), v.number(), v.number(), v.number()] as const;

const clusterSchema = v.tuple([
  v.string(),
  // Shards, or 0 for a replica set.
  v.number(),
  // Whether it is to be read, and whether its figures are there.
  v.tuple([v.number(), v.number()]),
  // Due, exported before, running before, given up, expiring soon, of unknown size, exported now, failed now.
  v.tuple([...counts, ...counts]),
  v.number(),
  v.number(),
  v.nullable(orderPlaceSchema),
  v.nullable(v.string()),
  // Proven before, of unknown proof before, proven now, of failed check before. A run of an older release has fewer.
  v.optional(v.tuple([v.number(), v.number(), v.number(), v.optional(v.number())])),
  // Seconds from the start of the fleet's run to when its list of jobs was read. A run of an older release has none.
  v.optional(v.nullable(v.number())),
]);

type CarriedCluster = v.InferOutput<typeof clusterSchema>;

const place = [v.number(), v.number(), v.string()] as const;

/** What a run hands to the one that continues it. */
export const carriedFleetSchema = v.object({
  startedAtMs: v.number(),
  /** In the order of the request's projects: whether one is to be read, its bucket's id, its problem, its clusters. */
  projects: v.array(v.tuple([v.number(), v.string(), v.nullable(v.string()), v.array(clusterSchema)])),
  /** Project, cluster, snapshot, key, replica sets, failed jobs, size. */
  waiting: v.array(v.tuple([...place, v.number(), v.number(), v.number(), v.nullable(v.number())])),
  /** Project, cluster, snapshot, replica sets, workflow id. */
  running: v.array(v.tuple([...place, v.number(), v.string()])),
  /** Project, cluster, key, snapshot: handed out ahead of the order. A run of an older release has none. */
  ahead: v.optional(v.array(v.tuple([v.number(), v.number(), v.number(), v.string()]))),
  /**
   * Project, cluster (-1: the project itself), how often it was left for later, seconds from the start of the fleet's run
   * to when it is read again, or null. A run of an older release has none.
   */
  later: v.optional(v.array(v.tuple([v.number(), v.number(), v.number(), v.nullable(v.number())]))),
  failures: v.array(
    v.object({
      groupId: v.string(),
      clusterName: v.string(),
      snapshotId: v.string(),
      kind: v.picklist(['failed', 'givenUp']),
      reason: v.string(),
    }),
  ),
  notes: v.array(v.string()),
});

export type CarriedFleet = v.InferOutput<typeof carriedFleetSchema>;

export function carriedFleet(state: FleetState): CarriedFleet {
  const places = new Map<FleetCluster, [project: number, cluster: number]>();
  state.projects.forEach(({ clusters }, project) => {
    clusters.forEach((cluster, index) => places.set(cluster, [project, index]));
  });
  const placeOf = (cluster: FleetCluster): [number, number] => places.get(cluster) ?? [0, 0];
  return {
    startedAtMs: state.startedAtMs,
    projects: state.projects.map(({ toRead, exportBucketId, problem, clusters }) => [
      Number(toRead),
      exportBucketId,
      problem ?? null,
      clusters.map((cluster) => carriedCluster(cluster, state)),
    ]),
    waiting: state.waiting.map((each) => [
      ...placeOf(each.cluster),
      each.snapshotId,
      each.orderKey,
      each.replicaSets,
      each.failedJobs,
      each.storageSizeBytes ?? null,
    ]),
    running: [...state.running.values()].map((each) => [
      ...placeOf(each.cluster),
      each.snapshotId,
      each.replicaSets,
      each.workflowId,
    ]),
    later: state.projects.flatMap((project, index) =>
      [project, ...project.clusters].flatMap((reading, place): CarriedLater[] =>
        reading.leftForLater === 0 ? [] : [carriedLater(reading, [index, place - 1], state)],
      ),
    ),
    ahead: [...state.clusters()].flatMap((cluster) =>
      // Where nothing is left, nothing is ever handed out again.
      (cluster.candidatesLeft === 0 ? [] : cluster.ahead).map(
        ({ orderKey, snapshotId }): [number, number, number, string] => [
          ...placeOf(cluster),
          orderKey,
          snapshotId,
        ],
      ),
    ),
    failures: [...state.failures],
    notes: [...state.notes],
  };
}

/** Undefined when it does not belong to the request. */
export function restoredFleet(
  request: CheckedKeepExportedRequest,
  carried: CarriedFleet,
): FleetState | undefined {
  if (carried.projects.length !== request.projects.length) return undefined;
  const state = new FleetState(request, carried.startedAtMs);
  state.projects.forEach((project, index) => restoreProject(project, carried.projects[index], carried));
  for (const [project, index, snapshotId, orderKey, replicaSets, failedJobs, size] of carried.waiting) {
    const cluster = state.projects[project]?.clusters[index];
    if (cluster === undefined) return undefined;
    const storageSizeBytes = size ?? undefined;
    // Only a dry run asks whether one is running already, and it keeps none that is.
    const candidate = { snapshotId, orderKey, replicaSets, failedJobs, storageSizeBytes, running: false };
    state.waiting.push({ ...candidate, ...named(cluster) });
    cluster.waiting += 1;
  }
  for (const [project, index, snapshotId, replicaSets, workflowId] of carried.running) {
    const cluster = state.projects[project]?.clusters[index];
    if (cluster === undefined) return undefined;
    const running = { ...named(cluster), snapshotId, replicaSets, workflowId, own: false };
    state.running.set(workflowId, running);
  }
  for (const [project, index, leftForLater, againAtSeconds] of carried.later ?? []) {
    const reading = index < 0 ? state.projects[project] : state.projects[project]?.clusters[index];
    if (reading === undefined) return undefined;
    reading.leftForLater = leftForLater;
    reading.readAgainAtMs = againAtSeconds === null ? undefined : carried.startedAtMs + againAtSeconds * 1000;
  }
  for (const [project, index, orderKey, snapshotId] of carried.ahead ?? []) {
    state.projects[project]?.clusters[index]?.ahead.push({ orderKey, snapshotId });
  }
  state.failures.push(...carried.failures);
  state.notes.push(...carried.notes);
  return state;
}

type CarriedLater = NonNullable<CarriedFleet['later']>[number];

function carriedLater(
  { leftForLater, readAgainAtMs }: FleetReading,
  [project, cluster]: readonly [number, number],
  { startedAtMs }: FleetState,
): CarriedLater {
  const againAtSeconds = readAgainAtMs === undefined ? null : Math.ceil((readAgainAtMs - startedAtMs) / 1000);
  return [project, cluster, leftForLater, againAtSeconds];
}

function named(cluster: FleetCluster): { cluster: FleetCluster; groupId: string; clusterName: string } {
  return { cluster, groupId: cluster.project.groupId, clusterName: cluster.clusterName };
}

function carriedCluster(cluster: FleetCluster, { startedAtMs }: FleetState): CarriedCluster {
  const { after, jobsReadAtMs } = cluster;
  return [
    cluster.clusterName,
    cluster.sharded ? cluster.shardCount : 0,
    [Number(cluster.toRead), Number(cluster.counted)],
    [
      cluster.due,
      cluster.exportedBefore,
      cluster.runningBefore,
      cluster.givenUp,
      cluster.expiringSoon,
      cluster.sizeUnknown,
      cluster.exportedNow,
      cluster.failedNow,
    ],
    cluster.bytesToExport,
    cluster.candidatesLeft,
    // Where nothing is left, nothing is ever handed out again.
    after === undefined || cluster.candidatesLeft === 0 ? null : [after.orderKey, after.snapshotId],
    cluster.problem ?? null,
    [cluster.provenBefore, cluster.proofUnknownBefore, cluster.provenNow, cluster.checkFailedBefore],
    jobsReadAtMs === undefined ? null : Math.floor((jobsReadAtMs - startedAtMs) / 1000),
  ];
}

function restoreProject(
  project: FleetProjectState,
  carried: CarriedFleet['projects'][number] | undefined,
  { startedAtMs }: Pick<CarriedFleet, 'startedAtMs'>,
): void {
  if (carried === undefined) return;
  const [toRead, exportBucketId, problem, clusters] = carried;
  project.toRead = toRead === 1;
  project.exportBucketId = exportBucketId;
  project.problem = problem ?? undefined;
  project.clusters.push(...clusters.map((cluster) => restoredCluster(project, cluster, { startedAtMs })));
}

function restoredCluster(
  project: FleetProjectState,
  carried: CarriedCluster,
  { startedAtMs }: Pick<CarriedFleet, 'startedAtMs'>,
): FleetCluster {
  const [
    clusterName,
    shards,
    [toRead, counted],
    figures,
    bytesToExport,
    candidatesLeft,
    after,
    problem,
    proof,
    jobsReadAfterSeconds,
  ] = carried;
  const [due, exportedBefore, runningBefore, givenUp, expiringSoon, sizeUnknown, exportedNow, failedNow] =
    figures;
  const [provenBefore, proofUnknownBefore, provenNow, checkFailedBefore = 0] = proof ?? [
    0,
    exportedBefore,
    0,
  ];
  return {
    ...newCluster(project, { clusterName, sharded: shards > 0, shardCount: Math.max(1, shards) }),
    toRead: toRead === 1,
    counted: counted === 1,
    problem: problem ?? undefined,
    due,
    exportedBefore,
    provenBefore,
    proofUnknownBefore,
    provenNow,
    checkFailedBefore,
    runningBefore,
    givenUp,
    expiringSoon,
    bytesToExport,
    sizeUnknown,
    exportedNow,
    failedNow,
    after: after === null ? undefined : { orderKey: after[0], snapshotId: after[1] },
    candidatesLeft,
    jobsReadAtMs:
      typeof jobsReadAfterSeconds === 'number' ? startedAtMs + jobsReadAfterSeconds * 1000 : undefined,
  };
}
