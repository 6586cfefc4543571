import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { askComponents } from './ask-components.ts';
import type { PolledExportJob, PollExportJobInput } from './export-activities.ts';
import { exportJobView } from './export-job-view.ts';

/** One look at an export job, or at one component by its own id, and at what is known of its components. */
export async function pollExportJob(
  atlas: AtlasClient,
  input: PollExportJobInput,
  options: CallOptions,
): Promise<PolledExportJob> {
  const { groupId, clusterName, exportId, componentWorkflowIds = [], componentsLookNow = false } = input;
  const [job, components] = await Promise.all([
    atlas.getExportJob({ groupId, clusterName, exportId }, options),
    componentWorkflowIds.length === 0
      ? []
      : askComponents({ workflowIds: componentWorkflowIds, lookNow: componentsLookNow }),
  ]);
  return { job: exportJobView(job), components };
}
