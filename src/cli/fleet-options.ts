import * as v from 'valibot';
import {
  checkKeepExportedRequest,
  keepExportedRequestSchema,
  type InputProblem,
  type KeepExportedRequest,
} from '../contract/index.ts';
import { flag, present, readOptions, text } from './read-options.ts';
import { requestFile } from './request-file.ts';
import { UsageError } from './usage-error.ts';

const optionsSchema = v.object({
  request: text,
  project: v.optional(v.array(v.string())),
  bucket: text,
  frequency: text,
  since: text,
  order: text,
  atOnce: text,
  atOncePerProject: text,
  atOncePerCluster: text,
  giveUpAfter: text,
  runLimit: text,
  pricePerGigabyte: text,
  dryRun: flag,
});

/** Which option a part of the request comes from, by how its path begins. */
const flagOfPath: readonly (readonly [path: string, flag: string])[] = [
  ['atOnce.perProject', '--at-once-per-project'],
  ['atOnce.perCluster', '--at-once-per-cluster'],
  ['atOnce', '--at-once'],
  ['projects', '--project'],
  ['exportBucketName', '--bucket'],
  ['frequencyTypes', '--frequency'],
  ['giveUpAfter', '--give-up-after'],
  ['runLimit', '--run-limit'],
  ['pricePerGigabyte', '--price-per-gigabyte'],
  ['since', '--since'],
  ['order', '--order'],
];

/**
 * What should be true of a fleet: the file of `--request` where there is one, and over it what the options say.
 *
 * @throws {UsageError} naming everything that is wrong, by its option
 */
export async function readFleetRequest(
  options: Readonly<Record<string, unknown>>,
): Promise<KeepExportedRequest> {
  const given = readOptions(optionsSchema, options);
  const request = { ...(await requestFile(given.request)), ...fieldsOf(given) };
  const { problems } = checkKeepExportedRequest(request);
  if (problems !== undefined) throw new UsageError(problems.map(problemLine).join('\n'), 'InvalidInput');
  return v.parse(keepExportedRequestSchema, request);
}

function problemLine({ path, message }: InputProblem): string {
  const found = flagOfPath.find(([start]) => path.startsWith(start));
  if (found === undefined) return `${path}: ${message}`;
  const [start, option] = found;
  return path === start ? `${option}: ${message}` : `${option}: ${path}: ${message}`;
}

function fieldsOf(given: v.InferOutput<typeof optionsSchema>): Record<string, unknown> {
  const atOnce = present({
    total: numberOf(given.atOnce),
    perProject: numberOf(given.atOncePerProject),
    perCluster: numberOf(given.atOncePerCluster),
  });
  return present({
    projects: given.project?.map(projectOf),
    exportBucketName: given.bucket,
    frequencyTypes: given.frequency?.split(',').map((kind) => kind.trim()),
    since: given.since,
    order: given.order,
    atOnce: Object.keys(atOnce).length === 0 ? undefined : atOnce,
    giveUpAfter: numberOf(given.giveUpAfter),
    runLimit: given.runLimit,
    pricePerGigabyte: numberOf(given.pricePerGigabyte),
    dryRun: given.dryRun ? true : undefined,
  });
}

/** `<id>` or `<id>:<cluster>,<cluster>`. */
function projectOf(entry: string): Record<string, unknown> {
  const [groupId = '', names] = entry.split(':', 2);
  return present({ groupId, clusterNames: names?.split(',').map((name) => name.trim()) });
}

function numberOf(given: string | undefined): number | undefined {
  return given === undefined ? undefined : Number(given);
}
