import { Books } from './books.ts';
import { realClock } from './clock.ts';
import { DigestAuthority } from './digest-authority.ts';
import { ExportEngine } from './export-engine.ts';
import { ExportPlans } from './export-plan.ts';
import { FaultPlan } from './fault-plan.ts';
import { RateLimits } from './rate-limits.ts';
import { drawNonce } from './seed.ts';
import type { ServerContext } from './server.ts';
import type { SimulatorCredentials, SimulatorOptions } from './simulator.ts';
import { TokenAuthority } from './token-authority.ts';
import { World } from './world.ts';

const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;

/** Fake credentials that say so. The secrets are different for each seed, so that a leaked one can be searched for. */
function credentialsOf(options: SimulatorOptions, seed: string): SimulatorCredentials {
  const secret = (name: string): string => drawNonce(seed, 'secret', name).replaceAll(/[^A-Za-z0-9]/g, '0');
  return {
    publicKey: options.publicKey ?? 'fakepubl',
    privateKey: options.privateKey ?? `fake-private-key-${secret('private key')}`,
    clientId: options.clientId ?? 'mdb_sa_id_fake00000000000000000000',
    clientSecret: options.clientSecret ?? `mdb_sa_sk_fake-${secret('client secret')}`,
  };
}

/** Puts the parts of a simulator together. */
export function buildContext(options: SimulatorOptions): {
  context: ServerContext;
  credentials: SimulatorCredentials;
} {
  const seed = String(options.seed ?? 'atlas');
  const clock = options.clock ?? realClock();
  const credentials = credentialsOf(options, seed);
  const world = new World({
    seed,
    clock,
    ...(options.orgId === undefined ? {} : { orgId: options.orgId }),
    ...(options.groupId === undefined ? {} : { groupId: options.groupId }),
    ...(options.apiKeyRoles === undefined ? {} : { apiKeyRoles: options.apiKeyRoles }),
  });
  const engine = new ExportEngine(clock, {
    seed,
    orgId: world.orgId,
    prefixSlash: options.prefixSlash ?? false,
    replicaSetsAtOnceMax: options.exportsAtOnceReplicaSetsMax ?? 5,
  });
  const context: ServerContext = {
    seed,
    clock,
    world,
    engine,
    plans: new ExportPlans(),
    refuseSecondActiveExport: options.refuseSecondActiveExport ?? true,
    digest: new DigestAuthority({
      seed,
      clock,
      username: credentials.publicKey,
      password: credentials.privateKey,
      algorithm: options.digestAlgorithm ?? 'MD5',
      nonceLifetimeMs: options.nonceLifetimeMs ?? FIVE_MINUTES_MS,
    }),
    token: new TokenAuthority({
      seed,
      clock,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      tokenLifetimeMs: options.tokenLifetimeMs ?? HOUR_MS,
    }),
    faults: options.faults ?? new FaultPlan(),
    books: new Books(clock, engine),
    rateLimits: new RateLimits(clock, options.rateLimit),
  };
  return { context, credentials };
}
