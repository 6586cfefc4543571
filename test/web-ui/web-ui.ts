import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findOnPath } from '../../src/testing/temporal-cli.ts';

/** Generous: a person would wait too, and no test judges the Web UI's speed. */
const patienceMs = 30_000;
const lookEveryMs = 250;

export interface StartForm {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly workflowType: string;
  /** Typed as it is. */
  readonly input: string;
}

/** Temporal's Web UI in a real browser, used as a person would: by what is written on the screen. */
export interface WebUi {
  /** Opens "Start Workflow" and fills in the form. */
  fillInStart(form: StartForm): Promise<void>;
  /** Presses the form's button, waits for the word that it was started, and opens the run. */
  start(): Promise<void>;
  /** Opens the latest run of a workflow. */
  openRun(workflowId: string): Promise<void>;
  /** Opens a tab of the run, such as `User Metadata`. */
  openTab(name: string): Promise<void>;
  /** Asks for the run's cancellation and confirms it. */
  cancel(): Promise<void>;
  /** Waits until the page says all of these; returns its text. Fails with what it says instead. */
  says(...patterns: readonly RegExp[]): Promise<string>;
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a headless Chromium. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await findOnPath('chromium', process.env);
  assert.ok(executablePath !== undefined, 'there is no chromium on PATH; `npm test` installs it');
  // Root in a container has no sandbox to give; the only pages opened are the caller's own.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** Opens the list of workflows in a headless Chromium. */
export async function openWebUi(uiUrl: string | undefined): Promise<WebUi> {
  assert.ok(uiUrl !== undefined, 'the server was started without its Web UI');
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(patienceMs);
  await page.goto(uiUrl);
  return {
    fillInStart: (form) => fillInStart(page, uiUrl, form),
    start: async () => {
      await page.getByTestId('start-workflow-button').click();
      await page.getByRole('link', { name: 'Workflow started successfully' }).click();
      await page.getByText('User Metadata').first().waitFor();
    },
    openRun: async (workflowId) => {
      await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
      await page.getByText('User Metadata').first().waitFor();
    },
    openTab: (name) => page.getByText(name).first().click(),
    cancel: async () => {
      await page.getByRole('button', { name: 'Request Cancellation' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    },
    says: (...patterns) => says(page, patterns),
    screenshot: async (path) => {
      await page.screenshot({ path, animations: 'disabled' });
    },
    close: () => browser.close(),
  };
}

async function fillInStart(page: Page, uiUrl: string, form: StartForm): Promise<void> {
  await page.goto(uiUrl);
  await page.getByText('Start Workflow').first().click();
  await page.getByLabel('Workflow ID').fill(form.workflowId);
  await page.getByLabel('Task Queue').fill(form.taskQueue);
  await page.getByLabel('Workflow Type').fill(form.workflowType);
  await page.locator('[contenteditable][data-language=json]').click();
  await page.keyboard.insertText(form.input);
  await page.getByText('Task Queue is Active').waitFor();
}

/** What is on the screen. The Web UI shows Markdown in frames of its own. */
async function textOf(page: Page): Promise<string> {
  const [, ...frames] = page.frames();
  const inFrames = await Promise.all(
    frames.map((frame) =>
      frame
        .locator('body')
        .innerText({ timeout: 1_000 })
        // A frame that is being replaced is read at the next look.
        .catch(() => ''),
    ),
  );
  return [await page.locator('main').innerText(), ...inFrames].join('\n');
}

async function says(page: Page, patterns: readonly RegExp[]): Promise<string> {
  const untilMs = Date.now() + patienceMs;
  for (;;) {
    const text = await textOf(page);
    const missing = patterns.filter((pattern) => !pattern.test(text));
    if (missing.length === 0) return text;
    assert.ok(
      Date.now() < untilMs,
      `the page at ${page.url()} does not say ${missing.join(' and ')}, but:\n${text}`,
    );
    // The Web UI's own key for fresh details.
    await page.keyboard.press('r');
    await delay(lookEveryMs);
  }
}
