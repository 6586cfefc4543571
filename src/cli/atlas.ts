import { createAtlasClient, type AtlasClient, type AtlasRequestEvent } from '../atlas/index.ts';
import { readAtlasClientSettings } from '../config.ts';
import type { CliContext } from './context.ts';
import { version } from '../worker/version.ts';

export interface WithAtlasClientOptions {
  /** Name of the credentials in the settings. @default the default ones */
  readonly credentials?: string | undefined;
  readonly onRequest?: (event: AtlasRequestEvent) => void;
}

/** Runs `work` with a client of Atlas as the environment describes it, and closes it afterwards. */
export async function withAtlasClient<Result>(
  { environment, output }: Pick<CliContext, 'environment' | 'output'>,
  { credentials, onRequest }: WithAtlasClientOptions,
  work: (atlas: AtlasClient) => Promise<Result>,
): Promise<Result> {
  const { atlas, apiVersion, notices } = readAtlasClientSettings(environment, credentials);
  for (const notice of notices) output.note(notice);
  const client = createAtlasClient({
    baseUrl: atlas.baseUrl,
    credentials: atlas.credentials,
    apiVersion,
    userAgent: `atlas-export/${version} node/${process.versions.node}`,
    ...(onRequest === undefined ? {} : { onRequest }),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
