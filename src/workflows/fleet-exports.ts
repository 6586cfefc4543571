import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  exportPresentation,
  exportSnapshotWorkflow,
  exportWorkflowId,
  requestDefaults,
  type CheckedKeepExportedRequest,
  type ExportRequest,
  type ExportResult,
} from '../contract/index.ts';
import type { WaitingExport } from './fleet-state.ts';

const reasonCharactersMax = 300;

export type ExportChild = ChildWorkflowHandle<(request: ExportRequest) => Promise<ExportResult>>;

/**
 * The id that a person's request for the same export has, so that the two are one: with the bucket's name where the
 * fleet's request names it so, although the export itself is told the id, which need not be looked up again.
 */
export function fleetExportId({
  cluster,
  snapshotId,
}: Pick<WaitingExport, 'cluster' | 'snapshotId'>): string {
  const { groupId, bucket } = cluster.project;
  return exportWorkflowId({ groupId, clusterName: cluster.clusterName, snapshotId, ...bucket });
}

/**
 * Starts an export that goes on by itself, whatever becomes of the fleet's run. Undefined when it runs already:
 * children have no id-conflict policy, and whoever started it, it is the same export.
 */
export async function startExport(
  waiting: WaitingExport,
  request: CheckedKeepExportedRequest,
): Promise<ExportChild | undefined> {
  const exportRequest = exportRequestOf(waiting, request);
  try {
    // Not cancelled midway: what was started is known, and counted.
    return await CancellationScope.nonCancellable(() =>
      startChild<(request: ExportRequest) => Promise<ExportResult>>(exportSnapshotWorkflow, {
        workflowId: fleetExportId(waiting),
        args: [exportRequest],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        ...exportPresentation(exportRequest),
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

function exportRequestOf(waiting: WaitingExport, request: CheckedKeepExportedRequest): ExportRequest {
  const { maxAttempts = requestDefaults.maxAttempts } = request.exports;
  const { exportBucketId, credentials } = waiting.cluster.project;
  const attemptsLeft = Math.max(1, request.giveUpAfter - waiting.failedJobs);
  return {
    ...request.exports,
    groupId: waiting.groupId,
    clusterName: waiting.clusterName,
    snapshotId: waiting.snapshotId,
    exportBucketId,
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: Math.min(maxAttempts, attemptsLeft),
  };
}

/** Waits for the end of an export that this run has started. Its result is not kept: a thousand of them would be much. */
export async function endOfExport(child: ExportChild): Promise<{
  readonly exported: boolean;
  readonly proven?: boolean | undefined;
  readonly reason?: string | undefined;
}> {
  try {
    const { verification } = await CancellationScope.nonCancellable(() => child.result());
    return { exported: true, proven: verification?.outcome === 'proven' };
  } catch (error) {
    if (error instanceof ChildWorkflowFailure) return { exported: false, reason: reasonOf(error) };
    throw error;
  }
}

function reasonOf({ cause, message }: ChildWorkflowFailure): string {
  if (cause instanceof CancelledFailure) return 'tracking was cancelled';
  if (cause instanceof TerminatedFailure) return 'the export workflow was terminated';
  if (cause instanceof TimeoutFailure) return 'the export workflow timed out';
  const type = cause instanceof ApplicationFailure ? `${cause.type ?? 'unknown'}: ` : '';
  return `${type}${cause?.message ?? message}`.slice(0, reasonCharactersMax);
}
