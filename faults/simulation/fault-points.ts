import { setTimeout as machineSleep } from 'node:timers/promises';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import type { SkippedTime } from './skipped-time.ts';

/** The lock is back this long before Temporal gives the attempt up, so that the server's own count stays right. */
const givenUpWithinMs = 50;

/** Where a worker can stop: before an activity has done anything, or between Atlas's answer and the completion. */
export type FaultPoint = 'before' | 'after';

/** One attempt of one activity on one worker, as its interceptor saw it. */
export interface ActivityRecord {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly activityType: string;
  readonly input: unknown;
  readonly worker: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  stoppedAt: FaultPoint | undefined;
}

/** What the boundary of the activities needs of a run. */
export interface ActivityWatch {
  readonly time: SkippedTime;
  /** Called when an attempt begins; says where its worker stops, if it does. */
  begins(record: ActivityRecord): Promise<FaultPoint | undefined>;
  /** A worker stands still from here until the returned function is called. */
  readonly stops: () => () => void;
}

/**
 * Stops a worker at a fault point: the attempt goes on neither forwards nor to its completion, until Temporal
 * has given it up. Then it wakes, as a frozen worker does, and goes on as if nothing had been: what it does
 * then must be without effect. Nothing of the product takes part in this.
 */
export function faultPointInterceptor(
  context: Context,
  { worker, watchOf }: { worker: string; watchOf: (input: unknown) => ActivityWatch | undefined },
): { inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input, next) {
        const { info } = context;
        const watch = watchOf(input.args[0]);
        if (watch === undefined) throw new Error('an activity of no run');
        const { time, stops } = watch;
        // Also moves this process's clock: no time is skipped from here to the activity's end.
        const holding = `${info.activityType} of ${info.workflowExecution?.workflowId}`;
        let held = await time.hold(holding);
        const record: ActivityRecord = {
          workflowId: info.workflowExecution?.workflowId ?? '',
          runId: info.workflowExecution?.runId ?? '',
          activityId: info.activityId,
          activityType: info.activityType,
          input: input.args[0],
          worker,
          startedAtMs: held.sinceMs,
          endedAtMs: undefined,
          stoppedAt: undefined,
        };
        try {
          record.stoppedAt = await watch.begins(record);
          if (record.stoppedAt === 'before') await stop(record);
          return await next(input);
        } finally {
          if (record.stoppedAt === 'after') await stop(record);
          record.endedAtMs = Date.now();
          await held.release();
        }

        async function stop({ startedAtMs }: ActivityRecord): Promise<void> {
          const timeoutMs = Math.min(info.heartbeatTimeoutMs || Infinity, info.startToCloseTimeoutMs);
          // Temporal counts from when it handed the attempt out; on a busy machine that is a while before it began.
          const handedOutMs = Math.min(startedAtMs, info.currentAttemptScheduledTimestampMs);
          await held.release();
          const wakes = stops();
          // An attempt that beat meanwhile is given up later than that; its time then goes by in the machine's.
          await time.lendLockUntil(handedOutMs + timeoutMs - givenUpWithinMs);
          await machineSleep(3 * givenUpWithinMs);
          wakes();
          held = await time.hold(holding);
        }
      },
    },
  };
}
