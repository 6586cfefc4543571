import { setTimeout as machineSleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { readHistory } from './read-history.ts';
import { openWorkflowTask, type OpenWorkflowTask } from './workflow-tasks.ts';

/** Two looks this far apart must see the same: what a worker is about to take on moves within it. */
const apartMs = 15;

/** PENDING_ACTIVITY_STATE_STARTED and …_CANCEL_REQUESTED, as the API counts them. */
const underWayStates = new Set<unknown>([2, 3]);

/** WORKFLOW_EXECUTION_STATUS_RUNNING */
const openStatus = 1;

interface OpenTask extends OpenWorkflowTask {
  readonly workflowId: string;
}

export interface RunId {
  readonly workflowId: string;
  readonly runId: string;
}

interface Sight {
  /** Workflow tasks that are scheduled or started: the server keeps that in the history only. */
  readonly workflowTasks: readonly OpenTask[];
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
    sight.workflowTasks.length === 0 && sight.activitiesUnderWay <= activitiesStopped();
  const before = await look(client, runs);
  if (!isQuietIn(before)) return false;
  await machineSleep(apartMs);
  const after = await look(client, runs);
  return isQuietIn(after) && after.fingerprint === before.fingerprint;
}

/** What is under way in these workflows, for whoever looks into a run that does not go on. */
export async function describeUnderWay(client: Client, runs: readonly RunId[]): Promise<string> {
  const { workflowTasks, activitiesUnderWay, fingerprint } = await look(client, runs);
  return `workflow tasks under way: ${workflowTasks.length}, activities: ${activitiesUnderWay}, workflows as events/status, tasks, activity/state/attempt: ${fingerprint}`;
}

/** The workflow tasks that are under way in these workflows and their children. */
export async function workflowTasksUnderWay(
  client: Client,
  runs: readonly RunId[],
): Promise<readonly OpenTask[]> {
  const { workflowTasks } = await look(client, runs);
  return workflowTasks;
}

async function look(client: Client, runs: readonly RunId[]): Promise<Sight> {
  const sights = await Promise.all(runs.map((run) => lookAt(client, run)));
  return {
    workflowTasks: sights.flatMap(({ workflowTasks }) => workflowTasks),
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
  const task = open ? await openTaskOf(handle) : undefined;
  return {
    workflowTasks: [...below.workflowTasks, ...(task === undefined ? [] : [{ ...task, workflowId }])],
    activitiesUnderWay: below.activitiesUnderWay + (open ? pending.filter(isUnderWay).length : 0),
    fingerprint: [
      `${String(historyLength)}/${status}`,
      task === undefined ? '' : `workflow-task-${task.state}`,
      ...own,
      below.fingerprint,
    ].join(' '),
  };
}

async function openTaskOf(handle: WorkflowHandle): Promise<OpenWorkflowTask | undefined> {
  const { events } = await readHistory(handle);
  return openWorkflowTask(events);
}

type DescribedActivity = NonNullable<
  Awaited<ReturnType<WorkflowHandle['describe']>>['raw']['pendingActivities']
>[number];

interface PendingActivity extends Pick<DescribedActivity, 'lastStartedTime' | 'lastAttemptCompleteTime'> {
  /** As the API counts it. */
  readonly state?: unknown;
}

/**
 * Whether a worker has an attempt of it. One that waits for its next attempt is still called started by the test
 * server, which goes by whether it ever was; only the times of its last attempt tell the two apart.
 */
export function isUnderWay({ state, lastStartedTime, lastAttemptCompleteTime }: PendingActivity): boolean {
  if (!underWayStates.has(state)) return false;
  if (!lastAttemptCompleteTime || !lastStartedTime) return true;
  return tsToMs(lastAttemptCompleteTime) < tsToMs(lastStartedTime);
}
