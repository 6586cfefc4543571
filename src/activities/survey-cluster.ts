import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { clusterSnapshots } from './cluster-snapshots.ts';
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
  const [snapshots, jobs] = await Promise.all([
    clusterSnapshots(atlas, { groupId, clusterName, sharded }, options),
    atlas.listExportJobs({ groupId, clusterName }, options),
  ]);
  return { snapshots, jobs };
}
