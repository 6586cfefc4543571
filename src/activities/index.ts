import { Context } from '@temporalio/activity';
import type { CallOptions } from '../atlas/index.ts';
import { atlasFailure } from './atlas-failure.ts';
import { createExportJob } from './create-export-job.ts';
import type { ExportActivities } from './export-activities.ts';
import { searchExportJobs } from './export-job-search.ts';
import { pollExportJob } from './poll-export-job.ts';
import { createSearchAttributesCheck } from './registered-labels.ts';
import { resolveExport } from './resolve-export.ts';
import { verifyExportInBucket, type VerifyExportDependencies } from './verify-export.ts';

export type * from './export-activities.ts';

/** Against the heartbeat timeout of 6 s (see workflows/activity-calls.ts); the worker passes each on as it comes. */
const heartbeatMs = 2_000;

/** The activities over an Atlas client and, where there is one, an access to buckets. One of each serves a whole worker. */
export function createActivities(dependencies: VerifyExportDependencies): ExportActivities {
  const { atlas } = dependencies;
  return {
    resolveExport: (input) => asActivity((options) => resolveExport(atlas, input, options)),
    findExportJob: (input) =>
      asActivity(async (options) => {
        const { groupId, clusterName } = input;
        return searchExportJobs(await atlas.listExportJobs({ groupId, clusterName }, options), input);
      }),
    createExportJob: (input) => asActivity((options) => createExportJob(atlas, input, options)),
    pollExportJob: (input) => asActivity((options) => pollExportJob(atlas, input, options)),
    verifyExport: (input) => verifyExportInBucket(dependencies, input),
    searchAttributesRegistered: createSearchAttributesCheck(),
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
