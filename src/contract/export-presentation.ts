import { exportLabelsMemo, type ExportLabels } from './export-labels.ts';
import type { ExportRequest } from './export-request.ts';

/** What a started export shows in lists and in the Web UI. */
export interface ExportPresentation {
  readonly staticSummary: string;
  readonly staticDetails: string;
  readonly memo: { readonly [exportLabelsMemo]: ExportLabels };
}

/** The same for every export, whoever starts it. */
export function exportPresentation(request: ExportRequest): ExportPresentation {
  const { groupId, clusterName, snapshotId } = request;
  const bucket = request.exportBucketName ?? request.exportBucketId ?? '';
  return {
    staticSummary: `Export ${snapshotId} of ${clusterName} to ${bucket}`.slice(0, 200),
    staticDetails: [
      `- Project: \`${groupId}\``,
      `- Cluster: \`${clusterName}\``,
      `- Snapshot: \`${snapshotId}\``,
      `- Export bucket: \`${bucket}\``,
      ...(request.credentials === undefined ? [] : [`- Credentials: \`${request.credentials}\``]),
    ].join('\n'),
    memo: { [exportLabelsMemo]: { groupId, clusterName, snapshotId } },
  };
}
