import { Context } from '@temporalio/activity';
import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { atlasFailure } from './atlas-failure.ts';
import { createExportJob } from './create-export-job.ts';
import type { ExportActivities } from './export-activities.ts';
import { searchExportJobs } from './export-job-search.ts';
import { pollExportJob } from './poll-export-job.ts';
import { describeExports } from './describe-exports.ts';
import type { FleetActivities } from './fleet-activities.ts';
import { createSearchAttributesCheck } from './registered-labels.ts';
import { resolveExport } from './resolve-export.ts';
import { surveyCluster } from './survey-cluster.ts';
import { surveyProject } from './survey-project.ts';

export type * from './export-activities.ts';
export type * from './fleet-activities.ts';

/** Against the heartbeat timeout of 6 s (see workflows/activity-calls.ts); the worker passes each on as it comes. */
const heartbeatMs = 2_000;

/** The activities over an Atlas client. One client serves a whole worker. */
export function createActivities({ atlas }: { atlas: AtlasClient }): ExportActivities & FleetActivities {
  return {
    resolveExport: (input) => asActivity((options) => resolveExport(atlas, input, options)),
    findExportJob: (input) =>
      asActivity(async (options) => {
        const { groupId, clusterName } = input;
        return searchExportJobs(await atlas.listExportJobs({ groupId, clusterName }, options), input);
      }),
    createExportJob: (input) => asActivity((options) => createExportJob(atlas, input, options)),
    pollExportJob: (input) => asActivity((options) => pollExportJob(atlas, input, options)),
    searchAttributesRegistered: createSearchAttributesCheck(),
    surveyProject: (input) => asActivity((options) => surveyProject(atlas, input, options)),
    surveyCluster: (input) => asActivity((options) => surveyCluster(atlas, input, options)),
    describeExports: (input) => asActivity(() => describeExports(input)),
  };
}

/**
 * Runs one activity: its cancellation stops the request, Atlas's errors cross as documented failures, and
 * heartbeats tell the server early when the worker has died.
 */
async function asActivity<Result>(run: (options: CallOptions) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const heartbeats = setInterval(() => context.heartbeat(), heartbeatMs);
  try {
    return await run({ signal: context.cancellationSignal });
  } catch (error) {
    throw atlasFailure(error);
  } finally {
    clearInterval(heartbeats);
  }
}
