import ms from 'ms';
import * as v from 'valibot';
import { durationMs } from './duration.ts';
import {
  customDataEntriesMax,
  exportRequestSchema,
  tooManyEntriesMessage,
  type CustomDataEntry,
  type ExportRequest,
  type OnActiveExport,
  type PollingPreset,
} from './export-request.ts';
import type { StallSettings } from './export-stall.ts';
import type { VerifyLevel } from './export-verification.ts';
import { shapeProblems, type InputProblem } from './schema-problems.ts';
import { credentialsDefault } from './setting-name.ts';

/** A request that has been checked, with every default filled in and every duration in milliseconds. */
export interface CheckedExportRequest {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly bucket: BucketChoice;
  readonly customData: readonly CustomDataEntry[];
  readonly polling: PollingSettings;
  readonly stalledAfter: StallSettings;
  readonly deadlineMs: number;
  readonly attemptsMax: number;
  readonly onActiveExport: OnActiveExport;
  readonly skipIfExported: boolean;
  /** Undefined: what the worker can. */
  readonly verify: VerifyLevel | undefined;
  readonly verifyWaitMs: number;
  /** Undefined: the default ones. */
  readonly credentials: string | undefined;
  /** Undefined: nobody is told. */
  readonly webhook: string | undefined;
}

/** The two ways to name an export bucket. */
export type BucketChoice = { readonly exportBucketId: string } | { readonly exportBucketName: string };

/** How often to look at Atlas. */
export interface PollingSettings {
  readonly preset: PollingPreset;
  /** Undefined: the preset's. */
  readonly intervalMsMin?: number | undefined;
  /** Undefined: the preset's. */
  readonly intervalMsMax?: number | undefined;
}

export type CheckedInput =
  | { readonly request: CheckedExportRequest; readonly problems?: undefined }
  | { readonly request?: undefined; readonly problems: readonly InputProblem[] };

export const requestDefaults = {
  preset: 'balanced',
  deadline: '7 days',
  maxAttempts: 3,
  onActiveExport: 'adopt',
  skipIfExported: true,
  verifyWait: '15 minutes',
} as const;

const deadlineMsDefault = ms(requestDefaults.deadline);
const verifyWaitMsDefault = ms(requestDefaults.verifyWait);

/** Checks what somebody typed or sent. Names every problem with its path, 50 at most; never throws. */
export function checkExportRequest(input: unknown): CheckedInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { problems: [{ path: '', message: 'the request must be one JSON object' }] };
  }
  const tooMany = tooManyEntries(input);
  const countable = tooMany.length === 0 ? input : { ...input, customData: [] };
  const parsed = v.safeParse(exportRequestSchema, countable, { abortPipeEarly: true });
  if (!parsed.success) {
    const problems = shapeProblems(parsed.issues, { schema: exportRequestSchema, what: 'an export request' });
    return { problems: [...tooMany, ...problems, ...bucketProblems(input)] };
  }
  const written: ExportRequest = parsed.output;
  const bucket = bucketChoice(written);
  const problems = [...tooMany, ...bucketProblems(written), ...intervalProblems(written.polling, 'polling')];
  if (bucket === undefined || problems.length > 0) return { problems };
  return { request: withDefaults(written, bucket) };
}

/**
 * Counted before the schema reads them: it would name what is wrong with each of half a million entries, which takes
 * longer than a workflow task may, and the task would be tried again for ever.
 */
function tooManyEntries(input: object): InputProblem[] {
  if (!('customData' in input) || !Array.isArray(input.customData)) return [];
  if (input.customData.length <= customDataEntriesMax) return [];
  return [{ path: 'customData', message: tooManyEntriesMessage }];
}

function bucketProblems(input: object): InputProblem[] {
  const given = Object.entries(input).filter(
    ([name, value]) => (name === 'exportBucketId' || name === 'exportBucketName') && value !== undefined,
  );
  if (given.length === 1) return [];
  const message = given.length === 0 ? 'one of the two is required' : 'give one of the two, not both';
  return [{ path: 'exportBucketId, exportBucketName', message }];
}

/** `path`: where the polling stands in its request. */
export function intervalProblems(polling: ExportRequest['polling'], path: string): InputProblem[] {
  const { intervalMsMin = 0, intervalMsMax = Infinity } = pollingSettings(polling);
  if (intervalMsMin <= intervalMsMax) return [];
  return [{ path: `${path}.minInterval`, message: `must not be longer than ${path}.maxInterval` }];
}

/** The bucket that was named, by whichever of the two ways. */
export function bucketChoice({
  exportBucketId,
  exportBucketName,
}: Pick<ExportRequest, 'exportBucketId' | 'exportBucketName'>): BucketChoice | undefined {
  if (exportBucketId !== undefined) return { exportBucketId };
  return exportBucketName === undefined ? undefined : { exportBucketName };
}

function withDefaults(written: ExportRequest, bucket: BucketChoice): CheckedExportRequest {
  return {
    groupId: written.groupId,
    clusterName: written.clusterName,
    snapshotId: written.snapshotId,
    bucket,
    customData: written.customData ?? [],
    polling: pollingSettings(written.polling),
    stalledAfter: stallSettings(written.stalledAfter),
    deadlineMs: durationMs(written.deadline) ?? deadlineMsDefault,
    attemptsMax: written.maxAttempts ?? requestDefaults.maxAttempts,
    onActiveExport: written.onActiveExport ?? requestDefaults.onActiveExport,
    skipIfExported: written.skipIfExported ?? requestDefaults.skipIfExported,
    verify: written.verify,
    verifyWaitMs: durationMs(written.verifyWait) ?? verifyWaitMsDefault,
    credentials: written.credentials === credentialsDefault ? undefined : written.credentials,
    webhook: written.webhook,
  };
}

function pollingSettings(polling: ExportRequest['polling']): PollingSettings {
  return {
    preset: polling?.preset ?? requestDefaults.preset,
    intervalMsMin: durationMs(polling?.minInterval),
    intervalMsMax: durationMs(polling?.maxInterval),
  };
}

function stallSettings(stalledAfter: ExportRequest['stalledAfter']): StallSettings {
  return {
    queuedMs: durationMs(stalledAfter?.queued),
    noProgressMs: durationMs(stalledAfter?.noProgress),
    totalMs: durationMs(stalledAfter?.total),
  };
}
