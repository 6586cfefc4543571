import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { readRequest } from '../request-options.ts';
import { creating, readScheduleTimes } from '../schedule-times.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

export async function run({ arguments: [scheduleId = ''], options, context }: VerbCall): Promise<ExitCode> {
  const times = readScheduleTimes(options);
  const request = await readRequest(options);
  const { output } = context;
  return withExportClient(context, async ({ schedules }) => {
    await creating(() => schedules.create({ scheduleId, request, ...times }));
    output.document({ scheduleId, created: true });
    output.line(`Created. Its next times: atlas-export schedule describe ${scheduleId}`);
    return exitCodes.done;
  });
}
