import type { KeyObject } from 'node:crypto';
import { componentPrefixes } from '../../activities/component-prefixes.ts';
import { exportJobView } from '../../activities/export-job-view.ts';
import { withoutComponents } from '../../activities/snapshot-jobs.ts';
import { AtlasError, type AtlasClient, type ExportJob } from '../../atlas/index.ts';
import { exportRequestIdKey } from '../../contract/index.ts';
import { exportsFolder, normalizedPrefix } from '../../proof/index.ts';
import {
  manifestNames,
  manifestsOf,
  openStoredManifest,
  type BucketAccess,
} from '../../verification/index.ts';
import { UsageError } from '../usage-error.ts';
import { locationOf, type Subject } from './subject.ts';

/** One job at Atlas, as somebody named it. */
export type NamedJob =
  | { readonly exportId: string; readonly groupId: string; readonly clusterName?: string | undefined }
  | { readonly prefix: string };

interface FoundJob {
  readonly groupId: string;
  readonly clusterName: string;
  readonly job: ExportJob;
}

/** Looks a job up at Atlas, with the bucket that it went to, and earlier checks of it in the manifest store. */
export async function subjectAtAtlas(
  atlas: AtlasClient,
  named: NamedJob,
  { access, publicKey }: { readonly access: BucketAccess; readonly publicKey: KeyObject | undefined },
): Promise<Subject> {
  const found = 'prefix' in named ? await jobOfPrefix(atlas, named.prefix) : await jobOfId(atlas, named);
  const { groupId, clusterName, job } = found;
  const { exportBucketId, prefix, customData } = job;
  if (prefix === undefined) throw new UsageError(`Atlas names no prefix of the export job ${job.id}.`);
  const location = locationOf(access, await atlas.getExportBucket({ groupId, exportBucketId }));
  const view = exportJobView(job);
  const store = await access.manifestStore();
  const names = await manifestNames(store, manifestsOf({ groupId, clusterName, job: view }));
  return {
    check: {
      location,
      groupId,
      clusterName,
      snapshotId: job.snapshotId ?? 'unknown',
      exportBucketId,
      exportRequestId: customData.find(({ key }) => key === exportRequestIdKey)?.value,
      job: view,
      prefixes: [prefix, ...(await componentPrefixes(atlas, found))],
      attempts: [],
      customData,
    },
    stored: await Promise.all(names.map((name) => openStoredManifest(store, name, publicKey))),
  };
}

/** A prefix says which cluster it is of: `exported_snapshots/<org>/<project>/<cluster>/<date>/<timestamp>`. */
async function jobOfPrefix(atlas: AtlasClient, text: string): Promise<FoundJob> {
  const prefix = normalizedPrefix(text);
  const [, groupId, clusterName] = prefix.slice(exportsFolder.length).split('/');
  if (groupId === undefined || clusterName === undefined || !/^[a-f0-9]{24}$/.test(groupId)) {
    throw new UsageError(`${text} is no prefix of an export: it names no project and cluster.`);
  }
  const jobs = withoutComponents(await atlas.listExportJobs({ groupId, clusterName }));
  const job = jobs.find((each) => each.prefix !== undefined && normalizedPrefix(each.prefix) === prefix);
  if (job !== undefined) return { groupId, clusterName, job };
  throw notFound(`Atlas has no export job of ${clusterName} with the prefix ${prefix}`);
}

async function jobOfId(
  atlas: AtlasClient,
  { groupId, clusterName, exportId }: Extract<NamedJob, { exportId: string }>,
): Promise<FoundJob> {
  const names =
    clusterName === undefined
      ? (await atlas.listClusters({ groupId })).map(({ name }) => name)
      : [clusterName];
  for (const name of names) {
    try {
      const job = await atlas.getExportJob({ groupId, clusterName: name, exportId });
      return { groupId, clusterName: name, job };
    } catch (error) {
      if (!(error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND')) throw error;
    }
  }
  const where = clusterName === undefined ? `the project ${groupId}` : `the cluster ${clusterName}`;
  throw notFound(`Atlas has no export job ${exportId} in ${where}`);
}

function notFound(message: string): UsageError {
  return new UsageError(
    `${message}. One that Atlas has forgotten is checked by its manifest: atlas-export verify <manifest>.`,
    'EXPORT_NOT_FOUND',
  );
}
