import * as v from 'valibot';
import type { FleetHandle, KeepExportedResult } from '../../client.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { readFleetRequest } from '../fleet-options.ts';
import { fleetLines, stalledLines } from '../fleet-text.ts';
import { shellWord } from '../howto.ts';
import { count, readOptions, text } from '../read-options.ts';
import { creating, readScheduleTimes } from '../schedule-times.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

const clustersShownDefault = 40;
const pageSchema = v.object({ offset: count({ max: 10_000 }), limit: count({ max: 1_000 }) });
const scheduleSchema = v.object({ schedule: text });

export async function start({ arguments: [name = ''], options, context }: VerbCall): Promise<ExitCode> {
  const request = await readFleetRequest(options);
  const { output } = context;
  return withExportClient(context, async ({ fleets }) => {
    const handle = await fleets.start(request, { name });
    if (request.dryRun === true) return showResult(context, handle);
    output.document({ event: 'started', workflowId: handle.workflowId });
    output.line(handle.workflowId);
    output.line('Started, or joined if it was running already. Look at it, or wait for its end:');
    output.line(`  atlas-export keep status ${shellWord(name)}`);
    output.line(`  atlas-export keep result ${shellWord(name)}`);
    return exitCodes.done;
  });
}

export async function status({ arguments: [name = ''], options, context }: VerbCall): Promise<ExitCode> {
  const { offset = 0, limit = clustersShownDefault } = readOptions(pageSchema, options);
  const { output } = context;
  return withExportClient(context, async ({ fleets }) => {
    const handle = await fleets.latest(name);
    const known = await handle.status({ offset, limit });
    const stalled = await handle.stalled();
    output.document({ ...known, stalled });
    for (const line of [...fleetLines(handle.workflowId, known), ...stalledLines(stalled)]) output.line(line);
    return exitCodes.done;
  });
}

export function result({ arguments: [name = ''], context }: VerbCall): Promise<ExitCode> {
  return withExportClient(context, async ({ fleets }) => showResult(context, await fleets.latest(name)));
}

export function cancel({ arguments: [name = ''], context }: VerbCall): Promise<ExitCode> {
  const { output } = context;
  return withExportClient(context, async ({ fleets }) => {
    const handle = await fleets.latest(name);
    await handle.cancel();
    output.document({ workflowId: handle.workflowId, done: 'cancelled' });
    output.line('Cancelled: no further exports are started. Those that run go on, and are billed.');
    return exitCodes.done;
  });
}

export async function schedule({ arguments: [name = ''], options, context }: VerbCall): Promise<ExitCode> {
  const { schedule: scheduleId = name } = readOptions(scheduleSchema, options);
  const times = readScheduleTimes(options);
  const request = await readFleetRequest(options);
  const { output } = context;
  return withExportClient(context, async ({ schedules }) => {
    await creating(() => schedules.createFleet({ scheduleId, name, request, ...times }));
    output.document({ scheduleId, created: true });
    output.line(`Created. Its next times: atlas-export schedule describe ${shellWord(scheduleId)}`);
    return exitCodes.done;
  });
}

/** Waits for the end; Ctrl-C ends the waiting, never the run. */
async function showResult({ output, interrupted }: CliContext, handle: FleetHandle): Promise<ExitCode> {
  const stopped = new Promise<undefined>((resolve) => {
    interrupted.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const ended: KeepExportedResult | undefined = await Promise.race([handle.result(), stopped]);
  if (ended === undefined) {
    output.note('Stopped waiting. The run goes on.');
    return exitCodes.interrupted;
  }
  output.document(ended);
  for (const line of fleetLines(handle.workflowId, ended)) output.line(line);
  return ended.outcome === 'someLeft' ? exitCodes.exportFailed : exitCodes.done;
}
