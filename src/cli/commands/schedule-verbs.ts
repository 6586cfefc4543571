import type { ArgumentSpec, OptionSpec, VerbGroupSpec } from '../verb.ts';
import { requestOptions } from './shared-options.ts';

const scheduleArgument: ArgumentSpec = {
  name: 'schedule',
  description: 'the id that `schedule list` shows',
  required: true,
};
const noteOption: OptionSpec = { flags: '--note <text>', description: 'for whoever reads the schedule' };

/** When a schedule starts something, in `schedule create` and `keep schedule`. */
export const timeOptions: readonly OptionSpec[] = [
  {
    flags: '--cron <expression>',
    description: 'time as cron writes it; may be repeated',
    repeatable: true,
  },
  { flags: '--at <hh:mm>', description: 'time of day' },
  { flags: '--on <days>', description: 'days of the week, such as monday,friday (default: every day)' },
  { flags: '--day-of-month <days>', description: 'days of the month, such as 1,15' },
  { flags: '--month <months>', description: 'months, such as january,july' },
  {
    flags: '--timezone <name>',
    description: 'in which the times are meant, such as Europe/Berlin (default: UTC)',
  },
  { flags: '--jitter <duration>', description: 'put each time off by a random part of this' },
  {
    flags: '--catchup-window <duration>',
    description: 'how late a missed time is still made up for (default: 6 hours)',
  },
  noteOption,
  { flags: '--paused', description: 'make it paused' },
];

export const scheduleVerbs: VerbGroupSpec = {
  name: 'schedule',
  summary: 'export at set times',
  verbs: [
    {
      name: 'create',
      summary: 'make a schedule',
      description:
        'A time is a cron expression, or a calendar entry from --at, --on, --day-of-month and --month. A time that finds the export before it still running is left out. With the snapshot "latest", a snapshot that is in the bucket already is recognised and not paid for twice.',
      arguments: [{ ...scheduleArgument, description: 'id of the new schedule' }],
      options: [...timeOptions, ...requestOptions],
      examples: [
        'atlas-export schedule create nightly-orders --cron "30 3 * * *" --timezone Europe/Berlin --project 5f0e1d2c3b4a59687766554c --cluster orders --bucket snapshot-archive',
        'atlas-export schedule create monthly-orders --at 04:00 --day-of-month 1 --jitter "20 minutes" --project 5f0e1d2c3b4a59687766554c --cluster orders --bucket snapshot-archive',
      ],
      load: async () => ({ run: (await import('../verbs/schedule-create.ts')).run }),
    },
    {
      name: 'list',
      summary: 'list the schedules that export',
      examples: ['atlas-export schedule list'],
      load: async () => ({ run: (await import('../verbs/schedule-shown.ts')).list }),
    },
    {
      name: 'describe',
      summary: 'show a schedule, its latest outcomes and its next times',
      arguments: [scheduleArgument],
      examples: ['atlas-export schedule describe nightly-orders'],
      load: async () => ({ run: (await import('../verbs/schedule-shown.ts')).describe }),
    },
    {
      name: 'pause',
      summary: 'let no more times come, until it is resumed',
      arguments: [scheduleArgument],
      options: [noteOption],
      examples: ['atlas-export schedule pause nightly-orders --note "bucket is being moved"'],
      load: async () => ({ run: (await import('../verbs/schedule-changes.ts')).pause }),
    },
    {
      name: 'resume',
      summary: 'let the times of a paused schedule come again',
      arguments: [scheduleArgument],
      options: [noteOption],
      examples: ['atlas-export schedule resume nightly-orders'],
      load: async () => ({ run: (await import('../verbs/schedule-changes.ts')).resume }),
    },
    {
      name: 'trigger',
      summary: 'export now, besides the set times',
      description: 'Left out when the export before it still runs.',
      arguments: [scheduleArgument],
      examples: ['atlas-export schedule trigger nightly-orders'],
      load: async () => ({ run: (await import('../verbs/schedule-changes.ts')).trigger }),
    },
    {
      name: 'backfill',
      summary: 'make up for the times between two moments, one after the other',
      description:
        'With the snapshot "latest", each of them exports the snapshot that is the newest when it runs, once: what is in the bucket already is not paid for again.',
      arguments: [scheduleArgument],
      options: [
        { flags: '--start <when>', description: 'a date, or how long ago' },
        { flags: '--end <when>', description: 'a date, or how long ago (default: now)' },
      ],
      examples: ['atlas-export schedule backfill nightly-orders --start "2 days"'],
      load: async () => ({ run: (await import('../verbs/schedule-changes.ts')).backfill }),
    },
    {
      name: 'delete',
      summary: 'delete a schedule; an export that it has started goes on',
      arguments: [scheduleArgument],
      examples: ['atlas-export schedule delete nightly-orders'],
      load: async () => ({ run: (await import('../verbs/schedule-changes.ts')).remove }),
    },
  ],
};
