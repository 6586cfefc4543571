/** The names by which other services, the Temporal CLI and the Web UI address this product. They never change. */

/** Task queue the worker listens on unless told otherwise. */
export const taskQueueDefault = 'atlas-export';

/** Workflow type of one export, from request to result. */
export const exportSnapshotWorkflow = 'exportSnapshot';

/** Workflow type of the child that follows one component (one shard's part) of an export job. */
export const trackComponentWorkflow = 'trackComponent';

/** Workflow type of the child that tells one webhook of one event, and outlives the export. */
export const deliverWebhookWorkflow = 'deliverWebhook';

/** Workflow type that keeps a fleet of clusters exported. */
export const keepExportedWorkflow = 'keepExported';

/** Query of every workflow that looks at Atlas: what is known now. Takes nothing, changes nothing. */
export const statusQuery = 'status';

/** Update of the two that look at Atlas: look at Atlas now and return the fresh status. */
export const pollNowUpdate = 'pollNow';

/** Signal from an export to its components' workflows: the job has ended, look once more and report. */
export const jobEndedSignal = 'jobEnded';

/** Signal from a running check of the bucket to its export: what it has seen so far. */
export const verificationProgressSignal = 'verificationProgress';

/**
 * Key of the `customData` entry that carries a request's identity into the export job and, with it, into the
 * `.complete` file in the bucket. Its value is `<first run id>/<attempt>`.
 */
export const exportRequestIdKey = 'exportRequestId';
