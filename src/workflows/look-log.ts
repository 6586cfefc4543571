import type { AtlasAnswer, ExportProgress, PollFailure, PollingSettings } from '../contract/index.ts';
import { affordableIntervalMs, spacedDelayMs } from './history-budget.ts';
import { pollPresets } from './poll-presets.ts';
import { nextPollDelayMs } from './poll-schedule.ts';
import { rememberObservation, type ProgressObservation } from './progress-observation.ts';

export interface LookLogOptions {
  readonly polling: PollingSettings;
  /** When the job was created by Atlas's clock, if it says so; else the elapsed time counts from now. */
  readonly createdAt: string | undefined;
  readonly nowMs: number;
  readonly earlierDurationsMs: readonly number[];
  /** How many trackers look side by side for this export; each then looks less often. */
  readonly trackers: number;
}

export interface Seen {
  readonly state: string;
  readonly exportStatus?: ExportProgress | undefined;
}

const failureDelayMsFirst = 5_000;
const failureDelayMsMax = 5 * 60_000;
/** This many 404s in a row, over at least this long, mean that it is gone and not merely late. */
const absencesMin = 5;
const absentMsMin = 15 * 60_000;

/** What the looks at one job or component have shown so far, and when to look next. */
export class LookLog {
  polls = 0;
  lastPollAt: string | undefined;
  failure: PollFailure | undefined;
  /** Whether the next look comes later than wanted, because the run's history is running out. */
  stretched = false;
  private observations: readonly ProgressObservation[] = [];
  private absences = { inARow: 0, sinceMs: 0 };
  private retryAfterMs = 0;
  private readonly startedAtMs: number;
  private readonly options: LookLogOptions;

  constructor(options: LookLogOptions) {
    this.options = options;
    const createdAtMs = Date.parse(options.createdAt ?? '');
    // A clock of Atlas's that runs ahead of ours must not make the elapsed time negative.
    this.startedAtMs = Number.isFinite(createdAtMs) ? Math.min(createdAtMs, options.nowMs) : options.nowMs;
  }

  /** Counts what was seen without a look of its own, such as the job in the answer to the create request. */
  observe(nowMs: number, seen: Seen): void {
    const { exportedCollections, totalCollections } = seen.exportStatus ?? {};
    this.observations = rememberObservation(this.observations, {
      elapsedMs: nowMs - this.startedAtMs,
      state: seen.state,
      ...(exportedCollections === undefined ? {} : { exportedCollections }),
      ...(totalCollections === undefined ? {} : { totalCollections }),
    });
  }

  succeeded(nowMs: number, seen: Seen): void {
    this.polls += 1;
    this.lastPollAt = new Date(nowMs).toISOString();
    this.failure = undefined;
    this.absences = { inARow: 0, sinceMs: 0 };
    this.observe(nowMs, seen);
  }

  failed(nowMs: number, answer: AtlasAnswer): void {
    this.polls += 1;
    this.failure = {
      code: answer.code,
      message: answer.message,
      since: this.failure?.since ?? new Date(nowMs).toISOString(),
      inARow: (this.failure?.inARow ?? 0) + 1,
    };
    this.retryAfterMs = answer.retryAfterMs ?? 0;
    const absent = answer.code === 'ATLAS_NOT_FOUND';
    const { inARow, sinceMs } = this.absences;
    this.absences = absent
      ? { inARow: inARow + 1, sinceMs: inARow === 0 ? nowMs : sinceMs }
      : { inARow: 0, sinceMs: 0 };
  }

  /** How many looks in a row Atlas has answered with 404. */
  get absencesInARow(): number {
    return this.absences.inARow;
  }

  /** Whether the 404s are enough, and far enough apart, to ask the cluster's list for a last time. */
  seemsGone(nowMs: number): boolean {
    return this.absences.inARow >= absencesMin && nowMs - this.absences.sinceMs >= absentMsMin;
  }

  /** The list still names it: the 404s start to count anew. */
  foundAfterAll(): void {
    this.absences = { inARow: 0, sinceMs: 0 };
  }

  /** Milliseconds until the next look, never past the deadline. */
  nextDelayMs(use: {
    nowMs: number;
    deadlineAtMs: number;
    historyLength: number;
    historySizeBytes: number;
    /** A look by then would show a stall; undefined where none is waited for. */
    lookByMs?: number | undefined;
  }): number {
    const remainingMs = Math.max(0, use.deadlineAtMs - use.nowMs);
    const wantedMs =
      this.failure === undefined ? this.scheduledDelayMs(use) : this.failureDelayMs(this.failure);
    const history = { ...use, polls: this.polls, remainingMs };
    this.stretched = affordableIntervalMs(history) > wantedMs;
    return spacedDelayMs(wantedMs, history);
  }

  private scheduledDelayMs({
    nowMs,
    lookByMs = Infinity,
  }: {
    nowMs: number;
    lookByMs?: number | undefined;
  }): number {
    const { polling, earlierDurationsMs, trackers } = this.options;
    const preset = pollPresets[polling.preset];
    const { intervalMsMin, intervalMsMax } = polling;
    // One bound given alone moves the preset's other one out of its way.
    const intervalMinMs = intervalMsMin ?? Math.min(preset.intervalMinMs, intervalMsMax ?? Infinity);
    const delayMs = nextPollDelayMs({
      elapsedMs: Math.max(0, nowMs - this.startedAtMs),
      observations: this.observations,
      earlierDurationsMs,
      delayCostMs: preset.delayCostMs * trackers,
      intervalMinMs,
      intervalMaxMs: intervalMsMax ?? Math.max(preset.intervalMaxMs, intervalMsMin ?? 0),
    });
    return Math.min(delayMs, Math.max(lookByMs - nowMs, intervalMinMs));
  }

  /** Doubles from 5 s to 5 min, and never less than Atlas asked for. */
  private failureDelayMs({ inARow }: PollFailure): number {
    const doubledMs = failureDelayMsFirst * 2 ** Math.min(inARow - 1, 10);
    return Math.max(this.retryAfterMs, Math.min(doubledMs, failureDelayMsMax));
  }
}
