import { pathToFileURL } from 'node:url';
import { main } from './worker/main.ts';

export { exitCodes, main } from './worker/main.ts';
export { runWorker, type RunningWorker, type WorkerDependencies } from './worker/run-worker.ts';
export { connectToTemporal, TemporalUnreachableError } from './worker/connect.ts';
export { bundleWorkflows, loadWorkflowBundle, WorkflowBundleError } from './worker/workflow-bundle.ts';

const startedAs = process.argv[1];
if (startedAs !== undefined && import.meta.url === pathToFileURL(startedAs).href) {
  // The native core may hold on to the process for a moment; what had to end has ended.
  process.exit(await main(process.env));
}
