/**
 * Half of a character, as JSON can carry it (`"\ud800"`) and as a text that is cut off may end: protobuf has no such
 * text, so the worker's own core cannot read a failed activity that holds one, and the worker ends. Method: the real workflows on a
 * worker, under skipped time.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { ExportActivities } from '../../src/activities/index.ts';
import { PretendAtlas } from '../workflows/pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from '../workflows/time-skipping.ts';

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
  skipIfExported: false,
};

describe('half a character ended the worker, and every export on it stood still', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  test('in what an activity fails with, such as the words of Atlas cut off within a character', async () => {
    const atlas = new PretendAtlas();
    const usual = atlas.activities();
    let failures = 2;
    const pollExportJob: ExportActivities['pollExportJob'] = (input) => {
      if (failures === 0) return usual.pollExportJob(input);
      failures -= 1;
      const message = 'Atlas answered getExportJob with 503: \ud83d';
      const cause = new Error('and \udc00 below');
      throw ApplicationFailure.create({ type: 'ATLAS_UNAVAILABLE', message, cause, details: [message] });
    };
    await time.withWorker({ ...usual, pollExportJob }, async (queue) => {
      const handle = await queue.start(request);
      assert.equal((await handle.result()).outcome, 'exported');
    });
    assert.equal(failures, 0);
  });

  test('in a job that ends, whose reason the failure repeats', async () => {
    const atlas = new PretendAtlas();
    const usual = atlas.activities();
    const pollExportJob: ExportActivities['pollExportJob'] = async (input) => {
      const polled = await usual.pollExportJob(input);
      const stateReason = { errorCode: 'ACCESS_DENIED', message: 'no \ud800 way' };
      return { ...polled, job: { ...polled.job, state: 'Failed', stateReason } };
    };
    await time.withWorker({ ...usual, pollExportJob }, async (queue) => {
      const handle = await queue.start({ ...request, maxAttempts: 1, snapshotId: 'c'.repeat(24) });
      const cause = await causeOf(handle.result());
      assert.equal(cause.type, 'ExportFailed');
      assert.match(cause.message, /no \u{fffd} way/u);
    });
  });

  test('in a request, which anybody can send', async () => {
    await time.withWorker(new PretendAtlas().activities(), async (queue) => {
      for (const odd of [{ clusterName: 'o\ud800' }, { deadline: '\udfff' }, { 'x\ud800': 1 }]) {
        const handle = await queue.start({ ...request, ...odd });
        const cause = await causeOf(handle.result());
        assert.equal(cause.type, 'InvalidInput');
      }
    });
  });
});

async function causeOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  try {
    await result;
  } catch (error) {
    assert.ok(error instanceof WorkflowFailedError, String(error));
    assert.ok(error.cause instanceof ApplicationFailure, String(error.cause));
    return error.cause;
  }
  return assert.fail('it did not fail');
}
