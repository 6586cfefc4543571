import type { VerbSpec } from '../verb.ts';
import { clusterOption, projectOption, runIdOption, workflowIdArgument } from './shared-options.ts';

const exampleId = 'snapshot-export/5f0e1d2c3b4a59687766554c/orders/latest/snapshot-archive';

/** Verbs about exports that have been started. */
export const followVerbs: readonly VerbSpec[] = [
  {
    name: 'watch',
    summary: 'follow an export to its end',
    description:
      'On a terminal, one line per component with a bar, the counts, the rate, the estimated end and the time of the next look at Atlas; on a pipe, one line per change. Ctrl-C stops the watching, never the export.',
    arguments: [workflowIdArgument],
    options: [runIdOption],
    examples: [
      `atlas-export watch ${exampleId}`,
      `atlas-export watch ${exampleId} --json | jq .status.phase`,
    ],
    load: () => import('../verbs/watch.ts'),
  },
  {
    name: 'status',
    summary: 'show what is known of an export now',
    description: 'Costs Atlas nothing. Where no worker answers, it shows what Temporal itself knows.',
    arguments: [workflowIdArgument],
    options: [runIdOption],
    examples: [`atlas-export status ${exampleId}`],
    load: () => import('../verbs/status.ts'),
  },
  {
    name: 'result',
    summary: 'wait for the end of an export and show its result',
    arguments: [workflowIdArgument],
    options: [runIdOption],
    examples: [`atlas-export result ${exampleId} --json`],
    load: () => import('../verbs/result.ts'),
  },
  {
    name: 'list',
    summary: 'list exports, newest first',
    description:
      'A state is what became of the request (running, exported, failed, cancelled, terminated), or what Atlas last said of its job (Queued, InProgress, Successful, Failed, Cancelled); `stalled` are those that run and of which nothing moves. With the search attributes that `setup` registers, Temporal does the choosing; without them the same exports are found by reading more of them.',
    options: [
      projectOption,
      clusterOption,
      {
        flags: '--state <state>',
        description: 'state of the request, or of its job at Atlas',
        choices: [
          'running',
          'exported',
          'failed',
          'cancelled',
          'terminated',
          'stalled',
          'Queued',
          'InProgress',
          'Successful',
          'Failed',
          'Cancelled',
        ],
      },
      {
        flags: '--since <when>',
        description: 'started at or after: a date, or how long ago, such as "7 days"',
      },
      { flags: '--limit <count>', description: 'show this many at most (default: 100)' },
    ],
    examples: [
      'atlas-export list --state running',
      'atlas-export list --state stalled',
      'atlas-export list --cluster orders --since "7 days" --json',
    ],
    load: () => import('../verbs/list.ts'),
  },
  {
    name: 'poll-now',
    summary: 'have an export look at Atlas now, and show what it saw',
    arguments: [workflowIdArgument],
    examples: [`atlas-export poll-now ${exampleId}`],
    load: () => import('../verbs/poll-now.ts'),
  },
  {
    name: 'cancel',
    summary: 'stop tracking an export; Atlas goes on with its job',
    description:
      'Atlas has no way to cancel an export job: it goes on, and is billed. Asking for the same export again picks it up, unless asked for a new one whatever there is (--export-again).',
    arguments: [workflowIdArgument],
    examples: [`atlas-export cancel ${exampleId}`],
    load: () => import('../verbs/cancel.ts'),
  },
];
