import { Worker } from '@temporalio/worker';
import type { RequestEvidence, WorkflowHistory } from './evidence.ts';
import { childrenOf, readHistory, type RawHistory } from './read-history.ts';
import type { Stage } from './stage.ts';

interface Collected {
  readonly history: Omit<WorkflowHistory, 'replayError'>;
  readonly raw: RawHistory;
}

/** The histories of all requests and their children, each replayed by the workflow code that ran it. */
export async function collectHistories(
  stage: Stage,
  requests: readonly RequestEvidence[],
): Promise<WorkflowHistory[]> {
  const collected = new Map<string, Collected>();
  const read = async (
    id: { workflowId: string; runId: string },
    of: string,
    type: string,
  ): Promise<RawHistory> => {
    const { raw, events } = await readHistory(stage.client.workflow.getHandle(id.workflowId, id.runId));
    collected.set(id.runId, { history: { ...id, workflowType: type, requestName: of, events }, raw });
    return raw;
  };
  for (const { name, workflowId, runId } of requests) {
    if (collected.has(runId)) continue;
    const raw = await read({ workflowId, runId }, name, 'exportSnapshot');
    await Promise.all(childrenOf(raw).map((child) => read(child, name, 'trackComponent')));
  }
  const errors = await replayErrors(stage, [...collected.values()]);
  return [...collected.values()].map(({ history }) => ({
    ...history,
    replayError: errors.get(history.runId),
  }));
}

/** Errors by run id. */
async function replayErrors(stage: Stage, collected: readonly Collected[]): Promise<Map<string, string>> {
  const errors = new Map<string, string>();
  const histories = collected.map(({ history: { workflowId }, raw }) => ({ workflowId, history: raw }));
  const replayed = Worker.runReplayHistories({ workflowBundle: stage.workflowBundle }, histories);
  for await (const { runId, error } of replayed) if (error !== undefined) errors.set(runId, error.message);
  return errors;
}
