/** Makes the workflow bundle that the worker loads. Part of `npm run build`, after the compiler. */
import { DefaultLogger } from '@temporalio/worker';
import { writeWorkflowBundle } from '../src/worker/workflow-bundle.ts';

const { path, bytes } = await writeWorkflowBundle({ logger: new DefaultLogger('WARN') });
process.stdout.write(`${path}: ${Math.round(bytes / 1000)} kB\n`);
