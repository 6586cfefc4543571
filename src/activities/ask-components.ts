import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { pollNowUpdate, statusQuery, type ComponentStatus } from '../contract/index.ts';

const answerTimeoutMs = 3_000;
const lookTimeoutMs = 18_000;
const atOnceMax = 20;

/**
 * Asks the workflows that follow an export's components what they know. A query leaves no event in any
 * history, where a signal for each change would cost nine; so an export's history stays small however many
 * shards there are. Who does not answer in time is left out: its last known state stays.
 */
export async function askComponents(options: {
  workflowIds: readonly string[];
  lookNow: boolean;
}): Promise<ComponentStatus[]> {
  const { client } = Context.current();
  const answers: ComponentStatus[] = [];
  for (let start = 0; start < options.workflowIds.length; start += atOnceMax) {
    const asked = options.workflowIds.slice(start, start + atOnceMax);
    const settled = await Promise.allSettled(
      asked.map((workflowId) => ask(client, workflowId, options.lookNow)),
    );
    for (const result of settled) if (result.status === 'fulfilled') answers.push(result.value);
  }
  return answers;
}

function ask(client: Client, workflowId: string, lookNow: boolean): Promise<ComponentStatus> {
  const handle = client.workflow.getHandle(workflowId);
  const deadline = Date.now() + (lookNow ? lookTimeoutMs : answerTimeoutMs);
  return client.withDeadline(deadline, () =>
    lookNow
      ? handle.executeUpdate<ComponentStatus, []>(pollNowUpdate)
      : handle.query<ComponentStatus>(statusQuery),
  );
}
