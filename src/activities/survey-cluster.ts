import { Context } from '@temporalio/activity';
import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import type { BucketAccess } from '../verification/index.ts';
import { clusterSnapshots } from './cluster-snapshots.ts';
import { dueSnapshots, type ClusterLists } from './due-snapshots.ts';
import { countProofs } from './exported-proofs.ts';
import type { ClusterSurvey, SurveyClusterInput } from './fleet-activities.ts';
import { surveySnapshots } from './fleet-survey.ts';

/** Reads a cluster's two lists, of snapshots and of export jobs: two calls of Atlas, and one more for each further page. */
export async function surveyCluster(
  { atlas, access }: { readonly atlas: AtlasClient; readonly access: BucketAccess | undefined },
  input: SurveyClusterInput,
  options: CallOptions,
): Promise<ClusterSurvey> {
  const lists = await clusterLists(atlas, input, options);
  // What is taken while a run goes on is for the next: its figures are those of its beginning.
  const criteria = { ...input, untilMs: input.nowMs };
  const survey = surveySnapshots(lists, criteria);
  // Only the first look's figures count.
  if (input.after !== undefined || input.ahead !== undefined) return survey;
  const warn = (error: unknown): void => {
    Context.current().log.warn('no proof could be looked for', { error: String(error) });
  };
  return {
    ...survey,
    ...(await countProofs(dueSnapshots(lists, criteria), { access, cluster: input, warn })),
  };
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
