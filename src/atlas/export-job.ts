import * as v from 'valibot';
import {
  boundedString,
  canonicalCase,
  lenient,
  lenientList,
  lenientString,
  pathId,
  present,
} from './lenient.ts';

/** The states Atlas documents (v2 specification, `DiskBackupExportJob.state`). */
export const EXPORT_JOB_STATES = ['Queued', 'InProgress', 'Successful', 'Failed', 'Cancelled'] as const;

/** The states after which nothing changes any more. */
export const EXPORT_JOB_STATES_TERMINAL = ['Successful', 'Failed', 'Cancelled'] as const;

/** Whether an export job is over. A state that is not known counts as still running. */
export function isTerminalExportJobState(state: string): boolean {
  return EXPORT_JOB_STATES_TERMINAL.some((terminal) => terminal === state);
}

/** A label of an export job; it ends up in the bucket's `.complete` file. */
export interface CustomDataEntry {
  readonly key: string;
  readonly value: string;
}

/** One shard's part of a sharded export job. Atlas says nothing of its state here. */
export interface ExportJobComponent {
  readonly exportId: string;
  /** Empty when Atlas does not say. */
  readonly replicaSetName: string;
}

/** An export job as Atlas describes it. What Atlas leaves out is absent here. */
export interface ExportJob {
  readonly id: string;
  /** One of {@link EXPORT_JOB_STATES}, or a word we do not know, as Atlas wrote it; `unknown` where it wrote a blank. */
  readonly state: string;
  readonly stateReason?: { readonly errorCode?: string; readonly message?: string };
  /** 0 of 0 is what an empty cluster's export says to its end: neither failure nor progress. */
  readonly exportStatus?: { readonly exportedCollections: number; readonly totalCollections: number };
  /** Only for sharded clusters. */
  readonly components?: readonly ExportJobComponent[];
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
  /** ISO 8601, UTC; absent until the job is over. */
  readonly finishedAt?: string;
  readonly snapshotId?: string;
  readonly exportBucketId: string;
  /** Where in the bucket; with or without a leading slash. */
  readonly prefix?: string;
  readonly customData: readonly CustomDataEntry[];
}

/** A state that is not known is shown everywhere, so it has to be a word. */
const STATE_CHARACTERS_MAX = 100;

export const exportJobSchema: v.GenericSchema<unknown, ExportJob> = v.pipe(
  v.object({
    id: pathId,
    state: v.pipe(
      v.string(),
      v.maxLength(STATE_CHARACTERS_MAX),
      v.transform((state) => (state.trim() === '' ? 'unknown' : canonicalCase(state, EXPORT_JOB_STATES))),
    ),
    stateReason: lenient(
      v.pipe(v.object({ errorCode: lenientString, message: lenientString }), v.transform(present)),
    ),
    exportStatus: lenient(
      v.object({
        exportedCollections: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
        totalCollections: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      }),
    ),
    components: lenientList(
      v.object({ exportId: pathId, replicaSetName: v.fallback(v.pipe(v.string(), v.maxLength(1_000)), '') }),
    ),
    createdAt: lenientString,
    finishedAt: lenientString,
    snapshotId: lenientString,
    // Compared, never sent back in a path: the example in create-export-job.rst has a placeholder here.
    exportBucketId: boundedString,
    prefix: lenientString,
    customData: lenientList(v.object({ key: v.string(), value: v.string() })),
  }),
  v.transform((job) => present({ ...job, customData: job.customData ?? [] })),
);
