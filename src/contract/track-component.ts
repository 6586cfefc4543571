import * as v from 'valibot';
import type { ExportComponent } from './export-job.ts';
import type { PollingSettings } from './check-export-request.ts';
import type { StallSettings } from './export-stall.ts';

/** Input of the workflow `trackComponent`, which `exportSnapshot` starts for each component of a job. */
export interface TrackComponentInput {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  /** As in the request that it belongs to; absent for the default ones. */
  readonly credentials?: string | undefined;
  /** The job that the component is a part of. */
  readonly jobExportId: string;
  readonly component: ExportComponent;
  readonly polling: PollingSettings;
  /** How many trackers look side by side for this export. */
  readonly trackers: number;
  readonly earlierDurationsMs: readonly number[];
  /** The job's creation by Atlas's clock, where it says so. */
  readonly createdAt?: string | undefined;
  readonly deadlineAtMs: number;
  /** As in the request that it belongs to. */
  readonly stalledAfter?: StallSettings | undefined;
}

/** Anybody can start a workflow from the Web UI: what this one relies on is checked here too. */
export const trackComponentInputSchema = v.object({
  groupId: v.string(),
  clusterName: v.string(),
  snapshotId: v.string(),
  credentials: v.optional(v.string()),
  jobExportId: v.string(),
  component: v.object({ exportId: v.string(), replicaSetName: v.optional(v.string()) }),
  polling: v.object({
    preset: v.picklist(['eager', 'balanced', 'thrifty']),
    intervalMsMin: v.optional(v.number()),
    intervalMsMax: v.optional(v.number()),
  }),
  trackers: v.number(),
  earlierDurationsMs: v.array(v.number()),
  createdAt: v.optional(v.string()),
  deadlineAtMs: v.number(),
  stalledAfter: v.optional(
    v.object({
      queuedMs: v.optional(v.number()),
      noProgressMs: v.optional(v.number()),
      totalMs: v.optional(v.number()),
    }),
  ),
});
