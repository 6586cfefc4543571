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
  /** When Temporal has given this attempt to the worker, by its own clock; undefined where it does not say. */
  startedAtMs: number | undefined;
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
    const standing = await askStanding();
    if (standing.kind !== 'wanted') throw notSent(whyNot[standing.kind]);
    lease.startedAtMs = standing.startedAtMs;
    return lease;
  }
}

/** A create that was not sent, and has no effect therefore. */
export function notSent(why: string): AtlasNotSentError {
  return new AtlasNotSentError({
    message: `${why}; nothing was sent.`,
    operation: 'createExportJob',
    effect: 'none',
  });
}

type Standing =
  | { readonly kind: 'wanted'; readonly startedAtMs: number | undefined }
  | { readonly kind: keyof typeof whyNot };

const whyNot = {
  givenUp: 'This create activity has been given up meanwhile',
  cancelled: 'The export was cancelled before its job was created',
  unknown: 'Temporal could not be asked whether this create activity is still wanted',
} as const;

async function askStanding(): Promise<Standing> {
  const { client, info, log } = Context.current();
  const execution = info.workflowExecution;
  if (execution === undefined) return { kind: 'wanted', startedAtMs: undefined };
  try {
    const { pendingActivities, workflowExtendedInfo } = await client.withDeadline(Date.now() + leaseMs, () =>
      client.workflowService.describeWorkflowExecution({ namespace: info.namespace, execution }),
    );
    const ours = (pendingActivities ?? []).find(
      ({ activityId, attempt }) => activityId === info.activityId && (attempt ?? 1) === info.attempt,
    );
    if (ours === undefined) return { kind: 'givenUp' };
    // It may have waited in the queue for hours, and whoever cancels before anything is paid for wants no job.
    if (workflowExtendedInfo?.cancelRequested === true) return { kind: 'cancelled' };
    return { kind: 'wanted', startedAtMs: timestampMs(ours.lastStartedTime) };
  } catch (error) {
    log.warn('could not confirm that the create is still wanted', { error: String(error) });
    return { kind: 'unknown' };
  }
}

/** Protobuf's `Timestamp`, whose seconds are a 64-bit integer of its own kind. */
function timestampMs(
  timestamp: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined,
): number | undefined {
  if (timestamp === null || timestamp === undefined) return undefined;
  return Number(timestamp.seconds ?? 0) * 1_000 + (timestamp.nanos ?? 0) / 1_000_000;
}
