import assert from 'node:assert/strict';
import type { Evidence } from '../../faults/simulation/evidence.ts';
import { runSeed } from '../../faults/simulation/run-seed.ts';
import { drawScenario, type Scenario } from '../../faults/simulation/scenario.ts';
import { startStage, type StageOptions } from '../../faults/simulation/stage.ts';

/** One replica set, one request, nothing that goes wrong but what the test breaks. */
export function quietScenario(outcome: 'Successful' | 'Failed'): Scenario {
  const scenario = drawScenario('quiet');
  const [cluster] = scenario.clusters;
  const [request] = scenario.requests;
  assert.ok(cluster !== undefined && request !== undefined);
  const plans = cluster.plans.map((plan) => ({ ...plan, outcome, queuedMs: 1_000, runningMs: 60_000 }));
  return {
    ...scenario,
    clusters: [{ ...cluster, shards: 0, plans, foreignJob: undefined }],
    requests: [
      {
        ...request,
        settings: { polling: { preset: 'balanced' }, maxAttempts: 1 },
        cancelAfterMs: undefined,
        pollNowAfterMs: undefined,
      },
    ],
    safetyNet: false,
    workers: 'one',
    faults: {},
    unauthorized: undefined,
    outage: undefined,
    stopChance: 0,
  };
}

/** What a scenario leaves behind, run on a stage of its own. */
export async function evidenceOf(scenario: Scenario, options?: StageOptions): Promise<Evidence> {
  const stage = await startStage(options);
  try {
    return await runSeed(stage, scenario);
  } finally {
    await stage.close();
  }
}
