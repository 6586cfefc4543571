import { Context } from '@temporalio/activity';
import { AtlasNotSentError } from '../atlas/index.ts';

/** How long after it was confirmed a create may still go on the wire. */
const leaseMs = 5_000;

/**
 * Permission to send one create request.
 *
 * The race it closes: a worker is frozen (SIGSTOP, a paused virtual machine) while it holds the create
 * activity. Temporal gives the activity up, the workflow looks for the job, does not find it, and sends
 * another create from a live worker. Then the frozen worker wakes and would send its own. So, last thing
 * before the request leaves, the server is asked whether this very attempt is still wanted, and the answer
 * holds for a few seconds only, by two clocks: the monotonic one stands still while a machine is suspended,
 * the wall clock may be set back.
 */
export class CreateLease {
  private readonly monotonicMs = performance.now();
  private readonly wallMs = Date.now();

  /** Whether the request may still be sent. Asked again in the instant before it is. */
  readonly stillValid = (): boolean => {
    const monotonic = performance.now() - this.monotonicMs;
    const wall = Date.now() - this.wallMs;
    return monotonic < leaseMs && wall < leaseMs && wall > -leaseMs;
  };

  /** Asks the server. Throws {@link AtlasNotSentError} unless it says that this attempt is still wanted. */
  static async take(): Promise<CreateLease> {
    // Before the question, so that the time the answer takes counts against the lease.
    const lease = new CreateLease();
    const pending = await isStillPending();
    if (pending === true) return lease;
    throw new AtlasNotSentError({
      message:
        pending === false
          ? 'This create activity has been given up meanwhile; nothing was sent.'
          : 'Temporal could not be asked whether this create activity is still wanted; nothing was sent.',
      operation: 'createExportJob',
      effect: 'none',
    });
  }
}

/** Undefined when the server could not be asked. */
async function isStillPending(): Promise<boolean | undefined> {
  const { client, info, log } = Context.current();
  const execution = info.workflowExecution;
  if (execution === undefined) return true;
  try {
    const description = await client.withDeadline(Date.now() + leaseMs, () =>
      client.workflowService.describeWorkflowExecution({ namespace: info.namespace, execution }),
    );
    return (description.pendingActivities ?? []).some(
      (pending) => pending.activityId === info.activityId && (pending.attempt ?? 1) === info.attempt,
    );
  } catch (error) {
    log.warn('could not confirm that the create is still wanted', { error: String(error) });
    return undefined;
  }
}
