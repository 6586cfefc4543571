import { setTimeout as delay } from 'node:timers/promises';
import {
  temporalProblem,
  type ExportClient,
  type ExportHandle,
  type ExportResult,
  type ExportStatus,
} from '../client.ts';
import type { CliContext } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { progressScreen, type ProgressScreen } from './progress/progress-screen.ts';
import { resultLines } from './status-text.ts';

/** Asking costs Atlas nothing and the worker little: what is shown is what the export has seen anyway. */
const askEveryMs = 1_000;
const answerTimeoutMs = 5_000;

/** How an export was left: it ended, or somebody stopped watching. */
export interface FollowOptions {
  readonly client: ExportClient;
  readonly handle: ExportHandle;
  /** What to say when it is interrupted: how to go on. */
  readonly howToGoOn: readonly string[];
}

/**
 * Shows an export until it ends or Ctrl-C. Interrupting ends the watching, never the export.
 *
 * @throws {ExportError} when the export ends otherwise than exported
 */
export async function followExport(context: CliContext, options: FollowOptions): Promise<ExitCode> {
  const { output, interrupted } = context;
  const ended = new AbortController();
  const showing = showUntil(context, options, AbortSignal.any([interrupted, ended.signal]));
  const outcome = await resultUntil(interrupted, options);
  ended.abort();
  await showing;
  if (outcome === undefined) {
    for (const line of options.howToGoOn) output.note(line);
    return exitCodes.interrupted;
  }
  if ('error' in outcome) throw outcome.error;
  const { result } = outcome;
  output.document({ event: 'result', workflowId: options.handle.workflowId, result });
  for (const line of resultLines(result)) output.line(line);
  return exitCodes.done;
}

/**
 * The end of the export; undefined when `interrupted` comes first. The question for the result is then taken back
 * and not left to the closing of the connection, on which the SDK would ask again from a timer, where nothing
 * catches what it throws.
 */
export async function resultUntil(
  interrupted: AbortSignal,
  { client, handle }: Pick<FollowOptions, 'client' | 'handle'>,
): Promise<Settled<ExportResult> | undefined> {
  const takeBack = new AbortController();
  const asked = settled(client.temporal.withAbortSignal(takeBack.signal, () => handle.result()));
  const outcome = await Promise.race([asked, whenAborted(interrupted).then(() => undefined)]);
  if (outcome === undefined) {
    takeBack.abort();
    await asked;
  }
  return outcome;
}

async function showUntil(context: CliContext, options: FollowOptions, over: AbortSignal): Promise<void> {
  const { output } = context;
  const screen = output.json ? undefined : progressScreen(output.stream);
  const show = shower(context, options.handle.workflowId, screen);
  let silent = false;
  while (!over.aborted) {
    const asked = await settled(ask(options));
    if ('result' in asked) {
      silent = false;
      show(asked.result);
    } else if (!silent && !over.aborted && isAbsent(asked.error)) {
      silent = true;
      screen?.say('No worker answers for this export at the moment; it goes on when one does.');
    }
    await delay(askEveryMs, undefined, { signal: over }).catch(() => undefined);
  }
  // The last state, where a worker is still there to tell it.
  const last = await settled(ask(options));
  if ('result' in last && !context.interrupted.aborted) show(last.result);
}

function ask({ client, handle }: FollowOptions): Promise<ExportStatus> {
  return client.temporal.withDeadline(Date.now() + answerTimeoutMs, () => handle.status());
}

/** With `--json`, one line per change of what the export knows; else the screen decides. */
function shower(
  { output }: CliContext,
  workflowId: string,
  screen: ProgressScreen | undefined,
): (status: ExportStatus) => void {
  if (screen !== undefined) return (status) => screen.show([{ name: status.clusterName, status }]);
  let latest = '';
  return (status) => {
    const text = JSON.stringify(status);
    if (text === latest) return;
    latest = text;
    output.document({ event: 'status', workflowId, status });
  };
}

function isAbsent(error: unknown): boolean {
  const code = temporalProblem(error)?.code;
  return code === 'NO_WORKER' || code === 'TEMPORAL_UNREACHABLE';
}

export type Settled<Result> = { readonly result: Result } | { readonly error: unknown };

async function settled<Result>(promise: Promise<Result>): Promise<Settled<Result>> {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

/** For a promise of a result that is raced against Ctrl-C: resolves when it comes. */
function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
