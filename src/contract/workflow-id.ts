import type { ExportRequest } from './export-request.ts';

/**
 * The workflow id of a request unless its caller sets one. The same snapshot to the same bucket is the same
 * id, so two services that ask for the same export get the same run.
 */
export function exportWorkflowId(request: ExportRequest): string {
  const bucket = request.exportBucketId ?? request.exportBucketName ?? 'no-bucket';
  const { groupId, clusterName, snapshotId } = request;
  return `${exportWorkflowIdOfProject(groupId)}${[clusterName, snapshotId, bucket].join('/')}`;
}

/** How the ids of a project's exports begin. */
export function exportWorkflowIdOfProject(groupId: string): string {
  return `snapshot-export/${groupId}/`;
}

/** What a workflow id made by {@link exportWorkflowId} says; undefined for any other. */
export interface ExportWorkflowIdParts {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  /** The bucket's id or name. */
  readonly bucket: string;
}

/** Reads an id back. A Temporal Schedule appends the time of the run to its workflows' ids, which is left out. */
export function parseExportWorkflowId(workflowId: string): ExportWorkflowIdParts | undefined {
  const match =
    /^snapshot-export\/(?<groupId>[^/]+)\/(?<clusterName>[^/]+)\/(?<snapshotId>[^/]+)\/(?<bucket>[^/]+)$/.exec(
      workflowId,
    );
  const { groupId, clusterName, snapshotId, bucket } = match?.groups ?? {};
  if (groupId === undefined || clusterName === undefined) return undefined;
  if (snapshotId === undefined || bucket === undefined) return undefined;
  const withoutTime = bucket.replace(/-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, '');
  return { groupId, clusterName, snapshotId, bucket: withoutTime };
}

/** The workflow id of the child that follows one component. */
export function componentWorkflowId(exportWorkflow: {
  workflowId: string;
  componentExportId: string;
}): string {
  return `${exportWorkflow.workflowId}/${exportWorkflow.componentExportId}`;
}

/** The workflow id of the runs that keep the fleet of this name exported: two of one name are one run. */
export function keepExportedWorkflowId(name: string): string {
  return `keep-exported/${name}`;
}

/** The fleet that a workflow id made from its name is of; undefined for any other. A schedule appends the time. */
export function fleetOfWorkflowId(workflowId: string): string | undefined {
  const match = /^keep-exported\/(?<name>[\w.-]{1,100}?)(-\d{4}-\d{2}-\d{2}T[\d:]+Z)?$/.exec(workflowId);
  return match?.groups?.['name'];
}
