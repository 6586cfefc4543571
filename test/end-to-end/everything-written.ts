import type { Stage } from './stage.ts';

export interface EverythingWritten {
  /** The workers' logs and metrics, and each history as the SDK and as Temporal's CLI show it. */
  readonly text: string;
  /** How many runs of each workflow type are in it. */
  readonly runs: ReadonlyMap<string, number>;
}

/** All that a stage's workers and its server have kept, to be searched for what must not be in it. */
export async function everythingWritten(stage: Stage): Promise<EverythingWritten> {
  const runs = new Map<string, number>();
  let text = stage.written() + (await stage.metrics());
  const { workflow } = stage.client.temporal;
  for await (const { workflowId, runId, type } of workflow.list()) {
    text += JSON.stringify(await workflow.getHandle(workflowId, runId).fetchHistory());
    const run = ['--workflow-id', workflowId, '--run-id', runId];
    text += await stage.temporal('workflow', 'show', ...run, '--output', 'json');
    runs.set(type, (runs.get(type) ?? 0) + 1);
  }
  return { text, runs };
}

/** The forms in which a secret may have been written: as it is, without a prefix, and in base64. */
export function formsOf(secret: string): string[] {
  const bare = secret.replace(/^whsec_/, '');
  return [secret, bare, Buffer.from(secret).toString('base64').replace(/=+$/, '')];
}
