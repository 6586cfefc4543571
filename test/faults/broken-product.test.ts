import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { violationsOf } from '../../faults/simulation/invariants/index.ts';
import type { Scenario } from '../../faults/simulation/scenario.ts';
import type { ExportActivities } from '../../src/activities/index.ts';
import { evidenceOf, quietScenario } from './quiet-scenario.ts';

/**
 * Goal: no check of the fault simulation is one that cannot fail. Method: the product is broken in one way, from
 * outside, and exactly the checks that watch over that go red; unbroken, the same run leaves nothing to say.
 */
describe('the fault simulation', () => {
  async function redChecks(
    scenario: Scenario,
    breakActivities?: (activities: ExportActivities) => ExportActivities,
  ): Promise<string[]> {
    const evidence = await evidenceOf(scenario, breakActivities === undefined ? {} : { breakActivities });
    return [...new Set(violationsOf(evidence).map(({ invariant }) => invariant))].sort();
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

  test('sees an export that goes on for ever although its job has ended', async () => {
    const scenario = quietScenario('Successful');
    // Rare looks, or the two days until it is seen to go on would be hundreds of them.
    const settings = { polling: { preset: 'thrifty', minInterval: '50 minutes' } } as const;
    const requests = scenario.requests.map((request) => ({ ...request, settings }));
    const found = await redChecks({ ...scenario, requests }, (activities) => ({
      ...activities,
      pollExportJob: async (input) => {
        const polled = await activities.pollExportJob(input);
        return { ...polled, job: { ...polled.job, state: 'InProgress' } };
      },
    }));
    assert.deepEqual(found, ['everyRequestEnds']);
  });
});
