import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import {
  exportSnapshotWorkflow,
  exportWorkflowIdOfProject,
  labelsOfExecution,
  parseExportWorkflowId,
} from '../contract/index.ts';

/** No limit is larger. */
const runningMax = 300;
const answerTimeoutMs = 10_000;

/** An export that runs as a workflow here, whatever its job at Atlas does. */
export interface RunningExport {
  readonly clusterName: string;
  /** `"latest"` until that is resolved. */
  readonly snapshotId: string;
}

/**
 * The exports of a project that are under way in this namespace, but for those whose job has ended well and that look
 * into the bucket. Found by their ids, so that no search attribute has to be registered; an export that was started
 * under an id of its own is not among them. Temporal lists an export about a second after it was started.
 */
export async function runningExportsOf(groupId: string): Promise<RunningExport[]> {
  const { client } = Context.current();
  return await client.withDeadline(Date.now() + answerTimeoutMs, () => listRunning(client, groupId));
}

async function listRunning(client: Client, groupId: string): Promise<RunningExport[]> {
  const query = [
    `WorkflowType = '${exportSnapshotWorkflow}'`,
    "ExecutionStatus = 'Running'",
    `WorkflowId STARTS_WITH '${exportWorkflowIdOfProject(groupId)}'`,
  ].join(' AND ');
  const running: RunningExport[] = [];
  let read = 0;
  for await (const execution of client.workflow.list({ query, pageSize: runningMax })) {
    const parts = parseExportWorkflowId(execution.workflowId);
    const { snapshotId, state } = labelsOfExecution(execution);
    if (parts !== undefined && state !== 'Successful') {
      running.push({ clusterName: parts.clusterName, snapshotId: snapshotId ?? parts.snapshotId });
    }
    read += 1;
    if (read >= runningMax) break;
  }
  return running;
}
