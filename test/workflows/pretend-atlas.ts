import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type {
  CreateExportJobInput,
  ExportActivities,
  FindExportJobInput,
  VerifiedExport,
  VerifyExportInput,
} from '../../src/activities/index.ts';
import {
  credentialsUnknownCode,
  exportRequestIdKey,
  isTerminal,
  type AtlasAnswer,
  type CustomDataEntry,
  type ExportJob,
} from '../../src/contract/index.ts';

/** How an export job of the pretended Atlas goes, by the time since it was created. */
export interface PretendPlan {
  readonly queuedMs?: number;
  readonly runningMs: number;
  readonly outcome?: string;
  readonly stateReason?: { errorCode?: string; message?: string };
  readonly collections?: number;
  /** The counter's value by the time since the job left the queue; a steady one unless given. */
  readonly exportedAt?: (runningMs: number) => number;
  /** Replica set names; with any, the job is a sharded cluster's. */
  readonly shards?: readonly string[];
}

interface PretendJob {
  readonly exportId: string;
  readonly plan: PretendPlan;
  readonly createdAtMs: number;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly customData: readonly CustomDataEntry[];
}

type Call = keyof ExportActivities;

/**
 * The activities, answering from memory by the clock of the skipped time. For what the workflow does with an
 * answer; what the answers of the real activities are is tested against the simulator.
 */
export class PretendAtlas {
  readonly jobs: PretendJob[] = [];
  readonly calls: { name: Call; atMs: number; input: unknown }[] = [];
  /** The plan of the n-th job created; the last one serves for all after it. */
  plans: PretendPlan[] = [{ runningMs: 60 * 60_000 }];
  /** How long the cluster's earlier exports took. */
  earlierDurationsMs: readonly number[] = [];
  /** Called before each activity answers; what it throws is the answer. */
  before: (call: { name: Call; count: number; atMs: number; input: unknown }) => void = () => undefined;
  /** Waited for after a create has taken effect. */
  whileCreating: () => Promise<void> = () => Promise.resolve();
  /** Called then; what it throws takes the place of the reply. */
  afterCreate: (count: number) => void = () => undefined;

  /** What looking into the bucket comes to. */
  verify: (input: VerifyExportInput) => VerifiedExport = () => ({
    outcome: 'notChecked',
    reason: 'nobody may look',
  });

  count(name: Call): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  activities(): ExportActivities {
    return {
      resolveExport: (input) =>
        this.answer('resolveExport', input, () => ({
          snapshotId: 'f'.repeat(24),
          exportBucketId: 'exportBucketId' in input.bucket ? input.bucket.exportBucketId : 'b'.repeat(24),
        })),
      findExportJob: (input) => this.answer('findExportJob', input, (nowMs) => this.find(input, nowMs)),
      createExportJob: (input) => this.answer('createExportJob', input, (nowMs) => this.create(input, nowMs)),
      verifyExport: (input) => this.answer('verifyExport', input, () => this.verify(input)),
      searchAttributesRegistered: async () => false,
      pollExportJob: (input) =>
        this.answer('pollExportJob', input, (nowMs) => ({
          job: this.document(input.exportId, nowMs),
          components: [],
        })),
    };
  }

  /** Books a job that somebody else started. */
  foreignJob(job: Partial<PretendJob> & { plan: PretendPlan; createdAtMs: number }): string {
    const exportId = this.nextId();
    this.jobs.push({
      exportId,
      snapshotId: 'a'.repeat(24),
      exportBucketId: 'b'.repeat(24),
      customData: [],
      ...job,
    });
    return exportId;
  }

  private async answer<T>(name: Call, input: unknown, work: (nowMs: number) => T | Promise<T>): Promise<T> {
    const atMs = Context.current().info.currentAttemptScheduledTimestampMs;
    this.calls.push({ name, atMs, input });
    this.before({ name, count: this.count(name), atMs, input });
    return await work(atMs);
  }

