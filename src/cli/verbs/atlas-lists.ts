import * as v from 'valibot';
import type { ExportJob, Snapshot } from '../../atlas/index.ts';
import { clusterSnapshots, isSharded } from '../../activities/cluster-snapshots.ts';
import { latestSnapshot } from '../../activities/latest-snapshot.ts';
import { exportRequestIdKey, progressText } from '../../contract/index.ts';
import { withAtlasClient } from '../atlas.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { textTable } from '../output.ts';
import { readOptions, text } from '../read-options.ts';
import { timeText } from '../time-text.ts';
import type { VerbCall } from '../verb.ts';

const projectSchema = v.object({
  credentials: text,
  project: v.pipe(
    v.string('is required (or set MONGODB_ATLAS_PROJECT_ID)'),
    v.regex(/^[a-f0-9]{24}$/, 'must be 24 hexadecimal digits'),
  ),
});
const clusterSchema = v.object({
  ...projectSchema.entries,
  cluster: v.pipe(
    v.string('is required'),
    v.regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/, 'must be letters, digits and hyphens'),
  ),
});

/** Required options: commander would not look into the environment variable that stands in for one. */
function clusterOf(options: Readonly<Record<string, unknown>>): {
  cluster: { groupId: string; clusterName: string };
  credentials: string | undefined;
} {
  const { project, cluster, credentials } = readOptions(clusterSchema, {
    project: undefined,
    cluster: undefined,
    ...options,
  });
  return { cluster: { groupId: project, clusterName: cluster }, credentials };
}

export async function snapshots({ options, context }: VerbCall): Promise<ExitCode> {
  const { cluster, credentials } = clusterOf(options);
  return withAtlasClient(context, { credentials }, async (atlas) => {
    const sharded = isSharded(await atlas.getCluster(cluster));
    const list = await clusterSnapshots(atlas, { ...cluster, sharded });
    const latest = latestSnapshot(list)?.id;
    const { output } = context;
    output.document(list.map((snapshot) => ({ ...snapshot, latest: snapshot.id === latest })));
    const head = ['TAKEN', 'SNAPSHOT', 'STATUS', 'KIND', 'SIZE', ''];
    const rows = list.sort(newestFirst).map((snapshot) => snapshotRow(snapshot, latest));
    for (const line of rows.length === 0 ? ['No snapshots.'] : textTable(head, rows)) output.line(line);
    return exitCodes.done;
  });
}

function snapshotRow(snapshot: Snapshot, latest: string | undefined): string[] {
  const {
    id,
    status = 'unknown',
    snapshotType = '',
    frequencyType = '',
    createdAt,
    storageSizeBytes,
  } = snapshot;
  const cannot = snapshotType === 'fallback' ? 'cannot be exported: a fallback snapshot' : '';
  return [
    timeText(createdAt),
    id,
    status,
    [snapshotType, frequencyType].filter((part) => part !== '').join(', '),
    sizeText(storageSizeBytes),
    id === latest ? '"latest"' : cannot,
  ];
}

export async function buckets({ options, context }: VerbCall): Promise<ExitCode> {
  const { project, credentials } = readOptions(projectSchema, { project: undefined, ...options });
  return withAtlasClient(context, { credentials }, async (atlas) => {
    const list = await atlas.listExportBuckets({ groupId: project });
    const { output } = context;
    output.document(list);
    const head = ['BUCKET', 'NAME', 'PROVIDER', 'REGION', 'PRIVATE'];
    const rows = list.map(
      ({ id, bucketName, serviceUrl, cloudProvider, region, requirePrivateNetworking }) => [
        id,
        bucketName ?? serviceUrl ?? '',
        cloudProvider ?? 'unknown',
        region ?? '',
        requirePrivateNetworking === true ? 'yes' : '',
      ],
    );
    for (const line of rows.length === 0 ? ['No export buckets.'] : textTable(head, rows)) output.line(line);
    return exitCodes.done;
  });
}

export async function jobs({ options, context }: VerbCall): Promise<ExitCode> {
  const { cluster, credentials } = clusterOf(options);
  return withAtlasClient(context, { credentials }, async (atlas) => {
    const list = await atlas.listExportJobs(cluster);
    const { output } = context;
    output.document(list.map((job) => ({ ...job, exportRequestId: exportRequestIdOf(job) ?? null })));
    const head = ['CREATED', 'EXPORT JOB', 'STATE', 'SNAPSHOT', 'FINISHED', 'PROGRESS', 'STARTED BY'];
    const rows = list
      .sort(newestFirst)
      .map((job) => [
        timeText(job.createdAt),
        job.id,
        job.state,
        job.snapshotId ?? '',
        timeText(job.finishedAt),
        progressText(job.exportStatus) ?? '',
        exportRequestIdOf(job) === undefined ? '' : 'this product',
      ]);
    for (const line of rows.length === 0 ? ['No export jobs.'] : textTable(head, rows)) output.line(line);
    return exitCodes.done;
  });
}

/** The identity that this product gives to each job that it creates. */
function exportRequestIdOf(job: ExportJob): string | undefined {
  return job.customData.find(({ key }) => key === exportRequestIdKey)?.value;
}

function newestFirst(a: { readonly createdAt?: string }, b: { readonly createdAt?: string }): number {
  return (b.createdAt ?? '').localeCompare(a.createdAt ?? '');
}

const gigabyte = 1_000_000_000;

function sizeText(bytes: number | undefined): string {
  return bytes === undefined || bytes === 0 ? '' : `${(bytes / gigabyte).toFixed(1)} GB`;
}
