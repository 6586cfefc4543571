import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import type { Logger } from '@temporalio/common';
import type { TemporalSettings } from '../config.ts';

/** gRPC's status codes that trying again does not change: the server is there and says no. */
const refusals: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  7: 'PERMISSION_DENIED',
  12: 'UNIMPLEMENTED',
  16: 'UNAUTHENTICATED',
};

const notFound = 5;
const delayMsFirst = 500;
const delayMsMax = 5_000;

/** Even the last try, when the time is over, is a real one; and none takes all of it. */
const tryMsMin = 2_000;
const tryMsMax = 15_000;
const callTimeoutMs = 5_000;

/** No connection to Temporal, or none with the namespace in it. The message names the address. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';
  readonly code = 'TEMPORAL_UNREACHABLE';
}

export interface ConnectOptions {
  readonly temporal: TemporalSettings;
  /** How long to keep trying. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Gives up at once when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to Temporal and makes sure of the namespace. A server that does not answer yet, or has not made the
 * namespace yet, is asked again until `timeoutMs` is over: in a compose file the worker is up before it. A server
 * that refuses is believed at once.
 *
 * @throws {TemporalUnreachableError}
 */
export async function connectToTemporal(options: ConnectOptions): Promise<NativeConnection> {
  const { temporal, timeoutMs, logger, signal } = options;
  const deadline = Date.now() + timeoutMs;
  for (let delayMs = delayMsFirst; ; delayMs = Math.min(delayMs * 2, delayMsMax)) {
    signal?.throwIfAborted();
    const tryMs = Math.min(Math.max(tryMsMin, deadline - Date.now()), tryMsMax);
    const outcome = await tryOnce(temporal, { timeoutMs: tryMs, signal });
    if ('connection' in outcome) return outcome.connection;
    signal?.throwIfAborted();
    const message = `cannot reach Temporal at ${temporal.address}: ${outcome.reason}`;
    if (outcome.final) throw new TemporalUnreachableError(message);
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) {
      throw new TemporalUnreachableError(`${message} (gave up after ${Math.round(timeoutMs / 1000)} s)`);
    }
    logger.warn(`${message}; trying again`, { delayMs: Math.min(delayMs, leftMs), leftMs });
    await sleep(Math.min(delayMs, leftMs), undefined, signal === undefined ? {} : { signal });
  }
}

type Outcome =
  | { readonly connection: NativeConnection }
  | {
      readonly reason: string;
      /** Trying again would end the same way. */
      readonly final: boolean;
    };

interface TryLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

async function tryOnce(temporal: TemporalSettings, limits: TryLimits): Promise<Outcome> {
  let connection: NativeConnection;
  try {
    connection = await connectWithin(temporal.connectionOptions, limits);
  } catch (error) {
    // The SDK refuses options that can never work with a TypeError.
    return { reason: connectReason(error), final: error instanceof TypeError };
  }
  const refusal = await namespaceProblem(connection, temporal.namespace, callTimeoutMs);
  if (refusal === undefined) return { connection };
  await connection.close();
  return refusal;
}

/** The SDK itself waits for as long as the operating system does, minutes where packets are dropped. */
async function connectWithin(
  options: NativeConnectionOptions,
  { timeoutMs, signal }: TryLimits,
): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const timer = new AbortController();
  const ends = signal === undefined ? timer.signal : AbortSignal.any([timer.signal, signal]);
  const over = sleep(timeoutMs, undefined, { signal: ends }).then(undefined, () => undefined);
  try {
    const first = await Promise.race([connecting, over]);
    if (first !== undefined) return first;
  } finally {
    timer.abort();
  }
  connecting.then(
    (late) => late.close(),
    () => undefined,
  );
  throw new Error('no answer');
}

/** Undefined where the namespace is there and may be used. */
export async function namespaceProblem(
  connection: NativeConnection,
  namespace: string,
  timeoutMs: number,
): Promise<{ reason: string; final: boolean } | undefined> {
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === notFound) return { reason: `there is no namespace "${namespace}"`, final: false };
    const refusal = typeof code === 'number' ? refusals[code] : undefined;
    if (refusal !== undefined) {
      return { reason: `it refuses namespace "${namespace}" (${refusal})`, final: true };
    }
    return { reason: oneLine(error), final: false };
  }
}

/** What the native core says of a failed connection is a dump of nested errors; its innermost text is enough. */
function connectReason(error: unknown): string {
  const text = oneLine(error);
  const inner = [...text.matchAll(/(?:message|error): "([^"]+)"/g)].at(-1)?.[1];
  return inner ?? text;
}

/** What an error says, in one line of bounded length. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
