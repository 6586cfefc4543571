import { durationText, type ExportScheduleDescription, type ScheduledOutcome } from '../../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { textTable } from '../output.ts';
import { withExportClient } from '../temporal.ts';
import { timeText } from '../time-text.ts';
import type { VerbCall } from '../verb.ts';

const nextTimesMax = 5;

export function list({ context }: VerbCall): Promise<ExitCode> {
  const { output } = context;
  return withExportClient(context, async ({ schedules }) => {
    const found = [];
    for await (const each of schedules.list()) found.push(each);
    output.document(found);
    const head = ['SCHEDULE', 'NEXT', 'LATEST', '', 'NOTE'];
    const rows = found.map(({ scheduleId, nextTime, latestTime, paused, note = '' }) => [
      scheduleId,
      paused ? '' : timeText(nextTime),
      timeText(latestTime),
      paused ? 'paused' : '',
      note,
    ]);
    for (const line of rows.length === 0 ? ['No schedules.'] : textTable(head, rows)) output.line(line);
    return exitCodes.done;
  });
}

export function describe({ arguments: [scheduleId = ''], context }: VerbCall): Promise<ExitCode> {
  const { output } = context;
  return withExportClient(context, async ({ schedules }) => {
    const description = await schedules.describe(scheduleId);
    output.document(description);
    for (const line of descriptionLines(description)) output.line(line);
    return exitCodes.done;
  });
}

function descriptionLines(schedule: ExportScheduleDescription): string[] {
  const { paused, note, nextTimes, outcomes, skippedOverlaps, missedCatchups } = schedule;
  return [
    `${schedule.scheduleId}${paused ? ' (paused)' : ''}`,
    ...(note === undefined || note === '' ? [] : [`  ${note}`]),
    `  ${whatItDoes(schedule)}`,
    `  time zone ${schedule.timezone}, jitter ${durationText(schedule.jitterMs)}, missed times are made up for within ${durationText(schedule.catchupWindowMs)}`,
    `  left out since the export before still ran: ${skippedOverlaps}; missed for good: ${missedCatchups}`,
    '  next times',
    ...nextTimes.slice(0, nextTimesMax).map((time) => `    ${timeText(time)}`),
    '  latest outcomes',
    ...(outcomes.length === 0 ? ['    none yet'] : outcomes.map(outcomeLine)),
  ];
}

function whatItDoes({ request, fleet }: ExportScheduleDescription): string {
  if (fleet !== undefined) {
    return `keeps exported: ${fleet.frequencyTypes.join(', ')} snapshots of ${fleet.projects.length} projects`;
  }
  if (request === undefined) return 'its argument is neither an export request nor a fleet';
  const bucket = request.exportBucketName ?? request.exportBucketId ?? 'unknown';
  return `exports ${request.snapshotId} of ${request.clusterName} to ${bucket}`;
}

function outcomeLine({ scheduledAt, workflowId, export: summary }: ScheduledOutcome): string {
  return `    ${timeText(scheduledAt)}  ${summary?.run ?? 'forgotten by Temporal'}  ${workflowId}`;
}
