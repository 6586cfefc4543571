import { startSimulator, type Simulator } from '../../simulator/index.ts';
import { drawId } from '../../simulator/seed.ts';
import { createActivities, type ExportActivities } from '../../src/activities/index.ts';
import { createAtlasClient, type AtlasClient } from '../../src/atlas/index.ts';
import type { Scenario, ScenarioRequest } from './scenario.ts';

/**
 * The client's own limits in the machine's time, an eighth of the usual: a fault that makes the client wait
 * would cost a run seconds. A slow answer is one that is slower than these.
 */
const timeouts = {
  connectTimeoutMs: 800,
  headersTimeoutMs: 900,
  bodyTimeoutMs: 700,
  requestTimeoutMs: 1_200,
} as const;
const slowMsMax = 1_500;

/** Atlas's buckets refill within minutes; the client's gate holds a project back for ten at most. */
const retryAfterMsMax = 9 * 60_000;

/** The list may lag by seconds behind a create. */
const lagMsMax = 30_000;

/** A simulated Atlas as a scenario has it, and a client for each worker. */
export interface FaultyWorld {
  readonly simulator: Simulator;
  readonly groupId: string;
  readonly workers: Scenario['workers'];
  activities(worker: string): ExportActivities;
  /** The ids that a request goes out with. */
  idsOf(request: ScenarioRequest): {
    readonly clusterName: string;
    readonly snapshotId: string;
    readonly exportBucketId: string;
    readonly exportBucketName: string;
  };
  /** Somebody else starts a job; Atlas refuses it where one is active already. */
  startForeignJob(cluster: number): void;
  /** Refuses connections while an outage of that kind lasts. Called before each activity. */
  followOutage(nowMs: number): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultyWorld(
  scenario: Scenario,
  options: { startedAtMs: number; breakActivities: (activities: ExportActivities) => ExportActivities },
): Promise<FaultyWorld> {
  const { startedAtMs, breakActivities } = options;
  const simulator = await startSimulator({
    seed: scenario.seed,
    groupId: drawId(scenario.seed, 'project'),
    refuseSecondActiveExport: scenario.safetyNet,
  });
  const buckets = Array.from({ length: scenario.buckets }, () => simulator.addBucket());
  const snapshots = scenario.clusters.map(({ clusterName, shards, plans }) => {
    const clusterType = shards === 0 ? 'REPLICASET' : 'SHARDED';
    simulator.addCluster({ clusterName, clusterType, ...(shards === 0 ? {} : { shardCount: shards }) });
    for (const [index, plan] of plans.entries())
      simulator.setExportPlan({ clusterName, attempt: index + 1 }, plan);
    // What comes after the drawn plans succeeds, so that every request can come to an end.
    return simulator.addSnapshot({ clusterName });
  });
  armFaults(simulator, scenario, startedAtMs);
  const clients = new WorkerClients(simulator, scenario, breakActivities);
  let refusing = false;
  const refuse = async (wanted: boolean): Promise<void> => {
    if (wanted === refusing) return;
    refusing = wanted;
    await (wanted ? simulator.refuseConnections() : simulator.acceptConnections());
  };
  return {
    simulator,
    groupId: simulator.groupId,
    workers: scenario.workers,
    activities: (worker) => clients.activities(worker),
    idsOf: ({ cluster, bucket }) => ({
      clusterName: scenario.clusters[cluster]?.clusterName ?? '',
      snapshotId: snapshots[cluster]?.id ?? '',
      exportBucketId: buckets[bucket]?.id ?? '',
      exportBucketName: buckets[bucket]?.bucketName ?? '',
    }),
    startForeignJob: (cluster) => {
      const { clusterName = '', foreignJob } = scenario.clusters[cluster] ?? {};
      const snapshotId = snapshots[cluster]?.id ?? '';
      const active = simulator.books.jobs.some(
        (job) => job.snapshotId === snapshotId && (job.state === 'Queued' || job.state === 'InProgress'),
      );
      if (active || foreignJob === undefined) return;
      const exportBucketId = buckets[foreignJob.bucket]?.id ?? '';
      simulator.createForeignJob({ clusterName, snapshotId, exportBucketId });
    },
    followOutage: async (nowMs) => {
      const { outage } = scenario;
      const elapsedMs = nowMs - startedAtMs;
      await refuse(
        outage?.as === 'refused' && elapsedMs >= outage.fromMs && elapsedMs < faultSpanEnd(scenario, outage),
      );
    },
    heal: async () => {
      simulator.faults.clear();
      await refuse(false);
    },
    close: async () => {
      await clients.close();
      await simulator.close();
    },
  };
}

/** A client for each worker, as each worker's process has its own. */
class WorkerClients {
  readonly #simulator: Simulator;
  readonly #scenario: Scenario;
  readonly #breakActivities: (activities: ExportActivities) => ExportActivities;
  readonly #clients = new Map<string, { atlas: AtlasClient; activities: ExportActivities }>();

  constructor(
    simulator: Simulator,
    scenario: Scenario,
    breakActivities: (activities: ExportActivities) => ExportActivities,
  ) {
    this.#simulator = simulator;
    this.#scenario = scenario;
    this.#breakActivities = breakActivities;
  }

  activities(worker: string): ExportActivities {
    const existing = this.#clients.get(worker);
    if (existing !== undefined) return existing.activities;
    const atlas = createAtlasClient({
      baseUrl: this.#simulator.baseUrl,
      credentials:
        this.#scenario.credentials === 'digest'
          ? { type: 'digest', ...keyPair(this.#simulator) }
          : { type: 'serviceAccount', ...serviceAccount(this.#simulator) },
      apiVersion: this.#scenario.apiVersion,
      timeouts,
      userAgent: worker,
    });
    const activities = this.#breakActivities(
      createActivities({ atlas: { names: ['default'], get: () => atlas } }),
    );
    this.#clients.set(worker, { atlas, activities });
    return activities;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map(({ atlas }) => atlas.close()));
  }
}

function armFaults(simulator: Simulator, scenario: Scenario, startedAtMs: number): void {
  const { unauthorized, outage } = scenario;
  // A nonce is stale for a digest only: a token that is new and refused is an answer to believe.
  const { staleNonce = 0, ...others } = scenario.faults;
  const faults = scenario.credentials === 'digest' ? { ...others, staleNonce } : others;
  simulator.faults.seeded(scenario.seed, faults, {
    // A 404 for the project or the cluster is an answer to believe; one for a job that exists is not.
    operationsOf: { notFound: ['getExportJob'] },
    delayMsMax: slowMsMax,
    clockMsMax: retryAfterMsMax,
    lagMsMax,
  });
  const interval = (span: { fromMs: number; untilMs: number }): { fromMs: number; untilMs: number } => ({
    fromMs: startedAtMs + span.fromMs,
    untilMs: startedAtMs + faultSpanEnd(scenario, span),
  });
  if (unauthorized !== undefined)
    simulator.faults.script({ when: interval(unauthorized) }, { kind: 'unauthorized' });
  if (outage !== undefined && outage.as !== 'refused') simulator.faults.outage(interval(outage), outage.as);
}

function faultSpanEnd(scenario: Scenario, { untilMs }: { untilMs: number }): number {
  return Math.min(untilMs, scenario.faultsUntilMs);
}

function keyPair({ credentials }: Simulator): { publicKey: string; privateKey: string } {
  return { publicKey: credentials.publicKey, privateKey: credentials.privateKey };
}

function serviceAccount({ credentials }: Simulator): { clientId: string; clientSecret: string } {
  return { clientId: credentials.clientId, clientSecret: credentials.clientSecret };
}
