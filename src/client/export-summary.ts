import type { WorkflowExecutionInfo } from '@temporalio/client';
import { labelsOfExecution, parseExportWorkflowId, parseStateLabel } from '../contract/index.ts';

/** What became of a request, as Temporal knows it without asking the export itself. */
export const exportRunStates = [
  'running',
  /** Ended well: exported now, or an earlier export was found. */
  'exported',
  'failed',
  /** Tracking was cancelled; the export job at Atlas goes on. */
  'cancelled',
  /** Ended from outside (terminated or timed out): nothing is known of the job since. */
  'terminated',
] as const;

export type ExportRunState = (typeof exportRunStates)[number];

/** One export in a list. */
export interface ExportSummary {
  readonly workflowId: string;
  readonly runId: string;
  readonly run: ExportRunState;
  readonly taskQueue: string;
  readonly groupId?: string | undefined;
  readonly clusterName?: string | undefined;
  /** `"latest"` until that is resolved. */
  readonly snapshotId?: string | undefined;
  /** Atlas's state of the export job, as the export last recorded it. */
  readonly state?: string | undefined;
  /** Whether it runs and nothing of it moves, as the export last recorded it. */
  readonly stalled: boolean;
  /** The bucket's id or name, where the workflow id tells it. */
  readonly bucket?: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
}

/** What a list and a description of a workflow have in common. */
type Execution = Pick<
  WorkflowExecutionInfo,
  | 'workflowId'
  | 'runId'
  | 'status'
  | 'taskQueue'
  | 'memo'
  | 'typedSearchAttributes'
  | 'startTime'
  | 'closeTime'
>;

/**
 * What Temporal shows of an export: from its search attributes, else from its memo, else from its id. What
 * none of them says is absent.
 */
export function exportSummary(execution: Execution): ExportSummary {
  const fromId = parseExportWorkflowId(execution.workflowId);
  const labels = labelsOfExecution(execution);
  const label = labels.state === undefined ? undefined : parseStateLabel(labels.state);
  const run = runStates.get(execution.status.name) ?? 'running';
  return {
    workflowId: execution.workflowId,
    runId: execution.runId,
    run,
    taskQueue: execution.taskQueue,
    groupId: labels.groupId ?? fromId?.groupId,
    clusterName: labels.clusterName ?? fromId?.clusterName,
    snapshotId: labels.snapshotId ?? fromId?.snapshotId,
    state: label?.state,
    stalled: run === 'running' && label?.stalled === true,
    bucket: fromId?.bucket,
    startedAt: execution.startTime.toISOString(),
    endedAt: execution.closeTime?.toISOString(),
  };
}

/** By Temporal's own word; every other one is of a run that has not ended. */
const runStates: ReadonlyMap<string, ExportRunState> = new Map([
  ['COMPLETED', 'exported'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'cancelled'],
  ['TERMINATED', 'terminated'],
  ['TIMED_OUT', 'terminated'],
]);
