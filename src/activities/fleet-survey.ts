import type { ExportJob, Snapshot } from '../atlas/index.ts';
import { timeMs } from './atlas-time.ts';
import { stateReasonText, type ExportOrder } from '../contract/index.ts';
import { dueSnapshots, type DueCriteria, type DueSnapshot } from './due-snapshots.ts';
import { occupyingExports } from './occupied-replica-sets.ts';
import type { ClusterSurvey, FleetCandidate, OrderPlace, SurveyClusterInput } from './fleet-activities.ts';

type Criteria = Omit<SurveyClusterInput, 'groupId' | 'clusterName' | 'sharded'> &
  Pick<DueCriteria, 'untilMs'>;

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
  const places = due
    .filter(({ standing }) => standing === 'missing' || standing === 'running')
    .map((each) => ({ each, ...placeOf(each, criteria.order) }))
    .filter((place) => !isHandedOut(place, criteria))
    .sort(inOrder);
  const handedOut = handOut(places, criteria.candidatesMax);
  return {
    due: due.length,
    exported: due.filter(({ standing }) => standing === 'exported').length,
    running: due.filter(({ standing }) => standing === 'running').length,
    givenUp: givenUp.length,
    expiringSoon: [...missing, ...givenUp].filter(({ snapshot }) => expiresSoon(snapshot, criteria.nowMs))
      .length,
    bytesToExport: missing.reduce((sum, { snapshot }) => sum + (sizeOf(snapshot) ?? 0), 0),
    sizeUnknown: missing.filter(({ snapshot }) => sizeOf(snapshot) === undefined).length,
    candidates: handedOut.map(({ each, orderKey }) => candidateOf(each, { orderKey, ...criteria })),
    candidatesLeft: places.length - handedOut.length,
    ...reached(handedOut, criteria),
    givenUpExamples: givenUp.slice(0, givenUpExamplesMax).map(givenUpExample),
    occupying: occupyingExports(lists.jobs, criteria),
  };
}

type PlacedSnapshot = OrderPlace & { readonly each: DueSnapshot };

function placeOf({ snapshot }: DueSnapshot, order: ExportOrder): OrderPlace {
  return { orderKey: orderKeys[order](snapshot), snapshotId: snapshot.id };
}

/** Whatever has become of it since: what was handed out is never handed out again. */
function isHandedOut(place: OrderPlace, { after, ahead = [] }: Pick<Criteria, 'after' | 'ahead'>): boolean {
  if (after !== undefined && inOrder(place, after) <= 0) return true;
  return ahead.some(({ snapshotId }) => snapshotId === place.snapshotId);
}

/** First what Atlas is exporting already, wherever it stands: its replica sets are occupied, and following it costs nothing. */
function handOut(places: readonly PlacedSnapshot[], countMax: number): PlacedSnapshot[] {
  const isRunning = ({ each }: PlacedSnapshot): boolean => each.standing === 'running';
  const running = places.filter(isRunning).slice(0, countMax);
  const missing = places.filter((place) => !isRunning(place)).slice(0, countMax - running.length);
  return [...running, ...missing];
}

/** How far the order is handed out now, and what is handed out beyond. */
function reached(
  handedOut: readonly PlacedSnapshot[],
  criteria: Pick<Criteria, 'after' | 'ahead'>,
): Pick<ClusterSurvey, 'after' | 'ahead'> {
  const missing = handedOut.filter(({ each }) => each.standing === 'missing');
  const after = missing.at(-1) ?? criteria.after;
  const running = handedOut.filter(({ each }) => each.standing === 'running');
  const ahead = [...(criteria.ahead ?? []), ...running]
    .filter((place) => after === undefined || inOrder(place, after) > 0)
    .map(bare);
  return { ...(after === undefined ? {} : { after: bare(after) }), ...(ahead.length === 0 ? {} : { ahead }) };
}

function bare({ orderKey, snapshotId }: OrderPlace): OrderPlace {
  return { orderKey, snapshotId };
}

function candidateOf(
  { snapshot, standing, failedJobs }: DueSnapshot,
  { orderKey, shardCount }: Pick<Criteria, 'shardCount'> & Pick<OrderPlace, 'orderKey'>,
): FleetCandidate {
  return {
    snapshotId: snapshot.id,
    orderKey: standing === 'running' ? keyBeforeAll : orderKey,
    replicaSets: Math.max(1, snapshot.members?.length ?? snapshot.snapshotIds?.length ?? shardCount),
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
