import { Context } from '@temporalio/activity';
import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { clientFor, type AtlasClients } from './atlas-clients.ts';
import { atlasFailure } from './atlas-failure.ts';
import { createExportJob } from './create-export-job.ts';
import type { ClusterReference, ExportActivities } from './export-activities.ts';
import { searchExportJobs } from './export-job-search.ts';
import { pollExportJob } from './poll-export-job.ts';
import { describeExports } from './describe-exports.ts';
import type { FleetActivities } from './fleet-activities.ts';
import { heartbeatMs } from './heartbeat-interval.ts';
import { createSearchAttributesCheck } from './registered-labels.ts';
import { resolveExport } from './resolve-export.ts';
import { sendWebhook, type Webhooks } from './send-webhook.ts';
import { surveyCluster } from './survey-cluster.ts';
import { surveyOccupied } from './survey-occupied.ts';
import { surveyProject } from './survey-project.ts';
import { verifyExportInBucket, type VerifyExportDependencies } from './verify-export.ts';
import type { WebhookActivities } from './webhook-activities.ts';

export type { AtlasClients } from './atlas-clients.ts';
export type * from './export-activities.ts';
export type * from './fleet-activities.ts';
export type { Webhooks } from './send-webhook.ts';
export type * from './webhook-activities.ts';

/** The activities over the worker's Atlas clients and, where there is one, its access to buckets. */
export function createActivities(dependencies: VerifyExportDependencies): ExportActivities & FleetActivities {
  const { atlas: clients } = dependencies;
  const searchAttributesRegistered = createSearchAttributesCheck();
  return {
    resolveExport: (input) =>
      asking(clients, input, (atlas, options) => resolveExport(atlas, input, options)),
    findExportJob: (input) =>
      asking(clients, input, async (atlas, options) => {
        const { groupId, clusterName } = input;
        const readAtMs = Context.current().info.currentAttemptScheduledTimestampMs;
        const listed = await atlas.listExportJobs({ groupId, clusterName }, options);
        return { ...searchExportJobs(listed, input), readAtMs };
      }),
    createExportJob: (input) =>
      asking(clients, input, (atlas, options) => createExportJob(atlas, input, options)),
    pollExportJob: (input) =>
      asking(clients, input, (atlas, options) =>
        pollExportJob({ atlas, searchAttributesRegistered }, input, options),
      ),
    verifyExport: (input) => verifyExportInBucket(dependencies, input),
    searchAttributesRegistered,
    surveyProject: (input) =>
      asking(clients, input, (atlas, options) => surveyProject(atlas, input, options)),
    surveyCluster: (input) =>
      asking(clients, input, (atlas, options) =>
        surveyCluster({ atlas, access: dependencies.access }, input, options),
      ),
    surveyOccupied: (input) =>
      asking(clients, input, (atlas, options) => surveyOccupied(atlas, input, options)),
    describeExports: (input) => beating(() => describeExports(input)),
  };
}

/** The activities over the worker's webhooks. */
export function createWebhookActivities(webhooks: Webhooks): WebhookActivities {
  return {
    knownWebhooks: async () => [...webhooks.targets.keys()],
    sendWebhook: (input) => sendWebhook(webhooks, input, Context.current().cancellationSignal),
  };
}

/**
 * Runs one activity with the client of its credentials: its cancellation stops the request, and Atlas's errors cross
 * as documented failures.
 */
function asking<Result>(
  clients: AtlasClients,
  input: Pick<ClusterReference, 'credentials'>,
  ask: (atlas: AtlasClient, options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const { cancellationSignal: signal } = Context.current();
  return beating(async () => ask(clientFor(clients, input), { signal }));
}

/** Runs one activity with heartbeats, which tell the server early when the worker has died. */
async function beating<Result>(run: () => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const heartbeats = setInterval(() => context.heartbeat(), heartbeatMs);
  try {
    return await run();
  } catch (error) {
    throw atlasFailure(error);
  } finally {
    clearInterval(heartbeats);
  }
}
