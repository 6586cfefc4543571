import * as v from 'valibot';
import type { Duration } from './duration.ts';
import {
  bucketNameSchema,
  clusterNameSchema,
  customDataSchema,
  durationSchema,
  idSchema,
  pollingSchema,
  settingNameSchema,
  stalledAfterSchema,
  wholeNumberSchema,
  type CustomDataEntry,
  type ExportRequest,
} from './export-request.ts';
import { sinceMs } from './fleet-since.ts';

/** How a snapshot came to be taken: by a rule of the backup schedule, or because somebody asked for it. */
export const snapshotFrequencies = ['hourly', 'daily', 'weekly', 'monthly', 'yearly', 'onDemand'] as const;

export type SnapshotFrequency = (typeof snapshotFrequencies)[number];

/** Which of the missing snapshots of a project is exported first. */
export type ExportOrder =
  /** The one that Atlas deletes first: what is missed then is lost. */
  'expiringFirst' | 'newestFirst' | 'oldestFirst';

/** What should be true of a fleet of clusters: the input of the workflow `keepExported`, as plain JSON. */
export interface KeepExportedRequest {
  /** The projects whose clusters are kept exported, 500 at most. */
  readonly projects: readonly FleetProject[];
  /** Export bucket of every project that names none of its own, by its bucket name. */
  readonly exportBucketName?: string;
  /** Which snapshots are due, by how they came to be taken. */
  readonly frequencyTypes: readonly SnapshotFrequency[];
  /** Only snapshots taken since: a date such as `"2026-01-01"`, or how long ago, such as `"90 days"`. @default every snapshot that Atlas still has */
  readonly since?: string;
  /** Which snapshot of a project is exported first. @default "expiringFirst" */
  readonly order?: ExportOrder;
  /** Replica sets that are exported at once: a sharded cluster's export counts its shards. One that is larger than a limit is exported alone. */
  readonly atOnce?: {
    /** Over all projects, 1 to 300. @default 100 */
    readonly total?: number;
    /** In one project, 1 to 300. Atlas lets further jobs wait while 5 are being exported. @default 5 */
    readonly perProject?: number;
    /** Of one cluster, 1 to 300. @default 5 */
    readonly perCluster?: number;
  };
  /** Failed export jobs of a snapshot to this bucket, as Atlas lists them, after which it is given up, 1 to 20. @default 3 */
  readonly giveUpAfter?: number;
  /** How long one run goes on. Exports that run then go on by themselves, and the next run follows them. @default "20 hours" */
  readonly runLimit?: Duration;
  /** Only say what would be exported, and about what that costs. @default false */
  readonly dryRun?: boolean;
  /** US dollars that Atlas bills for 1,000,000,000 exported bytes. @default 0.125 */
  readonly pricePerGigabyte?: number;
  /** What each export is started with; see `ExportRequest`. */
  readonly exports?: FleetExportOptions;
}

/** One project of a fleet. */
export interface FleetProject {
  /** Project: 24 lowercase hexadecimal digits. */
  readonly groupId: string;
  /** Its clusters to keep exported, 1,000 at most. @default every cluster that the project has when a run starts */
  readonly clusterNames?: readonly string[];
  /** Export bucket of this project, by its id at Atlas. */
  readonly exportBucketId?: string;
  /** Export bucket of this project, by its bucket name. */
  readonly exportBucketName?: string;
  /** Which of the worker's credentials for Atlas to use for this project, by the name that its settings give them. @default "default" */
  readonly credentials?: string;
}

/** What an export of a fleet may be told, with the meaning that it has in an export request. */
export interface FleetExportOptions {
  /** Entries for the `.complete` file, 100 at most. */
  readonly customData?: readonly CustomDataEntry[];
  /** When to look at Atlas. */
  readonly polling?: NonNullable<ExportRequest['polling']>;
  /** After how long an export is said to be stalled. */
  readonly stalledAfter?: NonNullable<ExportRequest['stalledAfter']>;
  /** Time for one export, all attempts included. @default "7 days" */
  readonly deadline?: Duration;
  /** Export jobs of one run that may end Failed, 1 to 20; never more than `giveUpAfter` leaves. @default 3 */
  readonly maxAttempts?: number;
}

/** Entries of the lists of a {@link KeepExportedRequest}, counted before they are read. */
export const fleetListsMax = { projects: 500, clusterNames: 1_000 } as const;

/** Children at once, so that a workflow task never has more than a few hundred to deal with. */
const atOnceMax = 300;

const atOnceSchema = v.exactOptional(wholeNumberSchema({ max: atOnceMax }));

const projectSchema = v.strictObject({
  groupId: idSchema('a project id'),
  clusterNames: v.exactOptional(
    v.pipe(
      v.array(clusterNameSchema),
      v.minLength(1, 'must have an entry, or be left out'),
      v.maxLength(fleetListsMax.clusterNames),
    ),
  ),
  exportBucketId: v.exactOptional(idSchema('an export bucket id')),
  exportBucketName: v.exactOptional(bucketNameSchema),
  credentials: v.exactOptional(settingNameSchema),
});

/** Shape of {@link KeepExportedRequest}; the rules between fields are in `checkKeepExportedRequest`. */
export const keepExportedRequestSchema = v.strictObject({
  projects: v.pipe(
    v.array(projectSchema),
    v.minLength(1, 'must have an entry'),
    v.maxLength(fleetListsMax.projects),
  ),
  exportBucketName: v.exactOptional(bucketNameSchema),
  frequencyTypes: v.pipe(
    v.array(v.picklist(snapshotFrequencies, `must be one of ${snapshotFrequencies.join(', ')}`)),
    v.minLength(1, 'must have an entry'),
    v.maxLength(snapshotFrequencies.length, `must have at most ${snapshotFrequencies.length} entries`),
  ),
  since: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(40, 'must have at most 40 characters'),
      v.check(
        (since) => sinceMs(since, 0) !== undefined,
        'must be a date such as "2026-01-01", or how long ago, such as "90 days"',
      ),
    ),
  ),
  order: v.exactOptional(v.picklist(['expiringFirst', 'newestFirst', 'oldestFirst'])),
  atOnce: v.exactOptional(
    v.strictObject({ total: atOnceSchema, perProject: atOnceSchema, perCluster: atOnceSchema }),
  ),
  giveUpAfter: v.exactOptional(wholeNumberSchema({ max: 20 })),
  runLimit: v.exactOptional(durationSchema),
  dryRun: v.exactOptional(v.boolean()),
  pricePerGigabyte: v.exactOptional(
    v.pipe(v.number(), v.minValue(0, 'must not be negative'), v.maxValue(1_000, 'must be 1000 or less')),
  ),
  exports: v.exactOptional(
    v.strictObject({
      customData: v.exactOptional(customDataSchema),
      polling: v.exactOptional(pollingSchema),
      stalledAfter: v.exactOptional(stalledAfterSchema),
      deadline: v.exactOptional(durationSchema),
      maxAttempts: v.exactOptional(wholeNumberSchema({ max: 20 })),
    }),
  ),
});
