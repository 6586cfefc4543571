import ms from 'ms';
import * as v from 'valibot';
import { bucketChoice, intervalProblems, type BucketChoice } from './check-export-request.ts';
import { durationMs } from './duration.ts';
import { customDataEntriesMax } from './export-request.ts';
import { sinceMs } from './fleet-since.ts';
import {
  fleetListsMax,
  keepExportedRequestSchema,
  type ExportOrder,
  type FleetExportOptions,
  type FleetProject,
  type KeepExportedRequest,
  type SnapshotFrequency,
} from './keep-exported-request.ts';
import { credentialsDefault } from './setting-name.ts';
import { shapeProblems, type InputProblem } from './schema-problems.ts';

/** A fleet's request that has been checked, with every default filled in. */
export interface CheckedKeepExportedRequest {
  readonly projects: readonly CheckedFleetProject[];
  readonly frequencyTypes: readonly SnapshotFrequency[];
  /** As written, since it may be relative to the run's start. */
  readonly since: string | undefined;
  readonly order: ExportOrder;
  readonly atOnce: FleetLimits;
  readonly giveUpAfter: number;
  readonly runLimitMs: number;
  readonly dryRun: boolean;
  readonly pricePerGigabyte: number;
  readonly exports: FleetExportOptions;
}

export interface CheckedFleetProject {
  readonly groupId: string;
  /** Undefined: every cluster that the project has. */
  readonly clusterNames: readonly string[] | undefined;
  readonly bucket: BucketChoice;
  /** Undefined: the worker's default ones. */
  readonly credentials: string | undefined;
}

/** Replica sets that are exported at once, at most. */
export interface FleetLimits {
  readonly total: number;
  readonly perProject: number;
  readonly perCluster: number;
}

export type CheckedFleetInput =
  | { readonly request: CheckedKeepExportedRequest; readonly problems?: undefined }
  | { readonly request?: undefined; readonly problems: readonly InputProblem[] };

export const fleetDefaults = {
  order: 'expiringFirst',
  atOnce: { total: 100, perProject: 5, perCluster: 5 },
  giveUpAfter: 3,
  runLimit: '20 hours',
  pricePerGigabyte: 0.125,
} as const;

/** Rules that each project may break, named at most. */
const problemsMax = 50;

const shape = { schema: keepExportedRequestSchema, what: 'a keepExported request' };

/** Checks what somebody typed or sent. Names every problem with its path, some 50 at most; never throws. */
export function checkKeepExportedRequest(input: unknown): CheckedFleetInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { problems: [{ path: '', message: 'the request must be one JSON object' }] };
  }
  const tooMany = tooLongLists(input);
  if (tooMany.length > 0) return { problems: tooMany };
  const parsed = v.safeParse(keepExportedRequestSchema, input, { abortPipeEarly: true });
  if (!parsed.success) return { problems: shapeProblems(parsed.issues, shape) };
  const written: KeepExportedRequest = parsed.output;
  const problems = [
    ...projectProblems(written),
    ...intervalProblems(written.exports?.polling, 'exports.polling'),
  ];
  if (problems.length > 0) return { problems: problems.slice(0, problemsMax) };
  return { request: withDefaults(written) };
}

/** The beginning of the span in which snapshots are due, in a run that started at `startedAtMs`. */
export function dueSinceMs(since: string | undefined, startedAtMs: number): number {
  return since === undefined ? 0 : (sinceMs(since, startedAtMs) ?? 0);
}

/** Counted before the schema reads them: a workflow task has no time to read a million of entries. */
function tooLongLists(input: object): InputProblem[] {
  const lists: [path: string, list: unknown, max: number][] = [
    ['projects', field(input, 'projects'), fleetListsMax.projects],
    ['frequencyTypes', field(input, 'frequencyTypes'), 10],
    ['exports.customData', field(field(input, 'exports'), 'customData'), customDataEntriesMax],
  ];
  const found = lists.flatMap(tooLong);
  if (found.length > 0) return found;
  const projects = field(input, 'projects');
  return (Array.isArray(projects) ? projects : [])
    .flatMap((project: unknown, index) =>
      tooLong([
        `projects[${index}].clusterNames`,
        field(project, 'clusterNames'),
        fleetListsMax.clusterNames,
      ]),
    )
    .slice(0, problemsMax);
}

function tooLong([path, list, max]: [path: string, list: unknown, max: number]): InputProblem[] {
  if (!Array.isArray(list) || list.length <= max) return [];
  return [{ path, message: `must have at most ${max} entries` }];
}

function field(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return new Map<string, unknown>(Object.entries(object)).get(name);
}

function projectProblems({ projects, exportBucketName }: KeepExportedRequest): InputProblem[] {
  const seen = new Set<string>();
  return projects.flatMap((project, index) => {
    const path = `projects[${index}]`;
    const twice = seen.has(project.groupId);
    seen.add(project.groupId);
    return [
      ...(twice ? [{ path: `${path}.groupId`, message: 'stands in the list twice' }] : []),
      ...bucketProblems(project, { path, exportBucketName }),
      ...twiceNamed(project.clusterNames ?? []).map((name) => ({
        path: `${path}.clusterNames`,
        message: `names ${name} twice`,
      })),
    ];
  });
}

function bucketProblems(
  project: FleetProject,
  { path, exportBucketName }: { path: string; exportBucketName: string | undefined },
): InputProblem[] {
  const { exportBucketId, exportBucketName: own } = project;
  const place = `${path}.exportBucketId, ${path}.exportBucketName`;
  if (exportBucketId !== undefined && own !== undefined) {
    return [{ path: place, message: 'give one of the two, not both' }];
  }
  if ((exportBucketId ?? own ?? exportBucketName) !== undefined) return [];
  return [{ path: place, message: 'one of the two is required, or exportBucketName for all projects' }];
}

function twiceNamed(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

function withDefaults(written: KeepExportedRequest): CheckedKeepExportedRequest {
  const { exportBucketName } = written;
  return {
    projects: written.projects.map((project) => ({
      groupId: project.groupId,
      clusterNames: project.clusterNames,
      bucket: bucketChoice(project) ?? { exportBucketName: exportBucketName ?? '' },
      credentials: project.credentials === credentialsDefault ? undefined : project.credentials,
    })),
    frequencyTypes: written.frequencyTypes,
    since: written.since,
    order: written.order ?? fleetDefaults.order,
    atOnce: { ...fleetDefaults.atOnce, ...written.atOnce },
    giveUpAfter: written.giveUpAfter ?? fleetDefaults.giveUpAfter,
    runLimitMs: durationMs(written.runLimit) ?? ms(fleetDefaults.runLimit),
    dryRun: written.dryRun ?? false,
    pricePerGigabyte: written.pricePerGigabyte ?? fleetDefaults.pricePerGigabyte,
    exports: written.exports ?? {},
  };
}
