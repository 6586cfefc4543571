import * as v from 'valibot';
import { durationMs, type Duration } from './duration.ts';
import type { VerifyLevel } from './export-verification.ts';
import { exportRequestIdKey } from './names.ts';
import { settingNameCharactersMax, settingNamePattern } from './setting-name.ts';

/** One entry of an export job's custom data. Atlas writes it into the `.complete` file in the bucket. */
export interface CustomDataEntry {
  readonly key: string;
  readonly value: string;
}

/** How eagerly to look: what a look is worth in seconds of delay (see docs/polling.md). */
export type PollingPreset = 'eager' | 'balanced' | 'thrifty';

/** What to do when Atlas is already exporting this snapshot; it allows one active export per snapshot. */
export type OnActiveExport = 'adopt' | 'wait' | 'fail';

/** What a caller asks for: the input of the workflow `exportSnapshot`, as plain JSON. */
export interface ExportRequest {
  /** Project: 24 lowercase hexadecimal digits. */
  readonly groupId: string;
  /** Cluster within the project: letters, digits and hyphens. */
  readonly clusterName: string;
  /** Snapshot to export, or `"latest"` for the newest completed one that is not a fallback snapshot. */
  readonly snapshotId: string;
  /** Export bucket as Atlas knows it: 24 lowercase hexadecimal digits. Give this or `exportBucketName`. */
  readonly exportBucketId?: string;
  /** Export bucket by its bucket name. Looked up in the project; must be the only one of that name. */
  readonly exportBucketName?: string;
  /** Entries for the `.complete` file, 100 at most. The key `exportRequestId` is taken by this product. */
  readonly customData?: readonly CustomDataEntry[];
  /** When to look at Atlas. The defaults suit exports from minutes to days. */
  readonly polling?: {
    /** @default "balanced" */
    readonly preset?: PollingPreset;
    /** Never look more often than this. @default eager 2 s, balanced 4 s, thrifty 10 s */
    readonly minInterval?: Duration;
    /** Never look less often than this, while the run's history has room for it. @default eager 10 min, balanced 20 min, thrifty 1 h */
    readonly maxInterval?: Duration;
  };
  /**
   * After how long an export is said to be stalled, in the status, the log, the metrics. It is never ended by it.
   * What is not given is learned from the cluster's earlier exports and from the progress seen so far.
   */
  readonly stalledAfter?: {
    /** In Atlas's queue. @default what the longest of the cluster's earlier exports took, 1 h at least; 6 h without any */
    readonly queued?: Duration;
    /** Without another collection exported, where Atlas counts them. @default as for `queued`, and longer for an export that is slow as a whole or pauses by nature */
    readonly noProgress?: Duration;
    /** Running, where Atlas counts no collections. @default twice what the longest of the cluster's earlier exports took (four times, of fewer than five), 1 h at least; never without any */
    readonly total?: Duration;
  };
  /** Time for the whole request, all attempts included, from its start. @default "7 days" */
  readonly deadline?: Duration;
  /** How many export jobs may end Failed before the request does, 1 to 20. @default 3 */
  readonly maxAttempts?: number;
  /**
   * `adopt`: follow the active export as if it were ours, when it goes to the same bucket (to another bucket: wait).
   * `wait`: let it end, then go on. `fail`: end with `ExportConflict`. @default "adopt"
   */
  readonly onActiveExport?: OnActiveExport;
  /** Whether a successful earlier export of this snapshot to this bucket settles the request. @default true */
  readonly skipIfExported?: boolean;
  /**
   * Whether to look into the bucket once Atlas says Successful. `manifest`: `.complete` and the listing. `full`:
   * besides, every object is read. `off`: not. @default "manifest" where the worker may look into the bucket, else "off"
   */
  readonly verify?: VerifyLevel;
  /** How long objects that are not there yet are waited for before the export has failed. @default "15 minutes" */
  readonly verifyWait?: Duration;
  /**
   * Which of the worker's credentials for Atlas to use, by the name that its settings give them. They say who asks,
   * not what for: the same request with other credentials is the same export.
   * @default "default"
   */
  readonly credentials?: string;
  /**
   * Who is told when the export has ended, or seems stuck: the name of a webhook in the worker's settings. Never holds
   * up the export or makes it fail. The same request with another webhook is the same export, and tells the first's.
   */
  readonly webhook?: string;
}

