import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { createAtlasClient, type AtlasClient } from '../src/atlas/index.ts';
import { credentialsDefault } from '../src/contract/index.ts';
import type { BareBonesActivities } from './bare-bones-workflow.ts';
import type { RunningExportWorker } from './export-worker.ts';

/** A worker for the bare-bones workflow beside the product's: same process, connection, client and limits. */
export async function startBareBonesWorker(
  beside: RunningExportWorker,
  taskQueue: string,
): Promise<{ stop(): Promise<void> }> {
  const { connection, settings } = beside;
  const atlasSettings = settings.atlas.get(credentialsDefault);
  if (atlasSettings === undefined) throw new Error('the settings have no default credentials');
  const atlas = createAtlasClient(atlasSettings);
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('bare-bones-workflow.js', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const worker = await Worker.create({
    connection,
    namespace: settings.temporal.namespace,
    taskQueue,
    workflowBundle: { code },
    activities: bareBonesActivities(atlas),
    maxCachedWorkflows: settings.cachedWorkflowsMax,
    maxConcurrentActivityTaskExecutions: settings.concurrentActivitiesMax,
  });
  const ended = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await ended;
      await atlas.close();
    },
  };
}

function bareBonesActivities(atlas: AtlasClient): BareBonesActivities {
  return {
    create: async ({ groupId, clusterName, snapshotId, exportBucketId }) => {
      const request = { snapshotId, exportBucketId, customData: [] };
      const job = await atlas.createExportJob({ groupId, clusterName }, request);
      return job.id;
    },
    look: async ({ groupId, clusterName }, exportId) => {
      const job = await atlas.getExportJob({ groupId, clusterName, exportId });
      return job.state;
    },
  };
}
