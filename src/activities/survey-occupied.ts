import { Context } from '@temporalio/activity';
import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import type { ClusterOccupied, OccupiedSurvey, SurveyOccupiedInput } from './fleet-activities.ts';
import { occupyingExports } from './occupied-replica-sets.ts';
import { runningExportsOf, type RunningExport } from './running-exports.ts';

const listsAtOnce = 5;

type AskedCluster = SurveyOccupiedInput['clusters'][number];

/**
 * What is being exported in a project now: by Atlas's lists of the clusters that are asked about and of those in which
 * exports of this namespace run that the asker does not follow, and all these exports themselves, whose jobs Atlas may not list yet. A cluster that
 * cannot be read is left out.
 */
export async function surveyOccupied(
  atlas: AtlasClient,
  { groupId, clusters, followed }: SurveyOccupiedInput,
  options: CallOptions,
): Promise<OccupiedSurvey> {
  const running = await runningExportsOf(groupId);
  const asked = withRunning({ clusters, running, followed });
  const read: ClusterOccupied[] = [];
  for (let start = 0; start < asked.length; start += listsAtOnce) {
    const some = asked.slice(start, start + listsAtOnce);
    const settled = await Promise.allSettled(
      some.map((cluster) => clusterOccupied(atlas, { groupId, ...cluster }, options)),
    );
    options.signal?.throwIfAborted();
    read.push(...settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
    for (const result of settled) if (result.status === 'rejected') warn(result.reason);
  }
  return { clusters: read, running };
}

async function clusterOccupied(
  atlas: AtlasClient,
  { groupId, clusterName, shardCount }: AskedCluster & { readonly groupId: string },
  options: CallOptions,
): Promise<ClusterOccupied> {
  const jobs = await atlas.listExportJobs({ groupId, clusterName }, options);
  return { clusterName, occupying: occupyingExports(jobs, { shardCount }) };
}

/** How many shards a cluster has that was not asked about, its jobs' components tell. */
function withRunning(known: {
  readonly clusters: readonly AskedCluster[];
  readonly running: readonly RunningExport[];
  readonly followed: readonly string[] | undefined;
}): AskedCluster[] {
  const { clusters, running, followed = [] } = known;
  const names = new Set([...clusters.map(({ clusterName }) => clusterName), ...followed]);
  const others = new Set(running.map(({ clusterName }) => clusterName).filter((name) => !names.has(name)));
  return [...clusters, ...[...others].map((clusterName) => ({ clusterName, shardCount: 1 }))];
}

function warn(reason: unknown): void {
  Context.current().log.warn("a cluster's export jobs could not be listed", { error: String(reason) });
}
