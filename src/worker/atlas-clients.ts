import { setTimeout as sleep } from 'node:timers/promises';
import type { AtlasClients } from '../activities/index.ts';
import { createAtlasClient, type AtlasClient, type AtlasRequestEvent } from '../atlas/index.ts';
import type { Settings } from '../config.ts';
import { userAgent } from './version.ts';

const closeTimeoutMs = 500;

/** The worker's clients, and their end. */
export interface OpenAtlasClients extends AtlasClients {
  /**
   * Closes those that were made. No activity waits for an answer any more; what may still be on the wire is a
   * challenge or a token that an interrupted one had asked for, which nobody needs, so it keeps nobody waiting.
   */
  close(): Promise<void>;
}

/**
 * One client for each of the settings' credentials, made when it is first asked for. What a credential has at Atlas
 * is its own: its connections, its digest nonce or its token, and the pauses that Atlas asks of it.
 */
export function createAtlasClients(
  { atlas, apiVersion }: Pick<Settings, 'atlas' | 'apiVersion'>,
  onRequest: (event: AtlasRequestEvent) => void,
): OpenAtlasClients {
  const clients = new Map<string, AtlasClient>();
  return {
    names: [...atlas.keys()],
    get: (name) => {
      const settings = atlas.get(name);
      const made = clients.get(name);
      if (made !== undefined || settings === undefined) return made;
      const client = createAtlasClient({
        ...settings,
        apiVersion,
        userAgent,
        onRequest,
      });
      clients.set(name, client);
      return client;
    },
    close: async () => {
      const timer = new AbortController();
      try {
        const closed = Promise.all([...clients.values()].map((client) => client.close()));
        await Promise.race([closed, sleep(closeTimeoutMs, undefined, { signal: timer.signal })]);
      } finally {
        timer.abort();
      }
    },
  };
}
