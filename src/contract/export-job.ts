/** What Atlas calls the states of an export job. A state it adds later is kept as it was sent. */
export const exportJobStates = ['Queued', 'InProgress', 'Successful', 'Failed', 'Cancelled'] as const;

/** The states in which Atlas no longer works on a job. A state not known here is taken as still running. */
const terminalStates: readonly string[] = ['Successful', 'Failed', 'Cancelled'];

/** Whether an export job or component in this state has ended. */
export function isTerminal(state: string): boolean {
  return terminalStates.includes(state);
}

/** An export job as Atlas describes it. A field that Atlas left out is absent: nothing is filled in. */
export interface ExportJob {
  readonly exportId: string;
  /** One of {@link exportJobStates}, or a state that Atlas has added since. */
  readonly state: string;
  /** Why the job is in this state; Atlas sets it on Failed. */
  readonly stateReason?: StateReason | undefined;
  /** Collections exported so far. 0 of 0 tells nothing: an empty cluster shows it to the end. */
  readonly exportStatus?: ExportProgress | undefined;
  /** One per shard; absent for a replica set. */
  readonly components?: readonly ExportComponent[] | undefined;
  readonly snapshotId?: string | undefined;
  readonly exportBucketId?: string | undefined;
  /** Where in the bucket, as Atlas wrote it: with or without a leading slash. */
  readonly prefix?: string | undefined;
  /** ISO 8601, Atlas's clock. */
  readonly createdAt?: string | undefined;
  /** ISO 8601, Atlas's clock; set once the job has ended. */
  readonly finishedAt?: string | undefined;
}

/** Why Atlas put a job into its state. The vocabulary of `errorCode` is not published. */
export interface StateReason {
  readonly errorCode?: string | undefined;
  readonly message?: string | undefined;
}

export interface ExportProgress {
  readonly exportedCollections?: number | undefined;
  readonly totalCollections?: number | undefined;
}

/** A component as the job names it: no state, which only the component's own document can tell. */
export interface ExportComponent {
  readonly exportId: string;
  readonly replicaSetName?: string | undefined;
}

/** Progress in words, or undefined where Atlas tells none: `"62 of 140 collections"`. */
export function progressText(progress: ExportProgress | undefined): string | undefined {
  if (progress?.totalCollections === undefined || progress.totalCollections <= 0) return undefined;
  return `${progress.exportedCollections ?? 0} of ${progress.totalCollections} collections`;
}

/** A state's reason in words, or undefined where Atlas gave none. */
export function stateReasonText(reason: StateReason | undefined): string | undefined {
  const parts = [reason?.errorCode, reason?.message].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join(': ');
}
