import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import type { ClusterLists } from './due-snapshots.ts';
import type { ClusterSurvey, SurveyClusterInput } from './fleet-activities.ts';
import { surveySnapshots } from './fleet-survey.ts';

/** Reads a cluster's two lists, of snapshots and of export jobs: two calls of Atlas, and one more for each further page. */
export async function surveyCluster(
  atlas: AtlasClient,
  input: SurveyClusterInput,
  options: CallOptions,
): Promise<ClusterSurvey> {
  return surveySnapshots(await clusterLists(atlas, input, options), input);
}

export async function clusterLists(
  atlas: AtlasClient,
  { groupId, clusterName, sharded }: Pick<SurveyClusterInput, 'groupId' | 'clusterName' | 'sharded'>,
  options: CallOptions = {},
): Promise<ClusterLists> {
  const cluster = { groupId, clusterName };
  const [snapshots, jobs] = await Promise.all([
    sharded ? atlas.listShardedSnapshots(cluster, options) : atlas.listSnapshots(cluster, options),
    atlas.listExportJobs(cluster, options),
  ]);
  return { snapshots, jobs };
}
