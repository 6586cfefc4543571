import type { WorkflowInterceptors } from '@temporalio/workflow';
import { exportLogIds, type ExportLogIds } from '../contract/log-ids.ts';

/**
 * The ids of this execution. A module of the workflow bundle is loaded anew for every execution, so this
 * is one execution's own.
 */
let logIds: ExportLogIds = {};

/** Adds ids that became known on the way (a resolved snapshot, the export job) to every later log line. */
export function noteLogIds(ids: ExportLogIds): void {
  logIds = { ...logIds, ...exportLogIds(ids) };
}

/** Loaded by the workflow bundle: puts the export's ids on every line a workflow logs. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute(input, next) {
        noteLogIds(exportLogIds(input.args[0]));
        return next(input);
      },
    },
  ],
  outbound: [{ getLogAttributes: (attributes, next) => next({ ...attributes, ...logIds }) }],
});