  private find(
    input: FindExportJobInput,
    nowMs: number,
  ): Awaited<ReturnType<ExportActivities['findExportJob']>> {
    const ours = this.jobs.find(
      (job) =>
        job.exportId === input.exportId ||
        job.customData.some(
          ({ key, value }) => key === exportRequestIdKey && value === input.exportRequestId,
        ),
    );
    const others = this.jobs
      .filter((job) => job !== ours && job.snapshotId === input.snapshotId)
      .map((job) => this.document(job.exportId, nowMs));
    return {
      ours: ours === undefined ? undefined : this.document(ours.exportId, nowMs),
      oursBesides: [],
      active: others.find(({ state }) => !isTerminal(state)),
      exported: others.find(
        ({ state, exportBucketId }) => state === 'Successful' && exportBucketId === input.exportBucketId,
      ),
      earlierDurationsMs: this.earlierDurationsMs,
      readAtMs: nowMs,
    };
  }

  private async create(input: CreateExportJobInput, nowMs: number): Promise<ExportJob> {
    const plan = this.plans[Math.min(this.jobs.length, this.plans.length - 1)] ?? { runningMs: 1 };
    const exportId = this.nextId();
    const { snapshotId, exportBucketId, customData } = input;
    this.jobs.push({ exportId, plan, createdAtMs: nowMs, snapshotId, exportBucketId, customData });
    await this.whileCreating();
    this.afterCreate(this.count('createExportJob'));
    return this.document(exportId, nowMs);
  }

  private document(exportId: string, nowMs: number): ExportJob {
    const job = this.jobs.find((candidate) => exportId.startsWith(candidate.exportId));
    if (job === undefined)
      throw atlasFailure({ code: 'ATLAS_NOT_FOUND', message: 'no such export job', effect: 'none' });
    const { plan, createdAtMs } = job;
    const { queuedMs = 0, runningMs, outcome = 'Successful', collections = 0, shards = [] } = plan;
    const elapsedMs = nowMs - createdAtMs;
    const ended = elapsedMs >= queuedMs + runningMs;
    const done = Math.max(0, Math.min(1, (elapsedMs - queuedMs) / runningMs));
    const exported = ended ? undefined : plan.exportedAt?.(Math.max(0, elapsedMs - queuedMs));
    return {
      exportId,
      state: ended ? outcome : elapsedMs < queuedMs ? 'Queued' : 'InProgress',
      stateReason: ended ? plan.stateReason : undefined,
      exportStatus: {
        exportedCollections: exported ?? Math.floor(done * collections),
        totalCollections: collections,
      },
      ...(shards.length === 0 || exportId !== job.exportId
        ? {}
        : {
            components: shards.map((replicaSetName) => ({
              exportId: `${exportId}-${replicaSetName}`,
              replicaSetName,
            })),
          }),
      snapshotId: job.snapshotId,
      exportBucketId: job.exportBucketId,
      prefix: `exported_snapshots/org/group/cluster/2026-08-10T0327/${createdAtMs}`,
      createdAt: new Date(createdAtMs).toISOString(),
      finishedAt: ended ? new Date(createdAtMs + queuedMs + runningMs).toISOString() : undefined,
    };
  }

  private nextId(): string {
    return (this.jobs.length + 1).toString(16).padStart(24, '0');
  }
}

/** A failure as the real activities throw it. */
export function atlasFailure(answer: AtlasAnswer): ApplicationFailure {
  const final = [
    'ATLAS_UNAUTHORIZED',
    'ATLAS_FORBIDDEN',
    'ATLAS_NOT_FOUND',
    'ATLAS_REJECTED',
    'ATLAS_CONFLICT',
    credentialsUnknownCode,
  ];
  return ApplicationFailure.create({
    type: answer.code,
    message: answer.message,
    nonRetryable: final.includes(answer.code),
    details: [answer],
  });
}
