/** Goal: what a person sees while an export runs. Method: the real command in a real terminal. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startStage, type Stage } from '../end-to-end/stage.ts';
import { environmentOf } from './command.ts';
import { inTerminal } from './terminal.ts';

describe('watch on a terminal', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
  });
  after(() => stage.close());

  test('redraws one line per component in place, with bar, counts, rate, end and next look, to the result', async (t) => {
    const request = stage.addExport({ shards: 3, runningMs: 12_000 });
    const handle = await stage.client.start(request);
    const terminal = await inTerminal(t, ['watch', handle.workflowId], environmentOf(stage));
    const component =
      /^ +atlas-\w+-shard-\d [█░]{24} InProgress +\d+ of \d+ collections +[\d.]+\/min ends about \d\d:\d\d:\d\d next look \d\d:\d\d:\d\d$/gm;
    const during = await terminal.sees(component);
    assert.equal([...during.matchAll(/^ +atlas-\w+-shard-0 /gm)].length, 1, `drawn twice:\n${during}`);
    t.diagnostic(`\n${during}`);
    const atEnd = await terminal.sees(/ended with 0/);
    assert.match(atEnd, /^Exported\.$/m);
    assert.equal([...atEnd.matchAll(/[█░]{24}/g)].length, 3, `left from before:\n${atEnd}`);
  });

  test('stops on Ctrl-C with 130 and says how to come back', async (t) => {
    const request = stage.addExport({ shards: 0, runningMs: 6_000 });
    const handle = await stage.client.start(request);
    const terminal = await inTerminal(t, ['watch', handle.workflowId], environmentOf(stage));
    await terminal.sees(/InProgress/);
    await terminal.press('C-c');
    const seen = await terminal.sees(/ended with 130/);
    assert.match(seen, /The export goes on\./);
    assert.equal((await handle.result()).outcome, 'exported');
  });
});
