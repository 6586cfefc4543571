/** A time that Atlas wrote, in milliseconds since 1970; `fallback` where it wrote none, or something else. */
export function timeMs(text: string | undefined, fallback: number): number {
  const parsed = Date.parse(text ?? '');
  return Number.isFinite(parsed) ? parsed : fallback;
}
