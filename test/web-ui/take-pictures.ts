import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { environmentOf } from '../cli/command.ts';
import { inTerminal } from '../cli/terminal.ts';
import { startStage, type Stage } from '../end-to-end/stage.ts';
import { openBrowser, openWebUi, type WebUi } from './web-ui.ts';

/*
 * `npm run pictures`: takes every picture of docs/images anew, of the real things, and ends. For people to look at
 * before they commit them: pictures differ with every run, so no test compares them.
 */
const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

async function takePictures(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const closing: (() => Promise<unknown>)[] = [];
  const stage = await startStage({ ui: true, taskQueue: 'atlas-export' });
  closing.push(() => stage.close());
  try {
    await stage.startWorker();
    const ui = await openWebUi(stage.server.uiUrl);
    closing.push(() => ui.close());
    await takeStart(stage, ui);
    await takeRun(stage, ui);
    await takeCancelled(stage, ui);
    await takeWatch(stage, { after: (close) => closing.push(close) });
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

const picture = (name: string): string => join(folder, `${name}.png`);

async function takeStart({ taskQueue, ...stage }: Stage, ui: WebUi): Promise<void> {
  const input = JSON.stringify(stage.addExport(), undefined, 2);
  await ui.fillInStart({ workflowId: 'typed-by-hand', taskQueue, workflowType: 'exportSnapshot', input });
  await ui.screenshot(picture('web-ui-start'));
}

async function takeRun(stage: Stage, ui: WebUi): Promise<void> {
  const handle = await stage.client.start(stage.addExport({ queuedMs: 1_000, runningMs: 300_000 }));
  await ui.openRun(handle.workflowId);
  await ui.says(/look 2 at job/);
  await ui.screenshot(picture('web-ui-history'));
  await ui.openTab('User Metadata');
  await ui.says(/Exporting snapshot/, /shard-2\s+InProgress/);
  // The frame around the details takes its height when it is opened.
  await ui.openRun(handle.workflowId);
  await ui.openTab('User Metadata');
  await ui.says(/shard-2\s+InProgress/);
  await ui.screenshot(picture('web-ui-details'));
}

async function takeCancelled(stage: Stage, ui: WebUi): Promise<void> {
  const handle = await stage.client.start(stage.addExport({ shards: 0, runningMs: 600_000 }));
  await ui.openRun(handle.workflowId);
  await ui.openTab('User Metadata');
  await ui.says(/Exporting snapshot/, /Export job [0-9a-f]{24}: InProgress/);
  await ui.cancel();
  await ui.says(/Cancell?ed/, /Tracking cancelled/);
  await ui.screenshot(picture('web-ui-cancelled'));
}

/** What tmux holds on its screen, drawn by the browser in a fixed-width font. */
async function takeWatch(stage: Stage, t: { after(close: () => Promise<unknown>): void }): Promise<void> {
  const handle = await stage.client.start(stage.addExport({ queuedMs: 500, runningMs: 60_000 }));
  const terminal = await inTerminal(t, ['watch', handle.workflowId], environmentOf(stage));
  const screen = await terminal.sees(/shard-2 █{4,}░+ InProgress .*\/min/);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage({ deviceScaleFactor: 2, viewport: { width: 1280, height: 300 } });
  await page.setContent(
    '<pre style="margin:0;padding:16px;display:inline-block;background:#1b1f27;color:#dfe3ea;font:13px/1.45 monospace"></pre>',
  );
  const drawn = page.locator('pre');
  await drawn.evaluate((element, text) => {
    element.textContent = text;
  }, `$ atlas-export watch ${handle.workflowId}\n${screen}`);
  await drawn.screenshot({ path: picture('atlas-export-watch') });
}

await takePictures();
