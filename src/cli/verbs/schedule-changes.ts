import * as v from 'valibot';
import type { ExportSchedules } from '../../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { moment, readOptions, text } from '../read-options.ts';
import { withExportClient } from '../temporal.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbCall } from '../verb.ts';

const noteSchema = v.object({ note: text });
const spanSchema = v.object({ start: moment, end: moment });

export function pause(call: VerbCall): Promise<ExitCode> {
  const { note } = readOptions(noteSchema, call.options);
  return change(call, 'paused', (schedules, id) => schedules.pause(id, note));
}

export function resume(call: VerbCall): Promise<ExitCode> {
  const { note } = readOptions(noteSchema, call.options);
  return change(call, 'resumed', (schedules, id) => schedules.resume(id, note));
}

export function trigger(call: VerbCall): Promise<ExitCode> {
  return change(call, 'triggered', (schedules, id) => schedules.trigger(id));
}

export async function backfill(call: VerbCall): Promise<ExitCode> {
  const { start, end = new Date() } = readOptions(spanSchema, call.options);
  if (start === undefined) throw new UsageError('--start: is required');
  if (start >= end) throw new UsageError('--start: must be before --end');
  return change(call, 'backfilled', (schedules, id) => schedules.backfill(id, { start, end }));
}

export function remove(call: VerbCall): Promise<ExitCode> {
  return change(call, 'deleted', (schedules, id) => schedules.delete(id));
}

function change(
  { arguments: [scheduleId = ''], context }: VerbCall,
  done: string,
  work: (schedules: ExportSchedules, scheduleId: string) => Promise<void>,
): Promise<ExitCode> {
  return withExportClient(context, async ({ schedules }) => {
    await work(schedules, scheduleId);
    context.output.document({ scheduleId, done });
    context.output.line(`${scheduleId}: ${done}.`);
    return exitCodes.done;
  });
}
