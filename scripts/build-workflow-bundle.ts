/** Makes the workflow bundle that the worker loads. Part of `npm run build`, after the compiler. */
import { DefaultLogger } from '@temporalio/worker';
import {
  loadWorkflowBundle,
  WorkflowBundleError,
  writeWorkflowBundle,
} from '../src/worker/workflow-bundle.ts';

const ifNeeded = process.argv.includes('--if-needed');

if (!ifNeeded || !(await isCurrent())) {
  const { path, bytes } = await writeWorkflowBundle({ logger: new DefaultLogger('WARN') });
  process.stdout.write(`${path}: ${Math.round(bytes / 1000)} kB\n`);
}

async function isCurrent(): Promise<boolean> {
  try {
    await loadWorkflowBundle();
    return true;
  } catch (error) {
    if (error instanceof WorkflowBundleError) return false;
    throw error;
  }
}
