/** Receives one line at a time of what a slow step is doing, for a person who waits. */
export type Report = (line: string) => void;

/** `75_000` → `1 min 15 s`. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
