import { NativeConnection } from '@temporalio/worker';
import { readSettings, type Settings } from '../src/config.ts';
import { runWorker } from '../src/worker/run-worker.ts';

/** Where a worker finds Temporal and the simulated Atlas. */
export interface WorkerPlace {
  readonly temporalAddress: string;
  readonly atlasUrl: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly taskQueue: string;
}

export interface RunningExportWorker {
  readonly connection: NativeConnection;
  readonly settings: Settings;
  /** Drains it and closes its connection. */
  stop(): Promise<void>;
}

/** The product's worker with its default settings, in this process. Install the runtime first. */
export async function startExportWorker(place: WorkerPlace): Promise<RunningExportWorker> {
  const settings = readSettings({
    TEMPORAL_ADDRESS: place.temporalAddress,
    MONGODB_ATLAS_BASE_URL: place.atlasUrl,
    MONGODB_ATLAS_PUBLIC_API_KEY: place.publicKey,
    MONGODB_ATLAS_PRIVATE_API_KEY: place.privateKey,
    ATLAS_EXPORT_TASK_QUEUE: place.taskQueue,
  });
  const connection = await NativeConnection.connect(settings.temporal.connectionOptions);
  const drain = new AbortController();
  const ends: Promise<void>[] = [];
  const running = new Promise<void>((resolve) => {
    ends.push(runWorker(settings, { connection, signal: drain.signal, onRunning: () => resolve() }));
  });
  // A worker that cannot start must not leave us waiting for it to run.
  await Promise.race([running, ...ends]);
  return {
    connection,
    settings,
    stop: async () => {
      drain.abort();
      await Promise.all(ends);
      await connection.close();
    },
  };
}
