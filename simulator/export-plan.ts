import type { BucketFault, ExportContents } from './export-contents.ts';

/** How one export job is to go. Chosen when the job is created; later changes of the plan do not touch it. */
export interface ExportPlan {
  /** Time in `Queued` before it may start; it stays longer while too many replica sets are exporting. Default 3 minutes, as recorded. */
  readonly queuedMs: number;
  /** Time in `InProgress`. Default 12 minutes, as recorded for an empty cluster. */
  readonly runningMs: number;
  /** Collections of each replica set. Default 140. */
  readonly totalCollections: number;
  /**
   * How `exportedCollections` grows: evenly, mostly near the end, in a few steps, or not at all: `unknown` stays 0 of 0
   * to the end, success included, as recorded for an empty cluster. Default `linear`.
   */
  readonly progress: 'linear' | 'late' | 'bursty' | 'unknown';
  /** Default `Successful`. */
  readonly outcome: 'Successful' | 'Failed' | 'Cancelled';
  /** Shown with `Failed`. Default: a storage error. `null` leaves it out. */
  readonly stateReason?: { readonly errorCode?: string; readonly message?: string } | null;
  /** Sharded: the running time of each component, in order. Without it each takes a drawn 50 to 100 % of `runningMs`, one of them all of it. */
  readonly componentDurations?: readonly number[];
  /** Sharded and `Failed`: which components fail. Default: the one that ends last. */
  readonly failedComponents?: readonly number[];
  /** The documents of components answer 404, as they may at Atlas. Default false. */
  readonly componentsHidden?: boolean;
  /** The list of export jobs has the components as items of their own, as it may at Atlas. Default false. */
  readonly componentsListed?: boolean;
  /** Written instead of `InProgress`, for a client that must survive a state it does not know. */
  readonly unknownState?: string;
  /** What the job writes, where the simulator writes exports at all. What is not given: a few small files. */
  readonly contents?: Partial<ExportContents>;
  /** What is wrong with what it writes. Default: nothing. */
  readonly bucketFault?: BucketFault;
}

/** Which jobs a plan is for. Nothing given: all. */
export interface ExportPlanMatch {
  readonly snapshotId?: string;
  /** 1 for the first job of a snapshot, 2 for the second… */
  readonly attempt?: number;
  readonly clusterName?: string;
}

export const DEFAULT_EXPORT_PLAN: ExportPlan = {
  queuedMs: 180_000,
  runningMs: 720_000,
  totalCollections: 140,
  progress: 'linear',
  outcome: 'Successful',
};

function specificity(match: ExportPlanMatch): number {
  return (
    (match.snapshotId === undefined ? 0 : 4) +
    (match.clusterName === undefined ? 0 : 2) +
    (match.attempt === undefined ? 0 : 1)
  );
}

function matches(match: ExportPlanMatch, job: Required<ExportPlanMatch>): boolean {
  return (
    (match.snapshotId === undefined || match.snapshotId === job.snapshotId) &&
    (match.clusterName === undefined || match.clusterName === job.clusterName) &&
    (match.attempt === undefined || match.attempt === job.attempt)
  );
}

function checkDurations(plan: Partial<ExportPlan>): void {
  const durations = [
    plan.queuedMs ?? 0,
    plan.runningMs ?? 0,
    plan.totalCollections ?? 0,
    ...(plan.componentDurations ?? []),
  ];
  const wrong = durations.find((duration) => !(duration >= 0));
  if (wrong !== undefined) throw new RangeError(`an export plan cannot hold ${wrong}`);
}

/** The plans set so far. What is said of fewer jobs overrides what is said of more; between equals the later one. */
export class ExportPlans {
  readonly #rules: { match: ExportPlanMatch; plan: Partial<ExportPlan> }[] = [];

  set(match: ExportPlanMatch, plan: Partial<ExportPlan>): void {
    checkDurations(plan);
    this.#rules.push({ match, plan });
  }

  for(job: Required<ExportPlanMatch>): ExportPlan {
    const applicable = this.#rules.filter((rule) => matches(rule.match, job));
    applicable.sort((left, right) => specificity(left.match) - specificity(right.match));
    return applicable.reduce<ExportPlan>((plan, rule) => ({ ...plan, ...rule.plan }), DEFAULT_EXPORT_PLAN);
  }
}
