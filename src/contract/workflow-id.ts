import type { ExportRequest } from './export-request.ts';

/**
 * The workflow id of a request unless its caller sets one. The same snapshot to the same bucket is the same
 * id, so two services that ask for the same export get the same run.
 */
export function exportWorkflowId(request: ExportRequest): string {
  const bucket = request.exportBucketId ?? request.exportBucketName ?? 'no-bucket';
  return ['snapshot-export', request.groupId, request.clusterName, request.snapshotId, bucket].join('/');
}

/** The workflow id of the child that follows one component. */
export function componentWorkflowId(exportWorkflow: {
  workflowId: string;
  componentExportId: string;
}): string {
  return `${exportWorkflow.workflowId}/${exportWorkflow.componentExportId}`;
}
