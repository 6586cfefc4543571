import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { violationsOf } from '../../faults/simulation/invariants/index.ts';
import { runSeed } from '../../faults/simulation/run-seed.ts';
import { drawScenario, type Scenario } from '../../faults/simulation/scenario.ts';
import { startStage } from '../../faults/simulation/stage.ts';
import type { ExportActivities } from '../../src/activities/index.ts';

/**
 * Goal: no check of the fault simulation is one that cannot fail. Method: the product is broken in one way, from
 * outside, and exactly the checks that watch over that go red; unbroken, the same run leaves nothing to say.
 */
describe('the fault simulation', () => {
  /** One replica set, one request, nothing that goes wrong but what the test breaks. */
  function quietScenario(outcome: 'Successful' | 'Failed'): Scenario {
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

  async function redChecks(
    scenario: Scenario,
    breakActivities?: (activities: ExportActivities) => ExportActivities,
  ): Promise<string[]> {
    const stage = await startStage(breakActivities === undefined ? {} : { breakActivities });
    try {
      const evidence = await runSeed(stage, scenario);
      return [...new Set(violationsOf(evidence).map(({ invariant }) => invariant))].sort();
    } finally {
      await stage.close();
    }
  }

  test('finds nothing wrong with the product as it is', async () => {
    assert.deepEqual(await redChecks(quietScenario('Successful')), []);
  });

  test('sees a create that is sent twice', async () => {
    const found = await redChecks(quietScenario('Successful'), (activities) => ({
      ...activities,
      createExportJob: async (input) => {
        await activities.createExportJob(input);
        return activities.createExportJob(input);
      },
    }));
    assert.deepEqual(found, ['nothingLost', 'oneActiveJobPerSnapshot', 'oneJobPerAttempt']);
  });

  test('sees a success that is told of a job that failed', async () => {
    const found = await redChecks(quietScenario('Failed'), (activities) => ({
      ...activities,
      pollExportJob: async (input) => {
        const polled = await activities.pollExportJob(input);
        const { job } = polled;
        return job.state === 'Failed' ? { ...polled, job: { ...job, state: 'Successful' } } : polled;
      },
    }));
    assert.deepEqual(found, ['successesAreTrue']);
  });

  test('sees a failure that is told of a job that was successful', async () => {
    const found = await redChecks(quietScenario('Successful'), (activities) => ({
      ...activities,
      pollExportJob: async (input) => {
        const polled = await activities.pollExportJob(input);
        const { job } = polled;
        return job.state === 'Successful' ? { ...polled, job: { ...job, state: 'Failed' } } : polled;
      },
    }));
    assert.deepEqual(found, ['failuresAreTrue']);
  });
});
