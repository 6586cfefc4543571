import type { TestContext } from 'node:test';
import type {
  AtlasClient,
  AtlasClientOptions,
  AtlasCredentials,
  AtlasRequestEvent,
} from '../../../src/atlas/index.ts';
import type { Simulator, SimulatorOptions } from '../../../simulator/index.ts';
import type { SmallWorld } from '../../simulator/small-world.ts';
import { startSmallWorld } from '../../simulator/small-world.ts';
import { startClient } from './test-client.ts';

export type CredentialsKind = AtlasCredentials['type'];

export interface Stage extends SmallWorld {
  readonly client: AtlasClient;
  readonly events: AtlasRequestEvent[];
  readonly groupId: string;
  readonly orders: { readonly groupId: string; readonly clusterName: string };
  readonly sharded: { readonly groupId: string; readonly clusterName: string };
}

export function credentialsOf(simulator: Simulator, type: CredentialsKind): AtlasCredentials {
  const { publicKey, privateKey, clientId, clientSecret } = simulator.credentials;
  return type === 'digest' ? { type, publicKey, privateKey } : { type, clientId, clientSecret };
}

/** A small world and a client of it, both closed with the test. */
export async function startStage(
  test: TestContext,
  options: {
    readonly simulator?: SimulatorOptions;
    readonly credentials?: CredentialsKind;
    readonly client?: Partial<AtlasClientOptions>;
  } = {},
): Promise<Stage> {
  const world = await startSmallWorld(options.simulator);
  test.after(() => world.simulator.close());
  const { simulator } = world;
  const credentials = credentialsOf(simulator, options.credentials ?? 'digest');
  const started = startClient(test, simulator.baseUrl, { credentials, ...options.client });
  const { groupId } = simulator;
  const orders = { groupId, clusterName: 'orders' };
  return { ...world, ...started, groupId, orders, sharded: { groupId, clusterName: 'events' } };
}
