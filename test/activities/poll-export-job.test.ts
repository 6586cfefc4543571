/** Goal: one look tells what Atlas and the components' workflows say, and what the next label needs, and no more. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { exportSearchAttributes } from '../../src/contract/index.ts';
import { startActivityStage, type ActivityStage } from './support/activity-stage.ts';

/** The protocol's number for the type Keyword. */
const keyword = 2;
const componentStatus = { exportId: 'c1', state: 'InProgress', polls: 3 };

async function startWithJob(test: TestContext): Promise<{
  stage: ActivityStage;
  input: { groupId: string; clusterName: string; exportId: string };
}> {
  const stage = await startActivityStage(test);
  const { simulator, orders, ordersSnapshotId: snapshotId, exportBucketId } = stage.atlas;
  const { exportId } = simulator.createForeignJob({ ...orders, snapshotId, exportBucketId });
  return { stage, input: { ...orders, exportId } };
}

function hasSearchAttributes({ temporal }: ActivityStage): void {
  const names = Object.values(exportSearchAttributes).map(({ name }) => [name, keyword]);
  temporal.answers.set('ListSearchAttributes', () => ({ customAttributes: Object.fromEntries(names) }));
}

describe('the activity that looks at an export job', () => {
  test("returns Atlas's document under the contract's names, and asks Temporal nothing", async (t) => {
    const { stage, input } = await startWithJob(t);
    const { job, components, ...others } = await stage.run(() => stage.activities.pollExportJob(input));
    const [booked] = stage.atlas.simulator.books.jobs;
    assert.deepEqual(
      [job.exportId, job.state, job.prefix, job.snapshotId],
      [input.exportId, 'Queued', booked?.prefix, booked?.snapshotId],
    );
    assert.deepEqual([components, others], [[], {}]);
    assert.deepEqual(stage.temporal.calls, []);
    assert.equal(stage.requestsOf('getExportJob'), 1);
  });

  test('leaves out components whose workflow does not answer', async (t) => {
    const { stage, input } = await startWithJob(t);
    let asked = 0;
    stage.temporal.answers.set('QueryWorkflow', () => {
      asked += 1;
      if (asked === 2) throw new Error('this one does not answer');
      return { queryResult: { payloads: [defaultPayloadConverter.toPayload(componentStatus)] } };
    });
    const componentWorkflowIds = ['one', 'two', 'three'];
    const polled = await stage.run(() => stage.activities.pollExportJob({ ...input, componentWorkflowIds }));
    assert.equal(asked, 3);
    assert.deepEqual(polled.components, [componentStatus, componentStatus]);
    assert.equal(polled.job.state, 'Queued');
  });

  test('asks for the search attributes when it sees a state that the export is not labelled with', async (t) => {
    const { stage, input } = await startWithJob(t);
    const look = (labelledState: string): Promise<{ searchAttributesRegistered?: boolean | undefined }> =>
      stage.run(() => stage.activities.pollExportJob({ ...input, labelledState }));
    hasSearchAttributes(stage);
    assert.ok(!('searchAttributesRegistered' in (await look('Queued'))));
    assert.deepEqual(stage.temporal.calls, []);
    assert.equal((await look('InProgress')).searchAttributesRegistered, true);
    assert.deepEqual(stage.temporal.calls, ['ListSearchAttributes']);
  });

  test('sees the job as it was even where Temporal does not say whether it has the search attributes', async (t) => {
    const { stage, input } = await startWithJob(t);
    const polled = await stage.run(() =>
      stage.activities.pollExportJob({ ...input, labelledState: 'InProgress' }),
    );
    assert.deepEqual([polled.job.state, polled.searchAttributesRegistered], ['Queued', false]);
  });
});

describe('the activity that asks whether exports can carry search attributes', () => {
  const input = { groupId: '5'.repeat(24), clusterName: 'orders', snapshotId: 'latest' };

  test('says no where one is missing, is of another type, or the server does not say', async (t) => {
    const all = Object.values(exportSearchAttributes).map(({ name }): [string, number] => [name, keyword]);
    const [first, ...others] = all;
    assert.ok(first !== undefined);
    for (const [registered, attributes] of [
      [true, all],
      [false, others],
      [false, [[first[0], keyword + 1], ...others] satisfies [string, number][]],
      [false, undefined],
    ] as const) {
      const { temporal, activities, run } = await startActivityStage(t);
      if (attributes !== undefined) {
        const customAttributes = Object.fromEntries(attributes);
        temporal.answers.set('ListSearchAttributes', () => ({ customAttributes }));
      }
      assert.equal(await run(() => activities.searchAttributesRegistered(input)), registered);
    }
  });

  test('asks the server once for exports at the same time, and anew 10 s later', async (t) => {
    const stage = await startActivityStage(t);
    const { activities, run, temporal } = stage;
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    hasSearchAttributes(stage);
    assert.equal(await run(() => activities.searchAttributesRegistered(input)), true);
    temporal.answers.clear();
    nowMs = 10_000;
    assert.equal(await run(() => activities.searchAttributesRegistered(input)), true);
    assert.equal(temporal.calls.length, 1);
    nowMs = 10_001;
    assert.equal(
      await run(() => activities.searchAttributesRegistered(input)),
      false,
      'the answer was kept for too long',
    );
    assert.equal(temporal.calls.length, 2);
  });
});
