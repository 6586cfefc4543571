/**
 * Starts an export, shows its status once, waits for its end and prints its result.
 *
 * Usage: node dist/start-export.js REQUEST.json
 *
 * Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables that Temporal's own command
 * reads; ATLAS_EXPORT_TASK_QUEUE is the worker's task queue.
 * The result goes to standard output as JSON, all else to standard error.
 * Exit codes: 0 exported, 1 the export failed, 2 wrong usage.
 */
import { readFile } from 'node:fs/promises';
import {
  connectExportClient,
  ExportError,
  InvalidExportRequestError,
  taskQueueDefault,
  type ExportClient,
  type ExportRequest,
  type ExportResult,
} from 'atlas-export-worker';

/** Starts the export, or joins the run of the same request, and returns its result. */
async function runExport(exports: ExportClient, request: ExportRequest): Promise<ExportResult> {
  // The client makes the workflow id of the request: the same snapshot to the same bucket is the same id, whoever
  // asks and in whatever language. While a run of this id is open, the same request joins it, so that Atlas is paid
  // once. Once it has ended, the same request starts another, which finds a successful export of the snapshot in
  // Atlas's list and pays for none.
  const handle = await exports.start(request);
  const { phase, job } = await handle.status();
  const state = job === undefined ? '' : `, job ${job.exportId} is ${job.state}`;
  console.error(`${handle.workflowId}: ${phase}${state}`);
  return await handle.result();
}

/** Shows a failed export: its code is what programs match on, its details say what to do. */
function explain({ code, message, details }: ExportError): void {
  console.error(`${code}: ${message}`);
  if (details !== undefined) console.error(`Next: ${details.nextStep}`);
}

async function main(): Promise<number> {
  const [path, ...more] = process.argv.slice(2);
  if (path === undefined || more.length > 0) {
    console.error('Usage: node dist/start-export.js REQUEST.json');
    return 2;
  }
  try {
    // Whatever the file holds: what is wrong with it is said by the client, before anything is sent.
    const request: ExportRequest = JSON.parse(await readFile(path, 'utf8'));
    const exports = await connectExportClient({
      taskQueue: process.env['ATLAS_EXPORT_TASK_QUEUE'] ?? taskQueueDefault,
    });
    try {
      console.log(JSON.stringify(await runExport(exports, request), undefined, 2));
      return 0;
    } finally {
      await exports.temporal.connection.close();
    }
  } catch (error) {
    if (error instanceof InvalidExportRequestError) console.error(`${error.code}: ${error.message}`);
    else if (error instanceof ExportError) explain(error);
    else throw error;
    return 1;
  }
}

process.exitCode = await main();
