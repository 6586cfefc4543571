import * as v from 'valibot';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { whenAborted } from '../follow.ts';
import { goOnWatching } from '../howto.ts';
import { readOptions, text } from '../read-options.ts';
import { resultLines } from '../status-text.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

const schema = v.object({ runId: text });

export async function run({ arguments: [workflowId = ''], options, context }: VerbCall): Promise<ExitCode> {
  const { runId } = readOptions(schema, options);
  const { output, interrupted } = context;
  return withExportClient(context, async (client) => {
    const result = client.getHandle(workflowId, runId).result();
    const first = await Promise.race([result, whenAborted(interrupted)]);
    if (first === undefined) {
      // Its connection is about to be closed under it.
      result.catch(() => undefined);
      for (const line of goOnWatching(workflowId)) output.note(line);
      return exitCodes.interrupted;
    }
    output.document(first);
    for (const line of resultLines(first)) output.line(line);
    return exitCodes.done;
  });
}
