import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { statusLines } from '../status-text.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

/** A fresh look at a job and at every component of it. */
const answerTimeoutMs = 60_000;

export async function run({ arguments: [workflowId = ''], context }: VerbCall): Promise<ExitCode> {
  const { output } = context;
  return withExportClient(context, async (client) => {
    const status = await client.temporal.withDeadline(Date.now() + answerTimeoutMs, () =>
      client.getHandle(workflowId).pollNow(),
    );
    output.document(status);
    for (const line of statusLines(workflowId, status)) output.line(line);
    return exitCodes.done;
  });
}
