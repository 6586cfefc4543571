import * as v from 'valibot';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { resultUntil } from '../follow.ts';
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
    const outcome = await resultUntil(interrupted, { client, handle: client.getHandle(workflowId, runId) });
    if (outcome === undefined) {
      for (const line of goOnWatching(workflowId)) output.note(line);
      return exitCodes.interrupted;
    }
    if ('error' in outcome) throw outcome.error;
    output.document(outcome.result);
    for (const line of resultLines(outcome.result)) output.line(line);
    return exitCodes.done;
  });
}
