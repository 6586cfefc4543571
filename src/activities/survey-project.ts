import type { AtlasClient, CallOptions, Cluster } from '../atlas/index.ts';
import type { ProjectSurvey, SurveyedCluster, SurveyProjectInput } from './fleet-activities.ts';
import { isSharded } from './cluster-snapshots.ts';
import { resolveBucket } from './resolve-export.ts';

/** Tiers whose snapshots Atlas does not export. */
const sharedTiers: ReadonlySet<string> = new Set(['M0', 'M2', 'M5', 'FLEX']);

/** What an export request takes as a cluster's name. */
const clusterNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/;

/**
 * The clusters of a project and the id of its bucket. One call lists all clusters, with what would else have to be
 * asked for each: whether it is sharded, and into how many shards.
 */
export async function surveyProject(
  atlas: AtlasClient,
  input: SurveyProjectInput,
  options: CallOptions,
): Promise<ProjectSurvey> {
  const { groupId, bucket } = input;
  const clusters = await atlas.listClusters({ groupId }, options);
  const asked = input.clusterNames === undefined ? undefined : new Set(input.clusterNames);
  return {
    ...(await resolveBucket(atlas, { groupId, bucket }, options)),
    clusters: clusters
      .filter(({ name }) => clusterNamePattern.test(name) && (asked?.has(name) ?? true))
      .filter((cluster) => !isShared(cluster))
      .map(surveyed)
      .sort((a, b) => (a.clusterName < b.clusterName ? -1 : 1)),
  };
}

function isShared({ instanceSizes = [] }: Cluster): boolean {
  return instanceSizes.some((size) => sharedTiers.has(size));
}

function surveyed(cluster: Cluster): SurveyedCluster {
  const { name, shardCount = 1 } = cluster;
  const sharded = isSharded(cluster);
  return { clusterName: name, sharded, shardCount: sharded ? Math.max(1, shardCount) : 1 };
}
