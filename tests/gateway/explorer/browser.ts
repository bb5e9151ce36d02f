import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import pg from 'pg';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const installed = existsSync(executablePath);
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
const screenshots = process.env.EXPLORER_SCREENSHOTS;
/** Long, as other tests keep the processor busy meanwhile: nothing waits so long that works. */
const patience = 20_000;

/** The one browser of a test file, with a new profile for each test. */
export interface ChromiumWindows {
  /** Opens the explorer of a gateway in a new tab, ready to be used. */
  open(origin: string, viewport?: { width: number; height: number }): Promise<Tab>;
}

/**
 * Declares tests in a headless Chromium. Each fails when the page asked another host for anything or wrote an error to
 * its console. Without Chromium they are skipped, loudly; with JARVIS_NO_SKIP they run and fail.
 * @param body gets the windows, to be used inside of its tests
 */
export function describeInChromium(title: string, body: (windows: ChromiumWindows) => void): void {
  // Not by the console, which jest's workers lose when a whole file is skipped.
  if (!installed) process.stderr.write(`${title}: SKIPPED, no ${executablePath} (Debian: apt-get install chromium)\n`);
  const declare = installed || process.env.JARVIS_NO_SKIP ? describe : describe.skip;
  declare(title, () => {
    let browser: Browser;
    let context: BrowserContext;
    const complaints: string[] = [];
    const origins = new Set<string>();

    beforeAll(async () => {
      await build();
      const args = [...flags.split(' '), '--disable-component-update', '--disable-sync'];
      browser = await chromium.launch({ executablePath, args });
    }, 120_000);

    afterAll(() => browser?.close());

    beforeEach(async () => {
      context = await browser.newContext({ colorScheme: 'light' });
      context.setDefaultTimeout(patience);
      context.on('request', (request) => {
        const { origin, protocol } = new URL(request.url());
        const own = origins.has(origin) || protocol === 'data:' || protocol === 'blob:';
        if (!own) complaints.push(`request to ${request.url()}`);
      });
      context.on('console', (message) => {
        // A refused token is part of what is tested; everything else that reaches the console is a fault.
        if (message.type() === 'error' && !/401/.test(message.text())) complaints.push(message.text());
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
    });

    afterEach(async () => {
      for (const [number, page] of context.pages().entries()) await picture(page, `last-${number}`);
      await context.close();
      expect(complaints.splice(0)).toEqual([]);
    });

    body({
      async open(origin, viewport = { width: 1280, height: 800 }) {
        origins.add(origin);
        const page = await context.newPage();
        await page.setViewportSize(viewport);
        await page.goto(origin);
        const tab = new Tab(page);
        await tab.ready();
        return tab;
      },
    });
  });
}

/**
 * In a process of its own, as vite does not load inside jest; quick when the build is up to date, as it usually is. One
 * test file at a time, by a lock of the database that all of them have.
 */
async function build(): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.JARVIS_TEST_POSTGRES });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(hashtext($1))', ['explorer build']);
  const script = "import('./gateway/explorer/build.ts').then((explorer) => explorer.buildExplorer())";
  try {
    execFileSync(process.execPath, ['--import', 'tsx', '--eval', script], { stdio: 'inherit' });
  } finally {
    await client.end();
  }
}

/** What a person sees and does in one tab of the explorer. */
export class Tab {
  readonly page: Page;
  readonly who;
  /** The log of a subscription's events. */
  readonly events;

  constructor(page: Page) {
    this.page = page;
    this.who = page.getByLabel('Signed in as');
    this.events = page.getByRole('region', { name: 'Events' });
  }

  /** Waits until the editors are there and the schema is known, which the sign-in buttons come with. */
  async ready(): Promise<void> {
    await this.page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  async signIn(): Promise<void> {
    await this.button('Sign in (development)').click();
    await this.button('Sign out').waitFor();
  }

  /** Runs the operation of the editor; resolves once the page has begun. */
  async run(): Promise<void> {
    await this.button(/^Execute query/).click();
  }

  /** Waits until the response holds a text. */
  async shows(text: string): Promise<void> {
    await this.page.locator('.result-window').filter({ hasText: text }).waitFor();
  }

  async openExample(name: string): Promise<void> {
    const panel = this.page.getByRole('region', { name: 'Examples' });
    if (!(await panel.isVisible())) await this.button('Show Examples').click();
    await panel.getByRole('button', { name: new RegExp(`^${name} `) }).click();
    await this.page.locator('.graphiql-tab-active').getByText(name, { exact: true }).waitFor();
  }

  /** Runs the operation of the editor and returns what the graph answered. */
  async ask<Answer = any>(): Promise<Answer> {
    const [response] = await Promise.all([
      // The page's own questions, such as who is signed in, give no operation name beside the query.
      this.page.waitForResponse((answer) => answer.request().postDataJSON()?.operationName !== undefined),
      this.run(),
    ]);
    return (await response.json()) as Answer;
  }

  /** Writes something else in place of what an editor holds. */
  async write(editor: 'operation' | 'variables', text: string): Promise<void> {
    const label = editor === 'variables' ? '[aria-label="Variables"]' : '.graphiql-query-editor';
    await this.page.locator(`${label} .view-lines`).first().click();
    await this.page.keyboard.press('ControlOrMeta+A');
    // Pasted: what is typed, the editor completes with closing brackets.
    await this.page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }`);
  }

  /** A screenshot in the folder of EXPLORER_SCREENSHOTS, when that is set. */
  async picture(name: string): Promise<void> {
    await picture(this.page, name);
  }
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: `${screenshots}/explorer-${name}.png` });
}
