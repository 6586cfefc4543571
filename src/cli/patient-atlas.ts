import { setTimeout as delay } from 'node:timers/promises';
import { AtlasError, type AtlasClient, type AtlasErrorCode } from '../atlas/index.ts';
import { withAtlasClient, type WithAtlasClientOptions } from './atlas.ts';
import type { CliContext } from './context.ts';

/** Pauses before the same is asked again, where Atlas names none. */
const pausesMs = [1_000, 2_000, 4_000];
/** Who is told to stay away for longer is told so: that is for a person to wait for. */
const pauseMsMax = 2 * 60_000;

const transientCodes: readonly AtlasErrorCode[] = [
  'ATLAS_RATE_LIMITED',
  'ATLAS_UNAVAILABLE',
  'ATLAS_CONNECTION',
  'ATLAS_TIMEOUT',
];

export interface Patience {
  readonly signal: AbortSignal;
  /** Is told why it takes longer. */
  readonly note: (text: string) => void;
  /** @default by the clock, until `signal` */
  readonly pause?: (delayMs: number) => Promise<void>;
}

/** {@link withAtlasClient}, with a client that is patient until the command is interrupted, and says so. */
export function withPatientAtlas<Result>(
  context: CliContext,
  options: WithAtlasClientOptions,
  work: (atlas: AtlasClient) => Promise<Result>,
): Promise<Result> {
  const { interrupted: signal, output } = context;
  const patience: Patience = { signal, note: (line) => output.note(line) };
  return withAtlasClient(context, options, (atlas) => work(patientAtlas(atlas, patience)));
}

/**
 * A client that asks again, three times, what Atlas cannot answer now: for verbs that ask much, and have no Temporal
 * behind them that would repeat it. It asks no sooner than a `Retry-After` says, and creates nothing twice.
 */
export function patientAtlas(atlas: AtlasClient, patience: Patience): AtlasClient {
  const asked = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => askPatiently(ask, patience);
  return {
    createExportJob: (...call) => atlas.createExportJob(...call),
    getExportJob: (...call) => asked(() => atlas.getExportJob(...call)),
    listExportJobs: (...call) => asked(() => atlas.listExportJobs(...call)),
    listSnapshots: (...call) => asked(() => atlas.listSnapshots(...call)),
    listShardedSnapshots: (...call) => asked(() => atlas.listShardedSnapshots(...call)),
    getSnapshot: (...call) => asked(() => atlas.getSnapshot(...call)),
    getShardedSnapshot: (...call) => asked(() => atlas.getShardedSnapshot(...call)),
    listExportBuckets: (...call) => asked(() => atlas.listExportBuckets(...call)),
    getExportBucket: (...call) => asked(() => atlas.getExportBucket(...call)),
    getCluster: (...call) => asked(() => atlas.getCluster(...call)),
    listClusters: (...call) => asked(() => atlas.listClusters(...call)),
    getSystemStatus: (...call) => asked(() => atlas.getSystemStatus(...call)),
    close: () => atlas.close(),
  };
}

async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  { signal, note, pause = (delayMs) => delay(delayMs, undefined, { signal }) }: Patience,
): Promise<Answer> {
  const pauses = [...pausesMs];
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const pauseMs = pauses.shift();
      if (!(error instanceof AtlasError) || !transientCodes.includes(error.code)) throw error;
      if (pauseMs === undefined || signal.aborted) throw error;
      const delayMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
      if (delayMs > pauseMsMax) throw error;
      note(`${error.message}; asking again in ${Math.ceil(delayMs / 1_000)} s`);
      await pause(delayMs);
    }
  }
}
