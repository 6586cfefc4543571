import { setTimeout as machineSleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';

/** Two looks this far apart must see the same: what a worker is about to take on moves within it. */
const apartMs = 15;

/** PENDING_ACTIVITY_STATE_STARTED and …_CANCEL_REQUESTED, as the API counts them. */
const underWayStates = new Set<unknown>([2, 3]);

/** WORKFLOW_EXECUTION_STATUS_RUNNING */
const openStatus = 1;

export interface RunId {
  readonly workflowId: string;
  readonly runId: string;
}

interface Sight {
  /** Whether a workflow task is scheduled or started: the server keeps that in the history only. */
  readonly workflowTaskUnderWay: boolean;
  readonly activitiesUnderWay: number;
  /** Differs when anything has happened in between. */
  readonly fingerprint: string;
}

/**
 * Whether nothing is under way in these workflows and their children, as the server describes them: no activity
 * started but those that a stopped worker sits on, no workflow task open, and no step taken between two looks.
 */
export async function isQuiet(
  client: Client,
  runs: readonly RunId[],
  activitiesStopped: () => number,
): Promise<boolean> {
  const isQuietIn = (sight: Sight): boolean =>
    !sight.workflowTaskUnderWay && sight.activitiesUnderWay <= activitiesStopped();
  const before = await look(client, runs);
  if (!isQuietIn(before)) return false;
  await machineSleep(apartMs);
  const after = await look(client, runs);
  return isQuietIn(after) && after.fingerprint === before.fingerprint;
}

/** What is under way in these workflows, for whoever looks into a run that does not go on. */
export async function describeUnderWay(client: Client, runs: readonly RunId[]): Promise<string> {
  const { workflowTaskUnderWay, activitiesUnderWay, fingerprint } = await look(client, runs);
  return `workflow task under way: ${workflowTaskUnderWay}, activities: ${activitiesUnderWay}, workflows as events/status, tasks, activity/state/attempt: ${fingerprint}`;
}

async function look(client: Client, runs: readonly RunId[]): Promise<Sight> {
  const sights = await Promise.all(runs.map((run) => lookAt(client, run)));
  return {
    workflowTaskUnderWay: sights.some(({ workflowTaskUnderWay }) => workflowTaskUnderWay),
    activitiesUnderWay: sights.reduce((sum, { activitiesUnderWay }) => sum + activitiesUnderWay, 0),
    fingerprint: sights.map(({ fingerprint }) => fingerprint).join(' '),
  };
}

async function lookAt(client: Client, { workflowId, runId }: RunId): Promise<Sight> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const { raw } = await handle.describe();
  const children = (raw.pendingChildren ?? []).flatMap(({ workflowId: id, runId: run }) =>
    typeof id === 'string' && typeof run === 'string' && run !== '' ? [{ workflowId: id, runId: run }] : [],
  );
  const below = await look(client, children);
  const pending = raw.pendingActivities ?? [];
  const own = pending.map(({ activityId, state, attempt }) => `${activityId}/${state}/${attempt}`);
  const { historyLength, status } = raw.workflowExecutionInfo ?? {};
  const open = Number(status) === openStatus;
  const task = open ? await openWorkflowTask(handle) : undefined;
  return {
    workflowTaskUnderWay: below.workflowTaskUnderWay || task !== undefined,
    activitiesUnderWay:
      below.activitiesUnderWay + pending.filter(({ state }) => open && underWayStates.has(state)).length,
    fingerprint: [`${String(historyLength)}/${status}`, task ?? '', ...own, below.fingerprint].join(' '),
  };
}

/** `scheduled` or `started`; undefined where none is open. */
async function openWorkflowTask(handle: WorkflowHandle): Promise<string | undefined> {
  const { events } = await handle.fetchHistory();
  const last = (events ?? []).findLast(
    (event) =>
      event.workflowTaskScheduledEventAttributes ??
      event.workflowTaskStartedEventAttributes ??
      event.workflowTaskCompletedEventAttributes ??
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes,
  );
  if (last?.workflowTaskScheduledEventAttributes) return 'workflow-task-scheduled';
  return last?.workflowTaskStartedEventAttributes ? 'workflow-task-started' : undefined;
}
