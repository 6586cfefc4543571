import {
  durationText,
  isTerminal,
  progressText,
  type ExportProgress,
  type ExportStall,
  type StallKind,
  type StallSettings,
} from '../contract/index.ts';
import { stallLimit, type SeenPace, type StallLimit } from './stall-limits.ts';

export interface StallWatchOptions {
  readonly stalledAfter: StallSettings;
  readonly earlierDurationsMs: readonly number[];
  /** When the job was created by Atlas's clock, if it says so; else its time counts from now. */
  readonly createdAt: string | undefined;
  readonly nowMs: number;
}

/** What one look that worked has shown of the job. */
export interface StallLook {
  readonly state: string;
  /** Undefined, or of 0 collections, where Atlas counts none: that is no information, and never a stall by itself. */
  readonly progress: ExportProgress | undefined;
}

/** A stall that a look has shown to begin or to be over. */
export interface StallChange {
  readonly what: 'began' | 'ended';
  readonly stall: ExportStall;
}

/** The counts as last seen, and what they have told since they were first seen. */
interface Counting {
  readonly exported: number;
  readonly total: number;
  readonly firstAtMs: number;
  readonly firstExported: number;
  readonly pauseMsMax: number;
}

/** What could be a stall: of which kind, since when, and how long it may last. */
interface Suspicion {
  readonly kind: StallKind;
  readonly sinceMs: number;
  readonly limit: StallLimit;
}

/**
 * Tells whether an export job is stuck, from what the looks at it have shown. A pure function of these, with a memory:
 * no clock, nothing asked. Only looks that worked count: while Atlas does not answer, nobody knows that nothing moves.
 *
 * Whatever moves ends a stall: another state, another count. One look shows at most one change.
 */
export class StallWatch {
  /** The stall that the job is in. */
  stall: ExportStall | undefined;
  private readonly options: StallWatchOptions;
  private readonly createdAtMs: number;
  private state: string | undefined;
  private counting: Counting | undefined;
  /** When the state or the counts were last seen to change, or first seen. */
  private movedAtMs = 0;
  private leftQueueAtMs: number | undefined;
  private stoodStill = false;

  constructor(options: StallWatchOptions) {
    this.options = options;
    const createdAtMs = Date.parse(options.createdAt ?? '');
    // A clock of Atlas's that runs ahead of ours must not make the time since then negative.
    this.createdAtMs = Number.isFinite(createdAtMs) ? Math.min(createdAtMs, options.nowMs) : options.nowMs;
  }

  /** Takes what a look has shown, and returns what that changes. */
  observe(nowMs: number, look: StallLook): StallChange | undefined {
    if (isTerminal(look.state)) return this.end();
    const first = this.state === undefined;
    const counts = countsOf(look);
    if (!first && look.state === this.state && counts === undefined && this.counting !== undefined) {
      // The counts that there were are missing: nothing is known of what has moved.
      return undefined;
    }
    const moved = look.state !== this.state || !sameCounts(counts, this.counting);
    this.stoodStill = !moved;
    if (!moved) return this.stall === undefined ? this.begin(nowMs) : undefined;
    this.move(nowMs, look.state, counts);
    return first ? this.begin(nowMs) : this.end();
  }

  /**
   * Until when to look, so that a limit that the request names is not noticed late; undefined where nothing asks for
   * it. A count that moves with every look asks for nothing, so this adds a look to a pause and not to a time.
   */
  lookByMs(nowMs: number): number | undefined {
    const suspicion = this.stall === undefined ? this.suspicion() : undefined;
    if (suspicion === undefined || !suspicion.limit.asked) return undefined;
    if (suspicion.kind === 'noProgress' && !this.stoodStill) return undefined;
    const dueMs = suspicion.sinceMs + suspicion.limit.ms;
    return dueMs > nowMs ? dueMs : undefined;
  }

