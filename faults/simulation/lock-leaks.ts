import type { Client, WorkflowHandle } from '@temporalio/client';
import type { ActivityRecord } from './fault-points.ts';
import { childrenOf, readHistory, type RawHistory } from './read-history.ts';
import type { SkippedTime } from './skipped-time.ts';

/**
 * The time-skipping server holds its time while an activity is under way, and never lets go of it when the
 * activity's workflow has ended meanwhile (sdk-java issue 1138): a cancelled export with a look under way would
 * stop the skipping for good. So, when a workflow ends, the locks of what it left running are given back.
 */
export class LockLeaks {
  readonly #time: SkippedTime;
  readonly #records: ActivityRecord[] = [];
  /** Activities that outlived their workflow and still run: their lock is given back when they end. */
  readonly #outliving = new Set<string>();
  readonly #watching: Promise<void>[] = [];

  constructor(time: SkippedTime) {
    this.#time = time;
  }

  activityEnded(record: ActivityRecord): void {
    this.#records.push(record);
    if (this.#outliving.delete(keyOf(record))) this.#watching.push(this.#time.unlockLeaked());
  }

  /** Watches an export and its children for their end. */
  watch(handle: WorkflowHandle, client: Client): void {
    const ended = handle.result().catch(() => undefined);
    this.#watching.push(ended.then(() => this.#workflowEnded(handle, client)));
  }

  /** Waits until every lock is given back. */
  async settle(): Promise<void> {
    for (let done = 0; done < this.#watching.length; done = this.#watching.length)
      await Promise.allSettled(this.#watching);
  }

  async #workflowEnded(handle: WorkflowHandle, client: Client): Promise<void> {
    const history = await readHistory(handle);
    await this.#giveBack(handle.workflowId, history.raw);
    for (const child of childrenOf(history.raw)) {
      const childHandle = client.workflow.getHandle(child.workflowId, child.runId);
      await childHandle.result().catch(() => undefined);
      await this.#giveBack(child.workflowId, (await readHistory(childHandle)).raw);
    }
  }

  async #giveBack(workflowId: string, raw: RawHistory): Promise<void> {
    for (const activityId of unfinishedActivities(raw)) {
      const key = `${workflowId} ${activityId}`;
      const record = this.#records.findLast((each) => keyOf(each) === key);
      // One that failed and waits to be repeated holds nothing.
      const repeated = record !== undefined && /^(?:find|resolve)/.test(record.activityType);
      if (record === undefined) this.#outliving.add(key);
      else if (!repeated) await this.#time.unlockLeaked();
    }
  }
}



function keyOf({ workflowId, activityId }: Pick<ActivityRecord, 'workflowId' | 'activityId'>): string {
  return `${workflowId} ${activityId}`;
}

/** Ids of the activities that were scheduled and whose end the history does not tell. */
function unfinishedActivities(raw: RawHistory): string[] {
  const scheduled = new Map<string, string>();
  for (const event of raw.events ?? []) {
    const { activityTaskScheduledEventAttributes: begun } = event;
    if (begun) scheduled.set(String(event.eventId), begun.activityId ?? '');
    const ended =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (ended) scheduled.delete(String(ended.scheduledEventId));
  }
  return [...scheduled.values()];
}
