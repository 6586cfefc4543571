import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { exportLogIds, type ExportLogIds } from '../contract/log-ids.ts';

/** Puts the export's ids, read from the activity's single input object, on every line an activity logs. */
export const activityLogAttributes: ActivityInterceptorsFactory = () => {
  let ids: ExportLogIds = {};
  return {
    inbound: {
      execute(input, next) {
        ids = exportLogIds(input.args[0]);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...ids }) },
  };
};
