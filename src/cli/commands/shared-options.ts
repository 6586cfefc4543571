import type { ArgumentSpec, OptionSpec } from '../verb.ts';

export const projectOption: OptionSpec = {
  flags: '--project <id>',
  description: 'project (Atlas: groupId), 24 hexadecimal digits',
  environment: 'MONGODB_ATLAS_PROJECT_ID',
};

export const clusterOption: OptionSpec = { flags: '--cluster <name>', description: 'cluster in the project' };

export const workflowIdArgument: ArgumentSpec = {
  name: 'export',
  description: 'the id that `start` and `list` show: a workflow id',
  required: true,
};

export const runIdOption: OptionSpec = {
  flags: '--run-id <id>',
  description: 'one run of it, instead of the latest',
};

export const credentialsOption: OptionSpec = {
  flags: '--credentials <name>',
  description:
    'which of the credentials for Atlas in the settings to use, by name (default: the default ones)',
};

/** What an export is asked for with, in `run`, `start` and `schedule create`. */
export const requestOptions: readonly OptionSpec[] = [
  projectOption,
  clusterOption,
  {
    flags: '--snapshot <id>',
    description:
      'snapshot, or "latest": the newest completed one that is no fallback snapshot (default: latest)',
  },
  { flags: '--bucket <name>', description: 'export bucket, by its bucket name' },
  { flags: '--bucket-id <id>', description: 'export bucket, by its id at Atlas' },
  {
    flags: '--custom-data <key=value>',
    description: 'entry for the `.complete` file in the bucket; may be repeated',
    repeatable: true,
  },
  {
    flags: '--preset <preset>',
    description: 'how eagerly to look at Atlas (default: balanced)',
    choices: ['eager', 'balanced', 'thrifty'],
  },
  { flags: '--min-interval <duration>', description: 'never look more often than this' },
  { flags: '--max-interval <duration>', description: 'never look less often than this' },
  {
    flags: '--stalled-after-queued <duration>',
    description: "time in Atlas's queue after which an export is said to be stalled (default: learned)",
  },
  {
    flags: '--stalled-after-no-progress <duration>',
    description: 'the same for the time without another collection exported (default: learned)',
  },
  {
    flags: '--stalled-after-total <duration>',
    description: 'the same for the time it runs where Atlas counts no collections (default: learned)',
  },
  { flags: '--deadline <duration>', description: 'time for the whole request (default: 7 days)' },
  { flags: '--max-attempts <count>', description: 'export jobs that may end Failed (default: 3)' },
  {
    flags: '--on-active-export <what>',
    description: 'what to do when the snapshot is being exported already (default: adopt)',
    choices: ['adopt', 'wait', 'fail'],
  },
  {
    flags: '--export-again',
    description:
      'export although an earlier export of the snapshot to the bucket was successful; it is billed again',
  },
  credentialsOption,
  {
    flags: '--webhook <name>',
    description:
      'which of the webhooks in the settings to tell when it has ended or seems stuck (default: none)',
  },
  {
    flags: '--verify <level>',
    description:
      'how hard to look into the bucket afterwards (default: manifest where the worker may look, else off)',
    choices: ['off', 'manifest', 'full'],
  },
  {
    flags: '--verify-wait <duration>',
    description: 'how long objects that are not there yet are waited for (default: 15 minutes)',
  },
  {
    flags: '--request <file>',
    description: 'the request as JSON, "-" for standard input; options win over it',
    file: true,
  },
];
