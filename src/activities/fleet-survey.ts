import type { ExportJob, Snapshot } from '../atlas/index.ts';
import { timeMs } from './atlas-time.ts';
import { stateReasonText, type ExportOrder } from '../contract/index.ts';
import { dueSnapshots, type DueSnapshot } from './due-snapshots.ts';
import { occupyingExports } from './occupied-replica-sets.ts';
import type { ClusterSurvey, FleetCandidate, OrderPlace, SurveyClusterInput } from './fleet-activities.ts';

type Criteria = Omit<SurveyClusterInput, 'groupId' | 'clusterName' | 'sharded'>;

const expiringSoonMs = 2 * 24 * 60 * 60_000;

const givenUpExamplesMax = 5;
const reasonCharactersMax = 300;

/** Keys of the order are times in milliseconds; these stand before and behind all of them. */
const keyBeforeAll = -1e15;
const keyBehindAll = 1e15;

/** What is due of a cluster and what has become of it, from its two lists. Relies on no order, since Atlas promises none. */
export function surveySnapshots(
  lists: { readonly snapshots: readonly Snapshot[]; readonly jobs: readonly ExportJob[] },
  criteria: Criteria,
): ClusterSurvey {
  const due = dueSnapshots(lists, criteria);
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
    occupying: occupyingExports(lists.jobs, criteria),
  };
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
