import * as v from 'valibot';
import type { ExitCode } from '../exit-codes.ts';
import { followExport } from '../follow.ts';
import { goOnWatching } from '../howto.ts';
import { readOptions, text } from '../read-options.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

const schema = v.object({ runId: text });

export async function run({ arguments: [workflowId = ''], options, context }: VerbCall): Promise<ExitCode> {
  const { runId } = readOptions(schema, options);
  return withExportClient(context, async (client) => {
    // Before anything is shown: an id that nobody knows is a wrong argument, not something to wait for.
    await client.describe(workflowId, runId);
    const handle = client.getHandle(workflowId, runId);
    return followExport(context, { client, handle, howToGoOn: goOnWatching(workflowId) });
  });
}
