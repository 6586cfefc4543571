import { readTemporalClientSettings } from '../config.ts';
import { connectExportClient, type ExportClient } from '../client.ts';
import type { CliContext } from './context.ts';

/** A person waits: an address where nothing answers is to be said soon. */
const connectTimeoutMs = 5_000;

/** Runs `work` with a client that is connected as the environment says, and closes it afterwards. */
export async function withExportClient<Result>(
  { environment }: Pick<CliContext, 'environment'>,
  work: (client: ExportClient) => Promise<Result>,
): Promise<Result> {
  const { temporal, taskQueue } = readTemporalClientSettings(environment);
  const client = await connectExportClient({
    temporal: {
      connectionOptions: { ...temporal.connectionOptions, connectTimeout: connectTimeoutMs },
      namespace: temporal.namespace,
    },
    taskQueue,
  });
  try {
    return await work(client);
  } finally {
    await client.temporal.connection.close();
  }
}
