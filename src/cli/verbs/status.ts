import * as v from 'valibot';
import { temporalProblem, type ExportClient, type ExportStatus, type ExportSummary } from '../../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { readOptions, text } from '../read-options.ts';
import { statusLines, summaryLines } from '../status-text.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

const schema = v.object({ runId: text });
const answerTimeoutMs = 5_000;

export async function run({ arguments: [workflowId = ''], options, context }: VerbCall): Promise<ExitCode> {
  const { runId } = readOptions(schema, options);
  const { output } = context;
  return withExportClient(context, async (client) => {
    const summary = await client.describe(workflowId, runId);
    const status = await statusOf(client, summary);
    output.document({ ...summary, status: status ?? null });
    const lines = status === undefined ? summaryLines(summary) : statusLines(workflowId, status);
    for (const line of lines) output.line(line);
    if (status === undefined) {
      output.note(
        'No worker answers for this export: this is what Temporal knows. Start a worker to see more.',
      );
    }
    return exitCodes.done;
  });
}

/** Undefined when no worker is there to answer. */
export async function statusOf(
  client: ExportClient,
  { workflowId, runId, taskQueue }: Pick<ExportSummary, 'workflowId' | 'runId' | 'taskQueue'>,
): Promise<ExportStatus | undefined> {
  // Without one, the server would hold the question until somebody comes.
  if (!(await client.hasWorker({ taskQueue }))) return undefined;
  try {
    return await client.temporal.withDeadline(Date.now() + answerTimeoutMs, () =>
      client.getHandle(workflowId, runId).status(),
    );
  } catch (error) {
    const code = temporalProblem(error)?.code;
    if (code === 'NO_WORKER' || code === 'TEMPORAL_UNREACHABLE') return undefined;
    throw error;
  }
}
