import type { ExportJob, Snapshot } from '../atlas/index.ts';
import type { SnapshotFrequency } from '../contract/index.ts';
import { timeMs } from './atlas-time.ts';
import { isExportable } from './cluster-snapshots.ts';
import { isActive, isExportedTo, oldestFirst, withoutComponents } from './snapshot-jobs.ts';

/** A cluster's two lists at Atlas, in whatever order. */
export interface ClusterLists {
  readonly snapshots: readonly Snapshot[];
  readonly jobs: readonly ExportJob[];
}

export interface DueCriteria {
  readonly exportBucketId: string;
  /** Undefined: of every kind, also of those that Atlas may add. */
  readonly frequencyTypes?: readonly SnapshotFrequency[] | undefined;
  readonly sinceMs: number;
  /** Only those taken until then; undefined: whenever. */
  readonly untilMs?: number | undefined;
  /** Failed jobs of a snapshot to the bucket after which it is given up. */
  readonly giveUpAfter: number;
}

export type Standing = 'exported' | 'running' | 'missing' | 'givenUp';

/** A due snapshot and what its jobs to the bucket say of it. */
export interface DueSnapshot {
  readonly snapshot: Snapshot;
  readonly standing: Standing;
  /** Those that have put it into the bucket, oldest first. */
  readonly exportedBy: readonly ExportJob[];
  /** Oldest first. */
  readonly failedJobs: readonly ExportJob[];
}

/** What is due of a cluster and how it stands: the one rule, for `keepExported` and for the audit. */
export function dueSnapshots(lists: ClusterLists, criteria: DueCriteria): DueSnapshot[] {
  const jobsOf = bySnapshot(withoutComponents(lists.jobs));
  return lists.snapshots
    .filter((snapshot) => isDue(snapshot, criteria))
    .map((snapshot) => dueSnapshot(snapshot, jobsOf.get(snapshot.id) ?? [], criteria));
}

function bySnapshot(jobs: readonly ExportJob[]): Map<string, ExportJob[]> {
  const groups = new Map<string, ExportJob[]>();
  for (const job of jobs) {
    const { snapshotId = '' } = job;
    const group = groups.get(snapshotId);
    if (group === undefined) groups.set(snapshotId, [job]);
    else group.push(job);
  }
  return groups;
}

/** One that can be exported, of an asked-for kind, and taken within the asked-for time. */
function isDue(snapshot: Snapshot, { frequencyTypes, sinceMs, untilMs = Infinity }: DueCriteria): boolean {
  if (!isExportable(snapshot)) return false;
  const frequency = frequencyOf(snapshot);
  const isAsked = frequencyTypes === undefined || frequencyTypes.some((asked) => asked === frequency);
  const createdAtMs = timeMs(snapshot.createdAt, 0);
  return isAsked && createdAtMs >= sinceMs && createdAtMs <= untilMs;
}

/** Atlas writes `ondemand` for what its own description has no word for. */
function frequencyOf({ snapshotType, frequencyType = '' }: Snapshot): string {
  return snapshotType === 'onDemand' || frequencyType.toLowerCase() === 'ondemand'
    ? 'onDemand'
    : frequencyType.toLowerCase();
}

function dueSnapshot(snapshot: Snapshot, jobs: readonly ExportJob[], criteria: DueCriteria): DueSnapshot {
  const { exportBucketId, giveUpAfter } = criteria;
  const toBucket = jobs.filter((job) => job.exportBucketId === exportBucketId);
  const exportedBy = toBucket.filter((job) => isExportedTo(job, exportBucketId)).sort(oldestFirst);
  const failedJobs = toBucket.filter(({ state }) => state === 'Failed').sort(oldestFirst);
  return { snapshot, exportedBy, failedJobs, standing: standingOf() };

  function standingOf(): Standing {
    if (exportedBy.length > 0) return 'exported';
    if (toBucket.some(isActive)) return 'running';
    return failedJobs.length >= giveUpAfter ? 'givenUp' : 'missing';
  }
}
