import { AtlasError, type AtlasClient, type CallOptions, type ExportJob } from '../atlas/index.ts';

/** The prefixes that a job's components name in documents of their own, where Atlas shows those: shards' may differ. */
export async function componentPrefixes(
  atlas: AtlasClient,
  { groupId, clusterName, job }: { groupId: string; clusterName: string; job: ExportJob },
  options: CallOptions = {},
): Promise<string[]> {
  const prefixes: string[] = [];
  for (const { exportId } of job.components ?? []) {
    try {
      const { prefix } = await atlas.getExportJob({ groupId, clusterName, exportId }, options);
      if (prefix !== undefined) prefixes.push(prefix);
    } catch (error) {
      if (!(error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND')) throw error;
    }
  }
  return prefixes;
}
