import type { Client } from '@temporalio/client';
import { searchAttributesOf } from './search-attributes.ts';
import { temporalProblem } from './temporal-error.ts';

/** `unknown` is what nobody tells: it is said, and not guessed. */
export type FindingLevel = 'ok' | 'warning' | 'problem' | 'unknown';

/** One thing that was looked at before an export is started. */
export interface Finding {
  readonly level: FindingLevel;
  /** What was looked at, in a few words. */
  readonly check: string;
  readonly message: string;
  /** What to do about it. */
  readonly nextStep?: string | undefined;
}

/** The question about a task queue, whose kind is one of the protocol's numbers. */
type Question = Parameters<Client['workflowService']['describeTaskQueue']>[0];

/** The two kinds of task queue that exports use: of workflows, and of activities. */
const questionKinds: readonly Question[] = [1, 2].map((kind) =>
  Object.fromEntries([['taskQueueType', kind]]),
);

/** Looks at what exports need of Temporal. Never rejects: what fails is a finding. */
export async function checkTemporal(client: Client, taskQueue: string): Promise<Finding[]> {
  const { namespace } = client.options;
  const server = await finding('Temporal server', async () => {
    const { serverVersion } = await client.workflowService.getSystemInfo({});
    return ok(`version ${serverVersion ?? 'unknown'}`);
  });
  if (server.level === 'problem') return [server];
  return [
    server,
    await finding('namespace', async () => {
      await client.workflowService.describeNamespace({ namespace });
      return ok(namespace);
    }),
    await finding('workers', () => workersFinding(client, taskQueue)),
    await attributesFinding(client),
  ];
}

type Told = Omit<Finding, 'check'>;

async function finding(check: string, look: () => Promise<Told>): Promise<Finding> {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    const message = temporalProblem(error)?.message ?? String(error);
    return {
      check,
      level: 'problem',
      message,
      nextStep: 'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the rest of TEMPORAL_*.',
    };
  }
}

function ok(message: string): Told {
  return { level: 'ok', message };
}

/** Who has asked for work on a task queue in the last minutes: for workflows, and for activities. */
export async function workersOf(client: Client, taskQueue: string): Promise<readonly string[][]> {
  const { namespace } = client.options;
  return Promise.all(
    questionKinds.map(async (kind) => {
      const { pollers } = await client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        ...kind,
      });
      return (pollers ?? []).map(({ identity }) => identity ?? '');
    }),
  );
}

async function workersFinding(client: Client, taskQueue: string): Promise<Told> {
  const identities = await workersOf(client, taskQueue);
  const workers = new Set(identities.flat());
  if (identities.every((each) => each.length > 0)) {
    return ok(`${workers.size} on task queue ${taskQueue}: ${[...workers].join(', ')}`);
  }
  return {
    level: 'warning',
    message: `none has asked for work on task queue ${taskQueue} in the last minutes`,
    nextStep: 'Start one (npm run worker); exports wait for it. `atlas-export run` brings its own.',
  };
}

async function attributesFinding(client: Client): Promise<Finding> {
  const check = 'search attributes';
  try {
    const { missing, wrongType } = await searchAttributesOf(client);
    if (missing.length + wrongType.length === 0) return { check, ...ok('registered') };
    const parts = [
      missing.length === 0 ? '' : `not registered: ${missing.join(', ')}`,
      wrongType.length === 0 ? '' : `of another type than Keyword: ${wrongType.join(', ')}`,
    ];
    return {
      check,
      level: 'warning',
      message: parts.filter((part) => part !== '').join('; '),
      nextStep: 'Exports work without; `atlas-export setup` registers them.',
    };
  } catch {
    return { check, level: 'unknown', message: 'the server does not let them be listed' };
  }
}
