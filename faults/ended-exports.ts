import { setTimeout as delay } from 'node:timers/promises';
import type { ExportHandle, ExportRequest, ExportResult } from '../src/client.ts';
import { booksAgainstClaims, type BookedTruth } from './export-claims.ts';

export interface StartedExport {
  readonly request: ExportRequest;
  readonly handle: ExportHandle;
}

/** How an export ended: with what it says of itself, or, against what all these exports should do, otherwise. */
export interface Ending {
  readonly clusterName: string;
  readonly workflowId: string;
  readonly result: ExportResult | undefined;
  readonly failure: string | undefined;
}

/** An export that has not ended by then is lost. Longer than a create of unknown outcome is looked for. */
const endTimeoutMsDefault = 5 * 60_000;

/** Each wait is a long poll, of which a server bears so many at once and refuses the others. */
const waitsAtOnce = 200;

/** Waits for every export. One that fails, or does not end, has its failure. */
export async function endingsOf(
  started: readonly StartedExport[],
  endTimeoutMs: number = endTimeoutMsDefault,
): Promise<Ending[]> {
  const untilMs = performance.now() + endTimeoutMs;
  const waiting = started.entries();
  const endings: Ending[] = [];
  const wait = async (): Promise<void> => {
    for (const [index, each] of waiting)
      endings[index] = await endingOf(each, Math.max(1_000, untilMs - performance.now()));
  };
  await Promise.all(Array.from({ length: waitsAtOnce }, wait));
  return endings;
}

async function endingOf({ request, handle }: StartedExport, ms: number): Promise<Ending> {
  const { clusterName } = request;
  const { workflowId } = handle;
  try {
    const result = await within(handle.result(), { ms, otherwise: 'it did not end' });
    return { clusterName, workflowId, result, failure: undefined };
  } catch (error) {
    return { clusterName, workflowId, result: undefined, failure: failureText(error) };
  }
}

/** With the cause: a call that failed says only that it did. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** Exports that were lost, and what the books hold against the others; empty when all is well. */
export function problemsOf(books: BookedTruth, endings: readonly Ending[]): string[] {
  return [
    ...endings.flatMap(({ workflowId, failure }) =>
      failure === undefined ? [] : [`lost: ${workflowId}: ${failure}`],
    ),
    ...booksAgainstClaims(
      books,
      endings.flatMap(({ result }) => result ?? []),
    ),
  ];
}

/** Waits for something, and no longer than this. */
export async function within<Value>(
  awaited: Promise<Value>,
  limit: { readonly ms: number; readonly otherwise: string },
): Promise<Value> {
  const timer = new AbortController();
  const late = delay(limit.ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${limit.otherwise} in ${limit.ms} ms`);
  });
  // Lost races are no errors of anybody's.
  late.catch(() => {});
  try {
    return await Promise.race([awaited, late]);
  } finally {
    timer.abort();
  }
}
