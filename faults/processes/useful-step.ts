/** One event of a history, as far as it tells who moved the run on, and when. */
export interface StepEvent {
  readonly id: number;
  readonly atMs: number;
  readonly type: string;
  /** Of the worker that it names. */
  readonly identity: string | undefined;
  /** The event that scheduled what this one starts or ends. */
  readonly scheduledId: number | undefined;
}

export interface Kill {
  readonly atMs: number;
  /** Of the worker that was killed; its identity at Temporal is `atlas-export-worker <pid>@<host>`. */
  readonly pid: number;
}

export interface Recovery {
  /** When there was something to do: the kill, or later, when what the run waited for had come. */
  readonly owedAtMs: number;
  /** When a worker that lived did it; undefined while none has. */
  readonly steppedAtMs: number | undefined;
}

const tasksScheduled = ['workflowTaskScheduled', 'activityTaskScheduled'];
const tasksEnded = [
  'workflowTaskCompleted',
  'workflowTaskFailed',
  'workflowTaskTimedOut',
  'activityTaskCompleted',
  'activityTaskFailed',
  'activityTaskTimedOut',
  'activityTaskCanceled',
];
const steps = ['workflowTaskCompleted', 'activityTaskStarted', 'activityTaskCompleted', 'activityTaskFailed'];

/**
 * How a run went on after a worker was killed: from when anything was owed to it until a worker that lived took
 * the next step. Undefined where the run was not open, or owed nothing any more: it waits for a timer, for
 * somebody else, or has ended.
 */
export function recoveryOf(events: readonly StepEvent[], kill: Kill): Recovery | undefined {
  const before = events.filter((event) => event.atMs <= kill.atMs);
  const after = events.filter((event) => event.atMs > kill.atMs);
  if (before.length === 0 || before.some(({ type }) => type.startsWith('workflowExecutionCompleted')))
    return undefined;
  const owedAtMs = hasOpenTask(before)
    ? kill.atMs
    : after.find(({ type }) => tasksScheduled.includes(type))?.atMs;
  if (owedAtMs === undefined) return undefined;
  const step = after.find(
    ({ type, identity }) => steps.includes(type) && identity?.includes(` ${kill.pid}@`) !== true,
  );
  // The dead worker's last call was on its way and has ended the run: nothing is owed any more.
  if (step === undefined && after.some(({ type }) => type === 'workflowExecutionCompleted')) return undefined;
  return { owedAtMs, steppedAtMs: step?.atMs };
}

/** A task that was scheduled and has not ended. */
function hasOpenTask(events: readonly StepEvent[]): boolean {
  const ended = new Set(
    events.filter(({ type }) => tasksEnded.includes(type)).map(({ scheduledId }) => scheduledId),
  );
  return events.some(({ id, type }) => tasksScheduled.includes(type) && !ended.has(id));
}
