import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultPayloadConverter } from '@temporalio/common';
import * as v from 'valibot';
import { startProofStage, type ProofStage } from './proof-stage.ts';

const heartbeat = v.object({ checkpoint: v.object({ read: v.array(v.object({ key: v.string() })) }) });

describe('a worker that is killed while it reads every object', () => {
  let stage: ProofStage;
  before(async () => {
    stage = await startProofStage();
  });
  after(() => stage.close());

  /** The keys that the running check has told the server of, by its latest heartbeat. */
  async function toldOf(workflowId: string): Promise<string[]> {
    const description = await stage.client.temporal.workflow.getHandle(workflowId).describe();
    const [payload] = description.raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
    if (payload === undefined) return [];
    const read = v.safeParse(heartbeat, defaultPayloadConverter.fromPayload(payload));
    return read.success ? read.output.checkpoint.read.map(({ key }) => key) : [];
  }

  test('loses the objects it was at, and no other: another goes on from its heartbeats', async () => {
    const contents = { collections: 3, files: 4, documents: 20 };
    const objects = 2 * 3 * (4 + 1);
    const readBefore = 11;
    stage.gate.holdAfter(readBefore);
    const worker = await stage.startWorker(stage.access);
    const handle = await stage.client.start({ ...stage.addProofExport({ contents }), verify: 'full' });

    let told: string[] = [];
    for (const deadline = Date.now() + 60_000; told.length < readBefore; await delay(100)) {
      assert.ok(Date.now() < deadline, `the server was told of ${told.length} objects`);
      told = await toldOf(handle.workflowId);
    }
    const underWay = stage.gate.held;
    assert.ok(underWay.length > 0 && underWay.length <= 2, `at ${underWay.join(', ')}`);
    await worker.kill();
    stage.gate.release();
    await stage.startWorker(stage.access);

    const { verification } = await handle.result();
    assert.equal(verification?.outcome, 'proven');
    assert.equal(verification.found?.objects, objects + 1);
    assert.equal(verification.found.documents, 2 * 3 * 4 * 20);
    const twice = stage.gate.opened.filter((key, at, all) => all.indexOf(key) !== at);
    assert.deepEqual(twice.toSorted(), underWay.toSorted(), 'only what was under way is read again');
    assert.equal(new Set(stage.gate.opened).size, objects);
  });
});
