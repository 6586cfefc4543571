import * as v from 'valibot';
import {
  checkExportRequest,
  exportRequestSchema,
  type ExportRequest,
  type InputProblem,
} from '../contract/index.ts';
import { flag, present, readOptions, text } from './read-options.ts';
import { requestFile } from './request-file.ts';
import { UsageError } from './usage-error.ts';

const optionsSchema = v.object({
  request: text,
  project: text,
  cluster: text,
  snapshot: text,
  bucket: text,
  bucketId: text,
  customData: v.optional(v.array(v.string())),
  preset: text,
  minInterval: text,
  maxInterval: text,
  stalledAfterQueued: text,
  stalledAfterNoProgress: text,
  stalledAfterTotal: text,
  deadline: text,
  maxAttempts: text,
  onActiveExport: text,
  exportAgain: flag,
  verify: text,
  verifyWait: text,
  credentials: text,
  webhook: text,
});

type RequestOptions = v.InferOutput<typeof optionsSchema>;

/** Which option a part of the request comes from. */
const flagOfField: Readonly<Record<string, string>> = {
  groupId: '--project',
  clusterName: '--cluster',
  snapshotId: '--snapshot',
  exportBucketName: '--bucket',
  exportBucketId: '--bucket-id',
  'exportBucketId, exportBucketName': '--bucket, --bucket-id',
  customData: '--custom-data',
  'polling.preset': '--preset',
  'polling.minInterval': '--min-interval',
  'polling.maxInterval': '--max-interval',
  'stalledAfter.queued': '--stalled-after-queued',
  'stalledAfter.noProgress': '--stalled-after-no-progress',
  'stalledAfter.total': '--stalled-after-total',
  deadline: '--deadline',
  maxAttempts: '--max-attempts',
  onActiveExport: '--on-active-export',
  verify: '--verify',
  verifyWait: '--verify-wait',
  credentials: '--credentials',
  webhook: '--webhook',
};

/**
 * The request that the options describe: the file of `--request` where there is one, and over it what the other
 * options say.
 *
 * @throws {UsageError} naming everything that is wrong, by its option
 */
export async function readRequest(options: Readonly<Record<string, unknown>>): Promise<ExportRequest> {
  const given = readOptions(optionsSchema, options);
  const written = { ...(await requestFile(given.request)), ...fieldsOf(given) };
  const request = { ...('snapshotId' in written ? {} : { snapshotId: 'latest' }), ...written };
  const { problems } = checkExportRequest(request);
  if (problems !== undefined) throw new UsageError(problems.map(problemLine).join('\n'), 'InvalidInput');
  return v.parse(exportRequestSchema, request);
}

function problemLine({ path, message }: InputProblem): string {
  const field = path.replace(/\[.*$/, '');
  return `${flagOfField[field] ?? path}: ${message}`;
}

function fieldsOf(given: RequestOptions): Record<string, unknown> {
  const polling = present({
    preset: given.preset,
    minInterval: given.minInterval,
    maxInterval: given.maxInterval,
  });
  const stalledAfter = present({
    queued: given.stalledAfterQueued,
    noProgress: given.stalledAfterNoProgress,
    total: given.stalledAfterTotal,
  });
  return present({
    groupId: given.project,
    clusterName: given.cluster,
    snapshotId: given.snapshot,
    exportBucketName: given.bucket,
    exportBucketId: given.bucketId,
    customData: given.customData?.map(customDataEntry),
    polling: Object.keys(polling).length === 0 ? undefined : polling,
    stalledAfter: Object.keys(stalledAfter).length === 0 ? undefined : stalledAfter,
    deadline: given.deadline,
    maxAttempts: given.maxAttempts === undefined ? undefined : Number(given.maxAttempts),
    onActiveExport: given.onActiveExport,
    skipIfExported: given.exportAgain ? false : undefined,
    verify: given.verify,
    verifyWait: given.verifyWait,
    credentials: given.credentials,
    webhook: given.webhook,
  });
}

function customDataEntry(entry: string): { key: string; value: string } {
  const at = entry.indexOf('=');
  if (at < 1) throw new UsageError(`--custom-data: ${JSON.stringify(entry)} is not key=value`);
  return { key: entry.slice(0, at), value: entry.slice(at + 1) };
}
