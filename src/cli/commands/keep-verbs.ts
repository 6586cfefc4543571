import type { ArgumentSpec, OptionSpec, VerbGroupSpec } from '../verb.ts';
import { timeOptions } from './schedule-verbs.ts';

const project = '--project 5f0e1d2c3b4a59687766554c';
const what = `${project} --bucket snapshot-archive --frequency weekly,monthly`;

const fleetArgument: ArgumentSpec = {
  name: 'fleet',
  description: 'what the fleet is called; two starts of one name are one run',
  required: true,
};

/** What should be true of a fleet, in `keep start` and `keep schedule`. */
const fleetOptions: readonly OptionSpec[] = [
  {
    flags: '--project <id[:clusters]>',
    description:
      'project, and after a colon those of its clusters that are meant, such as 5f0e1d2c3b4a59687766554c:orders,events (default: all of them); may be repeated',
    repeatable: true,
  },
  { flags: '--bucket <name>', description: 'export bucket of every project, by its bucket name' },
  {
    flags: '--frequency <kinds>',
    description: 'which snapshots are due: a list of hourly, daily, weekly, monthly, yearly, onDemand',
  },
  {
    flags: '--since <when>',
    description: 'only snapshots taken since: a date, or how long before a run, such as "90 days"',
  },
  {
    flags: '--order <order>',
    description: 'which of a project is exported first (default: expiringFirst)',
    choices: ['expiringFirst', 'newestFirst', 'oldestFirst'],
  },
  { flags: '--at-once <count>', description: 'replica sets exported at once, in all (default: 100)' },
  { flags: '--at-once-per-project <count>', description: 'the same in one project (default: 5)' },
  { flags: '--at-once-per-cluster <count>', description: 'the same of one cluster (default: 5)' },
  {
    flags: '--give-up-after <count>',
    description: 'failed export jobs of a snapshot after which it is given up (default: 3)',
  },
  { flags: '--run-limit <duration>', description: 'how long one run goes on (default: 20 hours)' },
  {
    flags: '--price-per-gigabyte <dollars>',
    description: 'what Atlas bills, for the estimate (default: 0.125)',
  },
  {
    flags: '--request <file>',
    description: 'the request as JSON, "-" for standard input; options win over it',
    file: true,
  },
];

export const keepVerbs: VerbGroupSpec = {
  name: 'keep',
  summary: 'keep whole fleets of clusters exported',
  verbs: [
    {
      name: 'start',
      summary: 'make it so that every snapshot that is asked for is in its bucket',
      description:
        'Reads what Atlas has of each cluster, and exports what is missing or has failed. Returns at once; `keep result` waits. With --dry-run it waits, and says what would be exported and about what that costs. A worker has to be running somewhere.',
      arguments: [fleetArgument],
      options: [
        ...fleetOptions,
        { flags: '--dry-run', description: 'export nothing; say what would be, and about what it costs' },
      ],
      examples: [
        `atlas-export keep start archive ${what} --dry-run`,
        'atlas-export keep start archive --request fleet.json',
      ],
      load: async () => ({ run: (await import('../verbs/keep.ts')).start }),
    },
    {
      name: 'status',
      summary: 'show what is known of a fleet now',
      arguments: [fleetArgument],
      options: [
        {
          flags: '--offset <count>',
          description: 'leave out this many clusters, those of most interest first',
        },
        { flags: '--limit <count>', description: 'show this many clusters at most (default: 40)' },
      ],
      examples: ['atlas-export keep status archive'],
      load: async () => ({ run: (await import('../verbs/keep.ts')).status }),
    },
    {
      name: 'result',
      summary: 'wait for the end of a run and show what has become of the fleet',
      description: 'Ends with 0 when everything that is due is exported, else with 1.',
      arguments: [fleetArgument],
      examples: ['atlas-export keep result archive --json'],
      load: async () => ({ run: (await import('../verbs/keep.ts')).result }),
    },
    {
      name: 'cancel',
      summary: 'start no further exports of a fleet; those that run go on',
      arguments: [fleetArgument],
      examples: ['atlas-export keep cancel archive'],
      load: async () => ({ run: (await import('../verbs/keep.ts')).cancel }),
    },
    {
      name: 'schedule',
      summary: 'make a schedule that keeps a fleet exported',
      description:
        'A time that finds the run before it still going on is left out. The other verbs of `schedule` pause, trigger and delete it.',
      arguments: [fleetArgument],
      options: [
        { flags: '--schedule <id>', description: 'id of the new schedule (default: the name of the fleet)' },
        ...timeOptions,
        ...fleetOptions,
      ],
      examples: [
        `atlas-export keep schedule archive --cron "30 3 * * *" --timezone Europe/Berlin ${what} --since 2026-01-01`,
      ],
      load: async () => ({ run: (await import('../verbs/keep.ts')).schedule }),
    },
  ],
};
