import { Context } from '@temporalio/activity';
import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { clientFor, type AtlasClients } from './atlas-clients.ts';
import { atlasFailure } from './atlas-failure.ts';
import { createExportJob } from './create-export-job.ts';
import type { ClusterReference, ExportActivities } from './export-activities.ts';
import { searchExportJobs } from './export-job-search.ts';
import { pollExportJob } from './poll-export-job.ts';
import { createSearchAttributesCheck } from './registered-labels.ts';
import { resolveExport } from './resolve-export.ts';
import { verifyExportInBucket, type VerifyExportDependencies } from './verify-export.ts';

export type { AtlasClients } from './atlas-clients.ts';
export type * from './export-activities.ts';

/** Against the heartbeat timeout of 6 s (see workflows/activity-calls.ts); the worker passes each on as it comes. */
const heartbeatMs = 2_000;

/** The activities over the worker's Atlas clients and, where there is one, its access to buckets. */
export function createActivities(dependencies: VerifyExportDependencies): ExportActivities {
  const { atlas: clients } = dependencies;
  const searchAttributesRegistered = createSearchAttributesCheck();
  return {
    resolveExport: (input) =>
      asking(clients, input, (atlas, options) => resolveExport(atlas, input, options)),
    findExportJob: (input) =>
      asking(clients, input, async (atlas, options) => {
        const { groupId, clusterName } = input;
        return searchExportJobs(await atlas.listExportJobs({ groupId, clusterName }, options), input);
      }),
    createExportJob: (input) =>
      asking(clients, input, (atlas, options) => createExportJob(atlas, input, options)),
    pollExportJob: (input) =>
      asking(clients, input, (atlas, options) =>
        pollExportJob({ atlas, searchAttributesRegistered }, input, options),
      ),
    verifyExport: (input) => verifyExportInBucket(dependencies, input),
    searchAttributesRegistered,
  };
}

/**
 * Runs one activity with the client of its credentials: its cancellation stops the request, Atlas's errors cross as
 * documented failures, and heartbeats tell the server early when the worker has died.
 */
async function asking<Result>(
  clients: AtlasClients,
  input: ClusterReference,
  ask: (atlas: AtlasClient, options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  const heartbeats = setInterval(() => context.heartbeat(), heartbeatMs);
  try {
    return await ask(clientFor(clients, input), { signal: context.cancellationSignal });
  } catch (error) {
    throw atlasFailure(error);
  } finally {
    clearInterval(heartbeats);
  }
}