  /** Whether a look that begins now may show that the job is stalled, or is so no longer. */
  mayShowStall(nowMs: number): boolean {
    if (this.stall !== undefined) return true;
    const suspicion = this.suspicion();
    return suspicion !== undefined && nowMs + lookMsMax - suspicion.sinceMs >= suspicion.limit.ms;
  }

  private move(nowMs: number, state: string, counts: Counts | undefined): void {
    if (this.state === queuedState && state !== queuedState) this.leftQueueAtMs = nowMs;
    const before = state === this.state ? this.counting : undefined;
    this.counting =
      counts === undefined ? undefined : counted(counts, { before, nowMs, pausedSinceMs: this.movedAtMs });
    this.state = state;
    this.movedAtMs = nowMs;
  }

  private begin(nowMs: number): StallChange | undefined {
    const suspicion = this.suspicion();
    if (suspicion === undefined || nowMs - suspicion.sinceMs < suspicion.limit.ms) return undefined;
    const { kind, sinceMs, limit } = suspicion;
    this.stall = {
      kind,
      since: new Date(sinceMs).toISOString(),
      noticedAt: new Date(nowMs).toISOString(),
      reason: `${this.what(kind)} for more than ${durationText(limit.ms)} (${limit.why})`,
    };
    return { what: 'began', stall: this.stall };
  }

  private end(): StallChange | undefined {
    const { stall } = this;
    this.stall = undefined;
    return stall === undefined ? undefined : { what: 'ended', stall };
  }

  private suspicion(): Suspicion | undefined {
    const kind = this.kind();
    const { stalledAfter, earlierDurationsMs } = this.options;
    const limit = stallLimit(kind, { stalledAfter, earlierDurationsMs, pace: this.pace() });
    return limit === undefined ? undefined : { kind, sinceMs: this.sinceMs(kind), limit };
  }

  private kind(): StallKind {
    if (this.state === queuedState) return 'queued';
    return this.counting === undefined ? 'total' : 'noProgress';
  }

  /** A queue that was long is no reason to take the export itself for a long one. */
  private sinceMs(kind: StallKind): number {
    if (kind === 'noProgress') return this.movedAtMs;
    return kind === 'queued' ? this.createdAtMs : (this.leftQueueAtMs ?? this.createdAtMs);
  }

  private pace(): SeenPace {
    const { counting } = this;
    if (counting === undefined) return { pauseMsMax: 0, wholeMs: undefined };
    const gained = counting.exported - counting.firstExported;
    const tookMs = this.movedAtMs - counting.firstAtMs;
    return {
      pauseMsMax: counting.pauseMsMax,
      wholeMs: gained > 0 ? (tookMs * counting.total) / gained : undefined,
    };
  }

  private what(kind: StallKind): string {
    if (kind === 'queued') return "in Atlas's queue";
    if (kind === 'total' || this.counting === undefined) return 'running without a count of collections';
    const { exported, total } = this.counting;
    return `still at ${progressText({ exportedCollections: exported, totalCollections: total }) ?? ''}`;
  }
}

/** What a look may take. */
const lookMsMax = 15_000;

const queuedState = 'Queued';

type Counts = Pick<Counting, 'exported' | 'total'>;

/** What is counted of a job that waits in the queue moves nothing. */
function countsOf({ state, progress }: StallLook): Counts | undefined {
  const { exportedCollections: exported = 0, totalCollections: total = 0 } = progress ?? {};
  return state === queuedState || !(total > 0) ? undefined : { exported, total };
}

function sameCounts(counts: Counts | undefined, before: Counts | undefined): boolean {
  return counts?.exported === before?.exported && counts?.total === before?.total;
}

function counted(
  counts: Counts,
  { before, nowMs, pausedSinceMs }: { before: Counting | undefined; nowMs: number; pausedSinceMs: number },
): Counting {
  if (before === undefined)
    return { ...counts, firstAtMs: nowMs, firstExported: counts.exported, pauseMsMax: 0 };
  return { ...before, ...counts, pauseMsMax: Math.max(before.pauseMsMax, nowMs - pausedSinceMs) };
}
