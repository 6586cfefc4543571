import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import * as v from 'valibot';
import { AtlasError } from '../atlas/index.ts';
import {
  verificationProgressSignal,
  type BucketContents,
  type PollFailure,
  type VerificationProgress,
} from '../contract/index.ts';
import type { Checkpoint, Listing } from '../proof/index.ts';
import { heartbeatMs } from './heartbeat-interval.ts';

/** A checkpoint travels by itself at most this often. */
const checkpointBeatMs = 500;

/** How long a check runs before its export hears how far it is, and then after twice as long, up to the most. */
const progressMsFirst = 30_000;
const progressMsMax = 10 * 60_000;

const callTimeoutMs = 3_000;

const unexpected = 'UNEXPECTED';

/** What travels in a check's heartbeats: from worker to worker, and into no history. */
const detailsSchema = v.object({
  checkpoint: v.optional(v.unknown()),
  failure: v.optional(
    v.object({ code: v.string(), message: v.string(), since: v.string(), inARow: v.number() }),
  ),
});

/**
 * Carries what a running check knows: its place to go on from, in heartbeats that another worker takes up, and what
 * people should see, by a signal when something has changed. Telling by a signal costs four events, so a storage that
 * is away for a day is told about once, and progress at ever longer intervals.
 */
export class VerificationReporter {
  /** What the attempt before this one last reported. */
  readonly resumeFrom: unknown;
  private readonly look: number;
  private checkpoint: Checkpoint | undefined;
  private failure: PollFailure | undefined;
  private progressMs = progressMsFirst;
  private toldAtMs = performance.now();
  private beatAtMs = performance.now();
  private readonly heartbeats: NodeJS.Timeout;

  constructor(look: number) {
    const read = v.safeParse(detailsSchema, Context.current().info.heartbeatDetails);
    this.look = look;
    this.resumeFrom = read.success ? read.output.checkpoint : undefined;
    this.failure = read.success ? read.output.failure : undefined;
    this.beat();
    this.heartbeats = setInterval(() => this.beat(), heartbeatMs);
  }

  /** The check has got this far. */
  saw(checkpoint: Checkpoint): void {
    const isBack = this.failure !== undefined;
    this.checkpoint = checkpoint;
    this.failure = undefined;
    // A checkpoint of a large export has 200 kB, and small objects come by the hundred in a second.
    if (performance.now() - this.beatAtMs >= checkpointBeatMs) this.beat();
    const isDue = performance.now() - this.toldAtMs >= this.progressMs;
    if (!isBack && !isDue) return;
    if (isDue) this.progressMs = Math.min(this.progressMs * 2, progressMsMax);
    this.toldAtMs = performance.now();
    void this.tell({ look: this.look, found: contentsOf(checkpoint.listing) });
  }

  /** The check cannot go on. Returns what to throw, so that Temporal has it repeated a little later. */
  async failed(error: unknown): Promise<unknown> {
    const { code, message } = reasonOf(error);
    const before = this.failure?.code === code ? this.failure : undefined;
    this.failure = {
      code,
      message,
      since: before?.since ?? new Date().toISOString(),
      inARow: (before?.inARow ?? 0) + 1,
    };
    this.beat();
    if (before === undefined) await this.tell({ look: this.look, failure: this.failure });
    const delayMs = error instanceof AtlasError ? error.retryAfterMs : undefined;
    return ApplicationFailure.create({
      type: code,
      message,
      nonRetryable: false,
      ...(error instanceof Error && code === unexpected ? { cause: error } : {}),
      ...(delayMs === undefined ? {} : { nextRetryDelay: Math.max(1, delayMs) }),
    });
  }

  /**
   * Resolves when the server has the latest checkpoint. The SDK sends heartbeats when it likes and does not say when
   * they have arrived, so this one is sent directly. An older one of the SDK's may still overtake it; its next, within
   * a second, has all of it again.
   */
  async checkpointKept(): Promise<void> {
    this.beat();
    const context = Context.current();
    try {
      const { client, info } = context;
      await client.withDeadline(Date.now() + callTimeoutMs, () =>
        client.activity.heartbeat(info.taskToken, this.details()),
      );
    } catch (error) {
      // That the attempt is over or given up, the SDK says too. Without a server there is nobody to go on elsewhere.
      context.log.debug('a checkpoint could not be told to the server', { error: String(error) });
    }
  }

  stop(): void {
    clearInterval(this.heartbeats);
  }

  /** Each carries all of it: the server keeps the latest alone. */
  private beat(): void {
    this.beatAtMs = performance.now();
    Context.current().heartbeat(this.details());
  }

  private details(): v.InferOutput<typeof detailsSchema> {
    return { checkpoint: this.checkpoint ?? this.resumeFrom, failure: this.failure };
  }

  private async tell(progress: VerificationProgress): Promise<void> {
    const context = Context.current();
    const { info, log } = context;
    if (info.workflowExecution === undefined) return;
    const { workflowId, runId } = info.workflowExecution;
    try {
      const { client } = context;
      await client.withDeadline(Date.now() + callTimeoutMs, () =>
        client.workflow.getHandle(workflowId, runId).signal(verificationProgressSignal, progress),
      );
    } catch (error) {
      log.debug('the export could not be told how its check is going', { error: String(error) });
    }
  }
}

/** What a listing has come to, as status and result show it. */
export function contentsOf(listing: Listing): BucketContents {
  const { objects, dataFiles, bytes, collections, documents } = listing;
  return { objects, dataFiles, bytes, collections, documents };
}

/** Errors of Atlas, of buckets and of the system carry a code; what carries none is a bug and is shown as one. */
function reasonOf(error: unknown): { code: string; message: string } {
  if (error instanceof ApplicationFailure) {
    return { code: error.type ?? unexpected, message: error.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' ? code : unexpected, message: message.slice(0, 1_000) };
}