/** Entries of {@link ExportRequest.customData}. */
export const customDataEntriesMax = 100;

export const tooManyEntriesMessage = `must have at most ${customDataEntriesMax} entries`;

const groupIdPattern = /^[a-f0-9]{24}$/;
const clusterNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9-]*$/;
const snapshotIdPattern = /^([a-f0-9]{24}|latest)$/;

/** The name of something in the worker's settings. */
export const settingNameSchema = v.pipe(
  v.string(),
  v.maxLength(settingNameCharactersMax, `must have at most ${settingNameCharactersMax} characters`),
  v.regex(
    settingNamePattern,
    'must be a name of lowercase letters and digits, in words joined by single hyphens, such as "team-a"',
  ),
);

export function idSchema(what: string): v.GenericSchema<string> {
  return v.pipe(v.string(), v.regex(groupIdPattern, `${what} must be 24 lowercase hexadecimal digits`));
}

export const durationSchema = v.custom<Duration>(
  (value) => durationMs(value) !== undefined,
  'must be a duration such as "30s", "5 minutes" or "7 days", or a positive number of milliseconds, up to 366 days',
);

const customDataEntrySchema = v.strictObject({
  key: v.pipe(
    v.string(),
    v.minLength(1, 'must not be empty'),
    v.maxLength(256, 'must have at most 256 characters'),
    v.check((key) => key !== exportRequestIdKey, `"${exportRequestIdKey}" is set by this product`),
  ),
  value: v.pipe(v.string(), v.maxLength(4096, 'must have at most 4096 characters')),
});

export const pollingSchema = v.strictObject({
  preset: v.exactOptional(v.picklist(['eager', 'balanced', 'thrifty'])),
  minInterval: v.exactOptional(durationSchema),
  maxInterval: v.exactOptional(durationSchema),
});

export const stalledAfterSchema = v.strictObject({
  queued: v.exactOptional(durationSchema),
  noProgress: v.exactOptional(durationSchema),
  total: v.exactOptional(durationSchema),
});

export const customDataSchema = v.pipe(
  v.array(customDataEntrySchema),
  v.maxLength(customDataEntriesMax, tooManyEntriesMessage),
);

export const clusterNameSchema = v.pipe(
  v.string(),
  v.maxLength(64, 'must have at most 64 characters'),
  v.regex(clusterNamePattern, 'must be letters, digits and hyphens, not starting with a hyphen'),
);

export const bucketNameSchema = v.pipe(
  v.string(),
  v.minLength(3, 'must have at least 3 characters'),
  v.maxLength(63, 'must have at most 63 characters'),
);

/** A whole number from 1. */
export function wholeNumberSchema({ max }: { max: number }): v.GenericSchema<number> {
  return v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be 1 or more'),
    v.maxValue(max, `must be ${max} or less`),
  );
}

/** Shape of {@link ExportRequest}; the rules between fields are in `checkExportRequest`. */
export const exportRequestSchema = v.strictObject({
  groupId: idSchema('a project id'),
  clusterName: clusterNameSchema,
  snapshotId: v.pipe(
    v.string(),
    v.regex(snapshotIdPattern, 'must be 24 lowercase hexadecimal digits or "latest"'),
  ),
  exportBucketId: v.exactOptional(idSchema('an export bucket id')),
  exportBucketName: v.exactOptional(bucketNameSchema),
  customData: v.exactOptional(customDataSchema),
  polling: v.exactOptional(pollingSchema),
  stalledAfter: v.exactOptional(stalledAfterSchema),
  deadline: v.exactOptional(durationSchema),
  maxAttempts: v.exactOptional(wholeNumberSchema({ max: 20 })),
  onActiveExport: v.exactOptional(v.picklist(['adopt', 'wait', 'fail'])),
  skipIfExported: v.exactOptional(v.boolean()),
  verify: v.exactOptional(v.picklist(['off', 'manifest', 'full'])),
  verifyWait: v.exactOptional(durationSchema),
  credentials: v.exactOptional(settingNameSchema),
  webhook: v.exactOptional(settingNameSchema),
});
