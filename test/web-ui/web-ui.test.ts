import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { startStage, type Stage } from '../end-to-end/stage.ts';
import { openWebUi, type WebUi } from './web-ui.ts';

/*
 * A person with nothing but a browser: starts exports by typing JSON into Temporal's Web UI, reads how they go,
 * and cancels one.
 */
describe('in the Web UI', () => {
  let stage: Stage;
  let ui: WebUi;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atlas-export-web-ui-'));
    stage = await startStage({ ui: true });
    await stage.startWorker();
    ui = await openWebUi(stage.server.uiUrl);
  });
  afterEach(async ({ name }) => {
    await ui.screenshot(join(folder, `${name.replaceAll(/\W+/g, '-')}.png`));
  });
  after(async () => {
    await ui.close();
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(workflowId: string, input: unknown): Promise<void> {
    const { taskQueue } = stage;
    const json = JSON.stringify(input, undefined, 2);
    await ui.fillInStart({ workflowId, taskQueue, workflowType: 'exportSnapshot', input: json });
    await ui.start();
  }

  test('an export started with plain JSON tells where it goes, how far each component is, and how it ended', async () => {
    const request = stage.addExport({ runningMs: 3_000 });
    await start('typed', request);
    await ui.says(/Completed/, /"outcome": "exported"/);
    await ui.openTab('User Metadata');
    const [job] = stage.simulator.books.jobs.filter(({ clusterName }) => clusterName === request.clusterName);
    assert.ok(job !== undefined, 'Atlas has no job of it');
    const text = await ui.says(/Exported snapshot/, /look 1 at job/);
    for (const part of [
      request.groupId,
      request.clusterName,
      request.snapshotId,
      request.exportBucketId ?? '',
      job.exportId,
      job.prefix,
    ])
      assert.ok(text.includes(part), `the details do not say ${part}:\n${text}`);
    for (const shard of [0, 1, 2]) assert.match(text, new RegExp(`shard-${shard}\\s+Successful`));
  });

  test('wrong JSON ends Failed at once, and the details name every problem', async () => {
    const { groupId, ...rest } = stage.addExport();
    await start('mistyped', { ...rest, groupID: groupId, polling: { minimumInterval: 'often' } });
    await ui.says(/Failed/, /InvalidInput/);
    await ui.openTab('User Metadata');
    await ui.says(
      /Refused: the request is wrong/,
      /groupId: is required/,
      /groupID: is not a field of an export request \(did you mean groupId\?\)/,
      /polling\.minimumInterval: is not a field of polling \(did you mean polling\.minInterval\?\)/,
    );
  });

  test('an export that is cancelled says that the job at Atlas goes on, and how to pick it up again', async () => {
    const request = stage.addExport({ shards: 0, runningMs: 600_000 });
    await start('called-off', request);
    await ui.openTab('User Metadata');
    await ui.says(/Exporting snapshot/, /Export job [0-9a-f]{24}: InProgress/);
    await ui.cancel();
    const text = await ui.says(
      /Cancell?ed/,
      /Tracking cancelled/,
      /Atlas has no way to cancel an export job/,
      /Ask for the same export again/,
    );
    assert.equal(text.match(/Atlas has no way to cancel/g)?.length, 1, `it is said more than once:\n${text}`);
    const states = stage.simulator.books.jobs
      .filter(({ clusterName }) => clusterName === request.clusterName)
      .map(({ state }) => state);
    assert.deepEqual(states, ['InProgress']);
  });
});
