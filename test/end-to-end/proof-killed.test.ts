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

  /** Each file has more than what a crash may cost besides the object under way (32 MiB). */
  const large = { collections: 1, files: 2, documents: 27, attachmentBytes: 1_800_000 };
  const largeBytesMin = 32 * 1024 * 1024;

  test('loses the object under way and no other, whenever it is killed', async () => {
    const files = 2 * large.files;
    const worker = await stage.startWorker(stage.access);
    stage.gate.isDown = true;
    // Of the third data file more is taken than what the way there holds, so the check is at it.
    const third = stage.gate.holdInside({ key: /\/shop\/.*\.0\.json\.gz$/, bytes: largeBytesMin / 2 });
    const handle = await stage.client.start({
      ...stage.addProofExport({ contents: large }),
      verify: 'full',
    });
    // Large files take a while to be written, and a look at half of them would be another test.
    while ((await handle.status()).phase !== 'verifying') await delay(100);
    await stage.allInBucket();
    stage.gate.isDown = false;
    const underWay = await third;
    // At once: nobody has waited for a heartbeat.
    await worker.kill();
    const before = stage.gate.opened.slice();
    stage.gate.release();
    const another = await stage.startWorker(stage.access);

    const { verification } = await handle.result();
    // Else it might be the one that takes the next test's export.
    await another.kill();
    assert.equal(verification?.outcome, 'proven');
    assert.equal(verification.found?.documents, files * large.documents);
    assert.ok(verification.found.bytes > files * largeBytesMin, `${verification.found.bytes} bytes`);
    assert.equal(new Set(before).size, 4, 'two files, metadata.json, and the file that it was at');
    assert.equal(
      before.at(-1),
      underWay,
      'nothing behind a large object is asked for before it is nearly read',
    );
    assert.deepEqual(stage.gate.opened.slice(before.length), [underWay, ...restOf(before)]);

    function restOf(opened: readonly string[]): string[] {
      return [...new Set(stage.gate.opened)].filter((key) => !opened.includes(key));
    }
  });

  test('of many small ones loses no more than what the server had not been told of', async () => {
    const contents = { collections: 3, files: 4, documents: 20 };
    const objects = 2 * 3 * (4 + 1);
    // Those of the database that comes first.
    const readBefore = objects / 2;
    const before = stage.gate.opened.length;
    stage.gate.hold(/\/shop\//);
    const worker = await stage.startWorker(stage.access);
    const handle = await stage.client.start({ ...stage.addProofExport({ contents }), verify: 'full' });

    let told: string[] = [];
    for (const deadline = Date.now() + 60_000; told.length < readBefore; await delay(100)) {
      assert.ok(Date.now() < deadline, `the server was told of ${told.length} objects`);
      told = await toldOf(handle.workflowId);
    }
    assert.equal(told.length, readBefore);
    await worker.kill();
    // Not before: the last of them may have been asked for in its last moment.
    const onTheirWay = stage.gate.held;
    assert.ok(onTheirWay.length > 0 && onTheirWay.length <= 13, `on their way: ${onTheirWay.join(', ')}`);
    stage.gate.release();
    const another = await stage.startWorker(stage.access);

    const { verification } = await handle.result();
    // Else it might be the one that takes the next test's export.
    await another.kill();
    assert.equal(verification?.outcome, 'proven');
    assert.equal(verification.found?.objects, objects + 1);
    assert.equal(verification.found.documents, 2 * 3 * 4 * 20);
    const opened = stage.gate.opened.slice(before);
    const twice = opened.filter((key, at, all) => all.indexOf(key) !== at);
    assert.deepEqual(twice.toSorted(), onTheirWay.toSorted(), 'what had come is not read again');
    assert.equal(new Set(opened).size, objects);
  });
});
