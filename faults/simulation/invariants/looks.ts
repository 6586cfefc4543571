import type { HistoryEvent, RequestEvidence, WorkflowHistory } from '../evidence.ts';
import { deadlineAtMs } from './deadline.ts';
import type { Invariant } from './index.ts';

/** The shortest pause between looks of each preset, and the longest. */
const intervals = {
  eager: { minMs: 2_000, maxMs: 10 * 60_000 },
  balanced: { minMs: 4_000, maxMs: 20 * 60_000 },
  thrifty: { minMs: 10_000, maxMs: 60 * 60_000 },
} as const;
/** After a failed look: 5 s at least, and no longer than Atlas asked for. */
const failureMinMs = 5_000;
const retryAfterMaxMs = 10 * 60_000;
/** The server's timers are no more exact than this. */
const earlyMsMax = 50;
/** A look is begun this long after its time at most: the machine is busy, or a worker has lost its task. */
const lateMsMax = 60_000;
/** The looks of a component when its job has ended. */
const lastLooksMax = 3;
/** A component that Atlas answers with so many 404s in a row is not shown, and waits for its job's end. */
const hiddenAfterAbsences = 3;

interface Look {
  readonly atMs: number;
  /** Of the look before it, from its end. */
  readonly pauseMs: number;
  /** Of the looks before it in a row, from the last one on. */
  readonly failuresBefore: readonly string[];
  /** Whether a person, or the job's end, asked for it. */
  readonly asked: boolean;
  /** Whether it comes after its component was told that the job has ended. */
  readonly last: boolean;
}

/** The looks of each workflow keep to the bounds of its schedule: never too close, and never too far apart. */
export const looksWithinSchedule: Invariant = ({ histories, requests }) =>
  histories.flatMap((history) => {
    const { workflowId, requestName, events } = history;
    const request = requests.find(({ name }) => name === requestName);
    const deadlineMs = request === undefined ? Infinity : deadlineAtMs(request, requests);
    const looks = looksOf(events);
    const lastLooks = looks.filter(({ last }) => last).length;
    return [
      ...looks
        .filter((look) => tooClose(look, request, deadlineMs))
        .map(({ pauseMs }) => `${workflowId}: a look came ${Math.round(pauseMs)} ms after the one before`),
      ...looks
        .filter((look) => tooFar(look, history, request))
        .map(({ pauseMs }) => `${workflowId}: ${Math.round(pauseMs / 1000)} s went by between two looks`),
      ...(lastLooks > lastLooksMax
        ? [`${workflowId}: ${lastLooks} looks after it was told that its job has ended`]
        : []),
    ];
  });

function intervalOf(
  request: RequestEvidence | undefined,
): (typeof intervals)['balanced' | 'eager' | 'thrifty'] {
  return intervals[request?.scenario.settings.polling?.preset ?? 'balanced'];
}

function tooClose(
  { atMs, pauseMs, failuresBefore, asked }: Look,
  request: RequestEvidence | undefined,
  deadlineMs: number,
): boolean {
  // The last one may come as early as the deadline wants it.
  if (asked || atMs >= deadlineMs - earlyMsMax) return false;
  const minMs = failuresBefore.length > 0 ? failureMinMs : intervalOf(request).minMs;
  return pauseMs < minMs - earlyMsMax;
}

function tooFar(
  { pauseMs, failuresBefore }: Look,
  { workflowType }: WorkflowHistory,
  request: RequestEvidence | undefined,
): boolean {
  const latest = failuresBefore.slice(0, hiddenAfterAbsences);
  const hidden =
    latest.length === hiddenAfterAbsences && latest.every((failure) => failure === 'ATLAS_NOT_FOUND');
  if (workflowType === 'trackComponent' && hidden) return false;
  return pauseMs > Math.max(intervalOf(request).maxMs, retryAfterMaxMs) + lateMsMax;
}

const askTypes = new Set(['workflowExecutionSignaled', 'workflowExecutionUpdateAccepted']);

/** Every look but the first of a row; other activities start the row anew. */
function looksOf(events: readonly HistoryEvent[]): Look[] {
  const looks: Look[] = [];
  let endedAtMs: number | undefined;
  let failuresBefore: readonly string[] = [];
  let asked = false;
  let told = false;
  for (const { type, activityType, atMs, cause } of events) {
    if (askTypes.has(type)) asked = true;
    if (type === 'workflowExecutionSignaled') told = true;
    if (activityType === undefined || type === 'activityTaskStarted') continue;
    if (activityType !== 'pollExportJob') endedAtMs = undefined;
    else if (type === 'activityTaskScheduled') {
      if (endedAtMs !== undefined)
        looks.push({ atMs, pauseMs: atMs - endedAtMs, failuresBefore, asked: asked || told, last: told });
      asked = false;
    } else {
      endedAtMs = atMs;
      failuresBefore = type === 'activityTaskCompleted' ? [] : [cause ?? type, ...failuresBefore];
    }
  }
  return looks;
}
