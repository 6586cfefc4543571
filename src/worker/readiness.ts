import type { NativeConnection } from '@temporalio/worker';
import type { Readiness } from '../telemetry/health-server.ts';
import { namespaceProblem } from './connect.ts';
import type { RunningWorker } from './run-worker.ts';

const probeTimeoutMs = 2_000;

/** However often `/readyz` is asked, Temporal is asked no more often than this. */
const probeIntervalMs = 2_000;

/** What the process is up to, as `/readyz` needs to know it. */
export interface WorkerProgress {
  connection?: { readonly native: NativeConnection; readonly namespace: string };
  worker?: RunningWorker;
  draining?: boolean;
}

/** Ready means: the worker takes work, and Temporal answers for its namespace. */
export function createReadiness(progress: WorkerProgress): () => Promise<Readiness> {
  let probe: { readonly startedAt: number; readonly problem: Promise<string | undefined> } | undefined;
  return async () => {
    if (progress.draining === true) return { ready: false, state: 'draining' };
    const { connection, worker } = progress;
    if (connection === undefined || worker === undefined) return { ready: false, state: 'starting' };
    const state = worker.state();
    if (state !== 'RUNNING') return { ready: false, state: state.toLowerCase() };
    const now = performance.now();
    if (probe === undefined || now - probe.startedAt > probeIntervalMs) {
      probe = {
        startedAt: now,
        problem: namespaceProblem(connection.native, connection.namespace, probeTimeoutMs).then(
          (problem) => problem?.reason,
        ),
      };
    }
    const problem = await probe.problem;
    return problem === undefined
      ? { ready: true, state: 'running' }
      : { ready: false, state: `no answer from Temporal: ${problem}` };
  };
}
