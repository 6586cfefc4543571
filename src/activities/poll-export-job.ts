import type { AtlasClient, CallOptions } from '../atlas/index.ts';
import { askComponents } from './ask-components.ts';
import type { PolledExportJob, PollExportJobInput } from './export-activities.ts';
import { exportJobView } from './export-job-view.ts';

export interface LookPorts {
  readonly atlas: AtlasClient;
  readonly searchAttributesRegistered: () => Promise<boolean>;
}

/**
 * One look at an export job, or at one component by its own id, and at what is known of its components. A look
 * that sees a new state also brings what the workflow needs for labelling it: asked for by a local activity, that
 * would cost one more event.
 */
export async function pollExportJob(
  { atlas, searchAttributesRegistered }: LookPorts,
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
  const polled = { job: exportJobView(job), components };
  const { labelledState } = input;
  if (labelledState === undefined || labelledState === job.state) return polled;
  return { ...polled, searchAttributesRegistered: await searchAttributesRegistered() };
}
