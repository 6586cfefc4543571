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
  const all = [...collected.values()];
  return await Promise.all(
    all.map(async ({ history, raw }) => {
      const replayError = await stage.replayer.errorOf({ workflowId: history.workflowId, history: raw });
      return { ...history, replayError };
    }),
  );
}
