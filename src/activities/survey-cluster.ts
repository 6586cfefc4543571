import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import type { ClusterSurvey, SurveyClusterInput } from './fleet-activities.ts';
import { surveySnapshots } from './fleet-survey.ts';

/** Reads a cluster's two lists, of snapshots and of export jobs: two calls of Atlas, and one more for each further page. */
export async function surveyCluster(
  atlas: AtlasClient,
  input: SurveyClusterInput,
  options: CallOptions,
): Promise<ClusterSurvey> {
  const cluster = { groupId: input.groupId, clusterName: input.clusterName };
  const [snapshots, jobs] = await Promise.all([
    input.sharded ? atlas.listShardedSnapshots(cluster, options) : atlas.listSnapshots(cluster, options),
    atlas.listExportJobs(cluster, options),
  ]);
  return surveySnapshots({ snapshots, jobs }, input);
}
