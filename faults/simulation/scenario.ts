import type { ExportPlan, FaultProbabilities } from '../../simulator/index.ts';
import type { ExportRequest } from '../../src/contract/index.ts';
import { drawExportPlan } from './draw-export-plan.ts';
import { drawExportRequest } from './draw-export-request.ts';
import { Draws } from './draws.ts';

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;

/** A span of a run, in milliseconds from its start. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Of a cluster whose exports are run with hardly any workflow cached, but for one in four. */
const uncachedShardsMax = 6;

export interface ScenarioRequest {
  /** `request-1`, …: how the story names it. */
  readonly name: string;
  readonly cluster: number;
  readonly startAfterMs: number;
  /** Undefined: the product's own, so that the same request asked for twice is one run. */
  readonly ownWorkflowId: boolean;
  /** Everything but what only the simulator knows: project, cluster, snapshot, bucket. */
  readonly settings: Omit<ExportRequest, 'groupId' | 'clusterName' | 'snapshotId'>;
  readonly bucket: number;
  readonly latest: boolean;
  readonly bucketByName: boolean;
  /** When a person asks to look now, from the request's start. */
  readonly pollNowAfterMs: number | undefined;
  /** When a person stops the tracking, from the request's start. */
  readonly cancelAfterMs: number | undefined;
}

export interface ScenarioCluster {
  readonly clusterName: string;
  /** 0: a replica set. */
  readonly shards: number;
  /** How its jobs go: the first of its snapshot, the second, … */
  readonly plans: readonly ExportPlan[];
  /** A job of somebody else's, to one of the buckets. */
  readonly foreignJob: { readonly afterMs: number; readonly bucket: number } | undefined;
}

/** Everything that one seed decides. */
export interface Scenario {
  readonly seed: string;
  readonly clusters: readonly ScenarioCluster[];
  readonly buckets: number;
  readonly requests: readonly ScenarioRequest[];
  /** Whether Atlas refuses a second active export of a snapshot: off, the product alone prevents doubles. */
  readonly safetyNet: boolean;
  readonly workers: 'one' | 'two' | 'uncached';
  readonly apiVersion: 'v2' | 'v1.0';
  readonly credentials: 'digest' | 'serviceAccount';
  /** When the faults end. */
  readonly faultsUntilMs: number;
  readonly faults: FaultProbabilities;
  /** Atlas answers everything with 401. */
  readonly unauthorized: Span | undefined;
  /** Nothing of Atlas can be reached: connections are reset, refused, or answered with an HTML page. */
  readonly outage: (Span & { readonly as: 'connectionReset' | 'htmlUnavailable' | 'refused' }) | undefined;
  /** The chance that a worker stops at each of its activities' fault points. */
  readonly stopChance: number;
}

/** What the seed makes of the world, the requests, and what goes wrong. */
export function drawScenario(seed: number | string): Scenario {
  const draws = new Draws(seed);
  const clusterCount = draws.pick(
    [
      [6, 1],
      [3, 2],
    ] as const,
    'clusters',
  );
  const safetyNet = !draws.chance(0.3, 'safety net off');
  const clusters = Array.from({ length: clusterCount }, (_, cluster) =>
    drawCluster(draws, { cluster, safetyNet }),
  );
  const requests = clusters.flatMap((_, cluster) => drawRequests(draws, { cluster, safetyNet }));
  return {
    seed: draws.seed,
    clusters,
    buckets: 2,
    requests: requests.map((request, index) => ({ ...request, name: `request-${index + 1}` })),
    safetyNet,
    workers: drawWorkers(draws, clusters),
    apiVersion: draws.pick(
      [
        [4, 'v2'],
        [1, 'v1.0'],
      ] as const,
      'api version',
    ),
    credentials: draws.pick(
      [
        [4, 'digest'],
        [1, 'serviceAccount'],
      ] as const,
      'credentials',
    ),
    faultsUntilMs: draws.spread({ min: 10 * minuteMs, max: 6 * hourMs }, 'faults until'),
    faults: drawFaults(draws),
    unauthorized: drawSpan(draws, 0.12, 'unauthorized'),
    outage: drawOutage(draws),
    stopChance: draws.pick(
      [
        [3, 0],
        [3, 0.02],
        [2, 0.08],
      ] as const,
      'stop chance',
    ),
  };
}

/**
 * Where hardly any workflow is cached, each event of an export of 20 shards replays up to 21 of them: such a seed takes
 * as long as thirty others. So most of those get a cache, or half of all time would go into one seed of thirty.
 */
