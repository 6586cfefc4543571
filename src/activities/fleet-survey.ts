import type { ExportJob, Snapshot } from '../atlas/index.ts';
import { stateReasonText, type ExportOrder } from '../contract/index.ts';
import type { ClusterSurvey, FleetCandidate, OrderPlace, SurveyClusterInput } from './fleet-activities.ts';
import { isActive, isExportedTo, oldestFirst, withoutComponents } from './snapshot-jobs.ts';

type Criteria = Omit<SurveyClusterInput, 'groupId' | 'clusterName' | 'sharded'>;

const expiringSoonMs = 2 * 24 * 60 * 60_000;

const givenUpExamplesMax = 5;
const reasonCharactersMax = 300;

/** Keys of the order are times in milliseconds; these stand before and behind all of them. */
const keyBeforeAll = -1e15;
const keyBehindAll = 1e15;

type Standing = 'exported' | 'running' | 'missing' | 'givenUp';

/** A due snapshot and what its jobs to the bucket say of it. */
interface DueSnapshot {
  readonly snapshot: Snapshot;
  readonly standing: Standing;
  readonly failedJobs: readonly ExportJob[];
}

/** What is due of a cluster and what has become of it, from its two lists. Relies on no order, since Atlas promises none. */
export function surveySnapshots(
  lists: { readonly snapshots: readonly Snapshot[]; readonly jobs: readonly ExportJob[] },
  criteria: Criteria,
): ClusterSurvey {
  const jobsOf = bySnapshot(withoutComponents(lists.jobs));
  const due = lists.snapshots
    .filter((snapshot) => isDue(snapshot, criteria))
    .map((snapshot) => dueSnapshot(snapshot, jobsOf.get(snapshot.id) ?? [], criteria));
  const missing = due.filter(({ standing }) => standing === 'missing');
  const givenUp = due.filter(({ standing }) => standing === 'givenUp');
  const candidates = due
    .filter(({ standing }) => standing === 'missing' || standing === 'running')
    .map((each) => candidateOf(each, criteria))
    .filter((candidate) => criteria.after === undefined || inOrder(criteria.after, candidate) < 0)
    .sort(inOrder);
  return {
    due: due.length,
    exported: due.filter(({ standing }) => standing === 'exported').length,
    running: due.filter(({ standing }) => standing === 'running').length,
    givenUp: givenUp.length,
    expiringSoon: missing.filter(({ snapshot }) => expiresSoon(snapshot, criteria.nowMs)).length,
    bytesToExport: missing.reduce((sum, { snapshot }) => sum + (sizeOf(snapshot) ?? 0), 0),
    sizeUnknown: missing.filter(({ snapshot }) => sizeOf(snapshot) === undefined).length,
    candidates: candidates.slice(0, criteria.candidatesMax),
    candidatesLeft: Math.max(0, candidates.length - criteria.candidatesMax),
    givenUpExamples: givenUp.slice(0, givenUpExamplesMax).map(givenUpExample),
  };
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

/** Completed, not a fallback one, of an asked-for kind, and taken since the asked-for time. */
function isDue(snapshot: Snapshot, { frequencyTypes, sinceMs }: Criteria): boolean {
  if (snapshot.status !== 'completed' || snapshot.snapshotType === 'fallback') return false;
  const frequency = frequencyOf(snapshot);
  return frequencyTypes.some((asked) => asked === frequency) && timeMs(snapshot.createdAt, 0) >= sinceMs;
}

/** Atlas writes `ondemand` for what its own description has no word for. */
function frequencyOf({ snapshotType, frequencyType = '' }: Snapshot): string {
  return snapshotType === 'onDemand' || frequencyType.toLowerCase() === 'ondemand'
    ? 'onDemand'
    : frequencyType.toLowerCase();
}

function dueSnapshot(snapshot: Snapshot, jobs: readonly ExportJob[], criteria: Criteria): DueSnapshot {
  const { exportBucketId, giveUpAfter } = criteria;
  const toBucket = jobs.filter((job) => job.exportBucketId === exportBucketId);
  const failedJobs = toBucket.filter(({ state }) => state === 'Failed').sort(oldestFirst);
  return { snapshot, failedJobs, standing: standingOf() };

  function standingOf(): Standing {
    if (toBucket.some((job) => isExportedTo(job, exportBucketId))) return 'exported';
    if (toBucket.some(isActive)) return 'running';
    return failedJobs.length >= giveUpAfter ? 'givenUp' : 'missing';
  }
}

function candidateOf({ snapshot, standing, failedJobs }: DueSnapshot, criteria: Criteria): FleetCandidate {
  return {
    snapshotId: snapshot.id,
    // Its replica sets are occupied already, and following it costs nothing.
    orderKey: standing === 'running' ? keyBeforeAll : orderKeys[criteria.order](snapshot),
    replicaSets: Math.max(1, snapshot.members?.length ?? snapshot.snapshotIds?.length ?? criteria.shardCount),
    running: standing === 'running',
    failedJobs: failedJobs.length,
    storageSizeBytes: sizeOf(snapshot),
  };
}

const orderKeys: Record<ExportOrder, (snapshot: Snapshot) => number> = {
  expiringFirst: ({ expiresAt }) => timeMs(expiresAt, keyBehindAll),
  newestFirst: ({ createdAt }) => -timeMs(createdAt, 0),
  oldestFirst: ({ createdAt }) => timeMs(createdAt, 0),
};

function inOrder(a: OrderPlace, b: OrderPlace): number {
  if (a.orderKey !== b.orderKey) return a.orderKey - b.orderKey;
  return a.snapshotId === b.snapshotId ? 0 : a.snapshotId < b.snapshotId ? -1 : 1;
}

function expiresSoon({ expiresAt }: Snapshot, nowMs: number): boolean {
  return timeMs(expiresAt, Infinity) < nowMs + expiringSoonMs;
}

/** 0 is what Atlas says as long as it does not know. */
function sizeOf({ storageSizeBytes }: Snapshot): number | undefined {
  return storageSizeBytes === 0 ? undefined : storageSizeBytes;
}

function givenUpExample({ snapshot, failedJobs }: DueSnapshot): ClusterSurvey['givenUpExamples'][number] {
  const reason = stateReasonText(failedJobs.at(-1)?.stateReason) ?? 'Atlas gave no reason';
  const text = `${failedJobs.length} export jobs have failed, the last one: ${reason}`;
  return { snapshotId: snapshot.id, reason: text.slice(0, reasonCharactersMax) };
}

function timeMs(text: string | undefined, fallback: number): number {
  const parsed = Date.parse(text ?? '');
  return Number.isFinite(parsed) ? parsed : fallback;
}
