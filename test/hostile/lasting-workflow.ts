import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';

/** How a workflow has ended: its result, or the type of its failure. */
export type Ending = { readonly result: unknown } | { readonly type: string; readonly message: string };

/** WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND */
const unhandledCommand = 1;

const lookMs = 250;

/** A test server may stop skipping time, which tells nothing about a workflow: it is given up after this long. */
const looksMax = 160;

/**
 * Waits for the end of a workflow, and fails as soon as one of its tasks has failed: such a task is tried for ever, and
 * the workflow stands still until somebody mends its code. Undefined where nothing could be told.
 */
export async function endingOf(handle: WorkflowHandle): Promise<Ending | undefined> {
  const ended = new AbortController();
  const ending = handle
    .result()
    .then((result: unknown): Ending => ({ result }), failureOf)
    .finally(() => ended.abort());
  return Promise.race([ending, taskFailure(handle, ended.signal)]);
}

function failureOf(error: unknown): Ending {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  assert.ok(cause instanceof ApplicationFailure, `ended with ${String(cause)}`);
  return { type: cause.type ?? '', message: cause.message };
}

async function taskFailure(handle: WorkflowHandle, ended: AbortSignal): Promise<undefined> {
  for (let looks = 0; !ended.aborted; looks += 1) {
    if (looks >= looksMax) {
      // Not waited for: its end must not come before this answer.
      void handle.terminate('it takes too long').catch(() => undefined);
      return undefined;
    }
    await delay(lookMs, undefined, { signal: ended }).catch(() => undefined);
    const { events = [] } = await handle.fetchHistory();
    const failed = events?.find(({ workflowTaskFailedEventAttributes: attributes }) => {
      // Its end crossed with an event, which the server hands to the workflow first: by design, and no failure of its code.
      return attributes && Number(attributes.cause) !== unhandledCommand;
    });
    if (failed === undefined) continue;
    const { failure, cause } = failed.workflowTaskFailedEventAttributes ?? {};
    const why = failure?.message ?? `WorkflowTaskFailedCause ${String(cause)}`;
    await handle.terminate('a task of it has failed').catch(() => undefined);
    assert.fail(`a workflow task failed: ${why}`);
  }
  // The ending decides.
  return new Promise(() => undefined);
}
