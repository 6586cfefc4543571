import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import * as v from 'valibot';
import type { DescribeExportsInput, EndedExport } from './fleet-activities.ts';

const answerTimeoutMs = 5_000;
const atOnceMax = 20;
const reasonCharactersMax = 300;

const provableSchema = v.looseObject({ verification: v.optional(v.looseObject({ outcome: v.string() })) });

/**
 * Asks Temporal which of some exports have ended. Describing leaves no event in their histories, where a signal at
 * their end would cost every export some, fleet or none. One that cannot be asked is left out: it goes on.
 */
export async function describeExports({ workflowIds }: DescribeExportsInput): Promise<EndedExport[]> {
  const { client, log } = Context.current();
  const ended: EndedExport[] = [];
  for (let start = 0; start < workflowIds.length; start += atOnceMax) {
    const asked = workflowIds.slice(start, start + atOnceMax);
    const settled = await Promise.allSettled(asked.map((workflowId) => endOf(client, workflowId)));
    for (const result of settled) {
      if (result.status === 'rejected') {
        log.warn('an export could not be described', { error: String(result.reason) });
      } else if (result.value !== undefined) ended.push(result.value);
    }
  }
  return ended;
}

/** Undefined while it runs. */
async function endOf(client: Client, workflowId: string): Promise<EndedExport | undefined> {
  try {
    return await client.withDeadline(Date.now() + answerTimeoutMs, async () => {
      const { status, runId } = await client.workflow.getHandle(workflowId).describe();
      if (status.name === 'RUNNING' || status.name === 'UNKNOWN' || status.name === 'UNSPECIFIED')
        return undefined;
      if (status.name === 'COMPLETED') {
        return { workflowId, exported: true, proven: await isProven(client, { workflowId, runId }) };
      }
      return { workflowId, exported: false, reason: await reasonOf(client, { workflowId, runId }) };
    });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const reason = 'Temporal no longer knows this export: the next run reads from Atlas what became of it';
    return { workflowId, exported: false, reason };
  }
}

/** By the result of the export itself. */
async function isProven(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<boolean | undefined> {
  const result: unknown = await client.workflow.getHandle(workflowId, runId).result();
  const { success, output } = v.safeParse(provableSchema, result);
  return success ? output.verification?.outcome === 'proven' : undefined;
}

async function reasonOf(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<string> {
  try {
    await client.workflow.getHandle(workflowId, runId).result();
    return 'unknown';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const type = cause instanceof ApplicationFailure ? `${cause.type ?? 'unknown'}: ` : '';
    return `${type}${cause?.message ?? error.message}`.slice(0, reasonCharactersMax);
  }
}
