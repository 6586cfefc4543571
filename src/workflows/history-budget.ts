/**
 * The server ends a run at 51,200 events or 50 MB. A run spends the first part of its history freely; from
 * there on, what is left is spread over the time that is left, so that no setting can end a run.
 */
const eventsFree = 20_000;
const eventsMax = 42_000;
const bytesFree = 16_000_000;
const bytesMax = 40_000_000;
const eventsPerPoll = 12;

export interface HistoryUse {
  readonly historyLength: number;
  readonly historySizeBytes: number;
  /** Looks so far, or rounds of something else that is repeated. */
  readonly polls: number;
  /** Time until the deadline. */
  readonly remainingMs: number;
}

/** The shortest interval the history has room for: 0 while there is plenty. */
export function affordableIntervalMs(use: HistoryUse): number {
  if (use.historyLength < eventsFree && use.historySizeBytes < bytesFree) return 0;
  const bytesPerPoll = Math.max(1, use.historySizeBytes / Math.max(1, use.polls));
  const pollsLeft = Math.min(
    (eventsMax - use.historyLength) / eventsPerPoll,
    (bytesMax - use.historySizeBytes) / bytesPerPoll,
  );
  if (pollsLeft <= 1) return Math.max(0, use.remainingMs);
  return Math.max(0, use.remainingMs) / pollsLeft;
}

/** How long to wait where `wantedMs` would do: as long as the history has room for, and never past the deadline. */
export function spacedDelayMs(wantedMs: number, use: HistoryUse): number {
  return Math.round(Math.min(Math.max(wantedMs, affordableIntervalMs(use)), use.remainingMs));
}

/** Whether the history still has room for looks that people ask for. */
export function historyAllowsPollNow(historyLength: number): boolean {
  return historyLength < eventsMax + 4_000;
}
