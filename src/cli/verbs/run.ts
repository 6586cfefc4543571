import { readAtlasClientSettings } from '../../config.ts';
import type { ExitCode } from '../exit-codes.ts';
import { followExport } from '../follow.ts';
import { readRequest } from '../request-options.ts';
import { temporalForRun } from '../run/local-temporal.ts';
import { runWithWorker } from '../run/run-with-worker.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

export async function run({ options, context }: VerbCall): Promise<ExitCode> {
  const request = await readRequest(options);
  // Before a server is started: what is wrong with them is wrong without it too.
  readAtlasClientSettings(context.environment, request.credentials);
  const { output } = context;
  const temporal = await temporalForRun(context.environment, output);
  try {
    return await runWithWorker(temporal, () =>
      withExportClient(temporal, async (client) => {
        const handle = await client.start(request);
        output.document({ event: 'started', workflowId: handle.workflowId, runId: handle.runId });
        output.line(handle.workflowId);
        return followExport(context, { client, handle, howToGoOn: howToGoOn(temporal.own) });
      }),
    );
  } finally {
    await temporal.close();
  }
}

function howToGoOn(own: boolean): string[] {
  return [
    own
      ? 'Stopped. If an export job was running, Atlas goes on with it. Run the same command again to go on from here.'
      : 'Stopped. The export goes on with any other worker, or when you run the same command again.',
  ];
}