function drawWorkers(draws: Draws, clusters: readonly ScenarioCluster[]): Scenario['workers'] {
  const workers = draws.pick(
    [
      [5, 'one'],
      [3, 'two'],
      [2, 'uncached'],
    ] as const,
    'workers',
  );
  const isLarge = clusters.some(({ shards }) => shards > uncachedShardsMax);
  if (workers !== 'uncached' || !isLarge) return workers;
  return draws.chance(0.25, 'uncached although it is large') ? 'uncached' : 'one';
}

function drawCluster(
  draws: Draws,
  { cluster, safetyNet }: { cluster: number; safetyNet: boolean },
): ScenarioCluster {
  const size = draws.pick(
    [
      [10, [0, 0]],
      [6, [1, 4]],
      [2, [5, 10]],
      [1, [11, 20]],
    ] as const,
    'size',
    cluster,
  );
  const shards = draws.whole({ min: size[0], max: size[1] }, 'shards', cluster);
  // Without its net, Atlas would let a list that lags hide the job of another from us: nobody could know.
  const foreign = safetyNet && draws.chance(0.2, 'foreign', cluster);
  return {
    clusterName: `cluster-${cluster + 1}`,
    shards,
    plans: [1, 2, 3].map((attempt) => drawExportPlan(draws, { cluster, attempt, shards })),
    foreignJob: foreign
      ? {
          afterMs: draws.whole({ min: 0, max: 20 * minuteMs }, 'foreign after', cluster),
          bucket: draws.whole({ min: 0, max: 1 }, 'foreign bucket', cluster),
        }
      : undefined,
  };
}

function drawRequests(
  draws: Draws,
  { cluster, safetyNet }: { cluster: number; safetyNet: boolean },
): Omit<ScenarioRequest, 'name'>[] {
  const count = draws.pick(
    [
      [6, 1],
      [3, 2],
      [1, 3],
    ] as const,
    'requests',
    cluster,
  );
  return Array.from({ length: count }, (_, index) => {
    const drawn = drawExportRequest(draws, { cluster, index });
    if (index === 0) return drawn;
    const same = drawExportRequest(draws, { cluster, index: 0 });
    const { startAfterMs } = drawn;
    // Two runs for one snapshot need Atlas's own 409 between them: neither can see what the other is about to do.
    if (!safetyNet || draws.chance(0.4, 'duplicate', cluster, index)) {
      return { ...same, startAfterMs, ownWorkflowId: false, cancelAfterMs: undefined };
    }
    return { ...drawn, ownWorkflowId: true };
  });
}

function drawFaults(draws: Draws): FaultProbabilities {
  const weight = draws.pick(
    [
      [1, 0],
      [4, 0.5],
      [3, 1],
      [1, 2],
    ] as const,
    'fault weight',
  );
  const usual = {
    replyLost: 0.04,
    connectionReset: 0.03,
    truncatedBody: 0.02,
    htmlUnavailable: 0.03,
    serverError: 0.03,
    rateLimited: 0.03,
    staleNonce: 0.02,
    notFound: 0.02,
    apiError: 0.01,
    unknownState: 0.02,
    unknownFields: 0.02,
    nullFields: 0.02,
    listLag: 0.05,
    unreadableBody: 0.02,
    slowHeaders: 0.004,
    slowBody: 0.004,
    oversizedBody: 0.002,
  } satisfies FaultProbabilities;
  const chosen = Object.entries(usual).filter(([kind]) => draws.chance(0.6, 'fault kind', kind));
  return Object.fromEntries(chosen.map(([kind, probability]) => [kind, probability * weight]));
}

function drawSpan(draws: Draws, probability: number, what: string): Span | undefined {
  if (!draws.chance(probability, what)) return undefined;
  const fromMs = draws.whole({ min: 0, max: 20 * minuteMs }, what, 'from');
  return { fromMs, untilMs: fromMs + draws.spread({ min: minuteMs, max: 4 * hourMs }, what, 'length') };
}

function drawOutage(draws: Draws): Scenario['outage'] {
  const span = drawSpan(draws, 0.15, 'outage');
  if (span === undefined) return undefined;
  const as = draws.pick(
    [
      [1, 'connectionReset'],
      [1, 'htmlUnavailable'],
      [1, 'refused'],
    ] as const,
    'outage as',
  );
  return { ...span, as };
}
