import { Context } from '@temporalio/activity';
import { exportSearchAttributes } from '../contract/index.ts';

/**
 * How long an answer is used again. Short, since it is also how long a run can be held up by an attribute that
 * was removed: see workflows/export-labels.ts.
 */
const answerKeptMs = 10_000;
const answerTimeoutMs = 2_000;

/** The protocol's number for the type Keyword. */
const keyword = 2;

/**
 * Answers whether the namespace has every search attribute that exports carry. Runs as a local activity, in the
 * worker that runs the workflow, or as a part of a look that saw a new state, and asks the server at most every few
 * seconds however many exports there are. A
 * server that does not answer, or lets nobody ask (Temporal Cloud may not), is one without: carrying an attribute
 * that is not there would fail the workflow's task.
 */
export function createSearchAttributesCheck(): () => Promise<boolean> {
  let kept: { readonly atMs: number; readonly answer: Promise<boolean> } | undefined;
  return () => {
    const nowMs = performance.now();
    if (kept === undefined || nowMs - kept.atMs > answerKeptMs) {
      kept = { atMs: nowMs, answer: hasSearchAttributes() };
    }
    return kept.answer;
  };
}

async function hasSearchAttributes(): Promise<boolean> {
  const { client, info, log } = Context.current();
  try {
    const { customAttributes } = await client.withDeadline(Date.now() + answerTimeoutMs, () =>
      client.connection.operatorService.listSearchAttributes({ namespace: info.namespace }),
    );
    return Object.values(exportSearchAttributes).every(
      ({ name }) => Number(customAttributes?.[name]) === keyword,
    );
  } catch (error) {
    log.debug('the search attributes could not be asked for; exports are labelled by their memo', {
      error: String(error),
    });
    return false;
  }
}
