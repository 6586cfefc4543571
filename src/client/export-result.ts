import { WorkflowContinuedAsNewError, WorkflowFailedError, type Client } from '@temporalio/client';
import type { ExportRequest, ExportResult } from '../contract/index.ts';

/** The workflow, as a caller sees it. */
export type ExportSnapshot = (request: ExportRequest) => Promise<ExportResult>;

/**
 * Without this word a server tells the end of a run that another follows as if the workflow had continued as new,
 * which hides its result.
 */
const tellTheEnd = { 'supported-features': 'follows-next-run-id' };

/**
 * The result of one run, and of the tries that Temporal makes of it. Following the chain of runs to its end, as the
 * SDK does by itself, would wait for ever where it is a cron's: there each run ends, and the next is another export.
 */
export async function resultOfRun(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string | undefined },
): Promise<ExportResult> {
  let current = runId ?? (await client.workflow.getHandle(workflowId).describe()).runId;
  for (;;) {
    const handle = client.workflow.getHandle<ExportSnapshot>(workflowId, current, { followRuns: false });
    try {
      return await client.withMetadata(tellTheEnd, () => handle.result());
    } catch (error) {
      const next = await nextTry(client, { workflowId, runId: current }, error);
      if (next === undefined) throw error;
      current = next;
    }
  }
}

/** The run that goes on where this one ended by `error`; undefined where none does. */
async function nextTry(
  client: Client,
  execution: { readonly workflowId: string; readonly runId: string },
  error: unknown,
): Promise<string | undefined> {
  if (error instanceof WorkflowContinuedAsNewError) return error.newExecutionRunId;
  if (!(error instanceof WorkflowFailedError) || error.retryState !== 'IN_PROGRESS') return undefined;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const event = history?.events?.[0];
  const ended =
    event?.workflowExecutionFailedEventAttributes ?? event?.workflowExecutionTimedOutEventAttributes;
  return ended?.newExecutionRunId ?? undefined;
}
