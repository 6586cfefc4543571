import * as v from 'valibot';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { followExport } from '../follow.ts';
import { goOnWatching, shellWord } from '../howto.ts';
import { flag, readOptions, text } from '../read-options.ts';
import { readRequest } from '../request-options.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

const schema = v.object({ id: text, watch: flag });

export async function run({ options, context }: VerbCall): Promise<ExitCode> {
  const { id, watch } = readOptions(schema, options);
  const request = await readRequest(options);
  const { output } = context;
  return withExportClient(context, async (client) => {
    const handle = await client.start(request, id === undefined ? {} : { workflowId: id });
    const { workflowId, runId } = handle;
    output.document({ event: 'started', workflowId, runId });
    output.line(workflowId);
    if (watch) {
      return followExport(context, { client, handle, howToGoOn: goOnWatching(workflowId) });
    }
    output.line('Started, or joined if it was running already. Follow it:');
    output.line(`  atlas-export watch ${shellWord(workflowId)}`);
    return exitCodes.done;
  });
}
