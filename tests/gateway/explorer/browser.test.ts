import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { createExplorerHandler } from '../../../gateway/explorer/serve.ts';
import { StandIn } from './standIn.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const installed = existsSync(executablePath);
if (!installed) {
  console.warn(`The explorer was NOT tested in a browser: there is no ${executablePath}. apt-get install chromium`);
}
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
const screenshots = process.env.EXPLORER_SCREENSHOTS;

(installed ? describe : describe.skip)('the explorer in Chromium', () => {
  let browser: Browser;
  let graph: StandIn;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    // In a process of its own: vite does not load inside jest. Quick when the build is up to date, as it usually is.
    const build = "import('./gateway/explorer/build.ts').then((explorer) => explorer.buildExplorer())";
    execFileSync(process.execPath, ['--import', 'tsx', '--eval', build], { stdio: 'inherit' });
    const args = [...flags.split(' '), '--disable-component-update', '--disable-sync'];
    browser = await chromium.launch({ executablePath, args });
  }, 60_000);

  afterAll(() => browser?.close());

  beforeEach(async () => {
    graph = await new StandIn(createExplorerHandler()).start();
    context = await browser.newContext({ colorScheme: 'light' });
    context.setDefaultTimeout(10_000);
    complaints = [];
    context.on('request', (request) => {
      const { host, protocol } = new URL(request.url());
      const own = host === new URL(graph.origin).host || protocol === 'data:' || protocol === 'blob:';
      if (!own) complaints.push(`request to ${request.url()}`);
    });
    context.on('console', (message) => {
      // A refused token is part of what is tested; everything else that reaches the console is a fault.
      if (message.type() === 'error' && !/401/.test(message.text())) complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(String(error.error())));
    page = await open();
  });

  afterEach(async () => {
    await context.close();
    await graph.stop();
    expect(complaints).toEqual([]);
  });

  async function open(viewport = { width: 1280, height: 800 }): Promise<Page> {
    const opened = await context.newPage();
    await opened.setViewportSize(viewport);
    await opened.goto(graph.origin);
    await opened.locator('.graphiql-query-editor .view-line').first().waitFor();
    return opened;
  }

  const button = (name: string | RegExp, on = page) =>
    on.getByRole('button', { name, exact: typeof name === 'string' });
  const who = (on = page) => on.getByLabel('Signed in as');
  const signIn = async (on = page) => {
    await button('Sign in (development)', on).click();
    await button('Sign out', on).waitFor();
  };
  const run = (on = page) => button(/^Execute query/, on).click();
  const shows = (text: string, on = page) => on.locator('.result-window').filter({ hasText: text }).waitFor();
  const openExample = async (name: string, on = page) => {
    const panel = on.getByRole('region', { name: 'Examples' });
    if (!(await panel.isVisible())) await button('Show Examples', on).click();
    await panel.getByRole('button', { name: new RegExp(`^${name} `) }).click();
  };
  const picture = async (name: string, on = page) => {
    if (screenshots) await on.screenshot({ path: `${screenshots}/explorer-${name}.png` });
  };

  test('one click signs in, and the welcome query runs as that person', async () => {
    expect(await who().textContent()).toBe('Not signed in');
    await picture('welcome');
    await signIn();
    await page.getByText('Name of demo@jarvis.example').waitFor();
    await run();
    await shows('"id": "user_1"');
    await picture('signed-in');

    await page.reload();
    await page.getByText('Name of demo@jarvis.example').waitFor();
    await button('Sign out').click();
    await button('Sign in (development)').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('another address or an API key may be used, and a refusal is said aloud', async () => {
    await button('Other ways').click();
    await page.getByLabel('E-mail (development)').fill('nobody@refused.example');
    await picture('panel');
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'This address may not sign in.' }).waitFor();
    await picture('refused');

    await button('Other ways').click();
    await page.getByLabel('API key').fill(`Bearer ${graph.apiKey}`);
    await button('Use key').click();
    await page.getByText('Name of robot@jarvis.example').waitFor();
    await run();
    await shows('"id": "user_1"');
  });

  test('a graph without development sign-in gets no such button', async () => {
    graph.developmentSignIn = false;
    page = await open();
    await button('Sign in').click();
    await page.getByLabel('API key').waitFor();
    expect(await page.getByRole('banner').getByText('development').count()).toBe(0);
  });

  test('examples open in tabs of their own, with variables, and once only', async () => {
    await openExample('LogProgress');
    await page.locator('.graphiql-query-editor').getByText('mutation LogProgress').waitFor();
    await page.locator('[aria-label="Variables"]').getByText('goalId').waitFor();
    await openExample('ProgressUpdated');
    await openExample('LogProgress');
    expect(await page.getByRole('tab').count()).toBe(3);
    await picture('examples');
  });

  test('the documentation comes from the graph itself', async () => {
    await button('Show Documentation Explorer').click();
    await page.getByRole('region', { name: 'Documentation Explorer' }).getByText('Mutation', { exact: true }).click();
    await page.getByRole('link', { name: 'signInForDevelopment', exact: true }).waitFor();
    await picture('docs');
  });

  test('a subscription shows every event, and a second tab shares the sign-in', async () => {
    await signIn();
    const second = await open();
    await button('Sign out', second).waitFor();
    await openExample('ProgressUpdated', second);
    await run(second);
    const log = second.getByRole('region', { name: 'Events' });
    await log.getByText('ProgressUpdated live').waitFor();
    graph.publish('4.2');
    await shows('"value": "4.2"', second);
    graph.publish('5.1');
    graph.publish('6.0');
    await log.getByText('3 events').waitFor();
    expect(await log.getByRole('listitem').count()).toBe(3);
    await log.getByRole('listitem').first().locator('summary').click();
    await picture('subscription', second);
    await second.emulateMedia({ colorScheme: 'dark' });
    await picture('subscription-dark', second);

    // A lost connection misses nothing: the subscription goes on after the last event it saw.
    graph.dropSockets();
    graph.publish('7.7');
    await log.getByText('4 events').waitFor();
    expect(graph.resumedAfter).toEqual([null, 'event_3']);

    await button(/^Stop/, second).click();
    await log.getByText('ProgressUpdated ended').waitFor();
    await button('Sign out').click();
    await button('Sign in (development)', second).waitFor();
  });

  test('tokens are refreshed before they end, once for all tabs, and a subscription outlives them', async () => {
    graph.tokenLife = 2_500;
    await signIn();
    const second = await open();
    await button('Sign out', second).waitFor();
    await openExample('ProgressUpdated', second);
    await run(second);
    const log = second.getByRole('region', { name: 'Events' });
    await log.getByText('ProgressUpdated live').waitFor();
    graph.publish('1');
    await log.getByText('1 event').waitFor();
    // The socket is closed with the token it came with, and made anew with the next.
    await graph.subscribed(2);
    graph.publish('2');
    await log.getByText('2 events').waitFor();
    await run();
    await shows('"id": "user_1"');
    expect(graph.reuses).toBe(0);
    // Two tabs, a life of 2.5 s, refreshed at 2 s: each refresh is done once, not once a tab.
    expect(graph.refreshes).toBeGreaterThanOrEqual(1);
    expect(await who(second).textContent()).toBe('Name of demo@jarvis.example');
  });

  test('a session that the graph has ended says so', async () => {
    graph.tokenLife = 1_500;
    await signIn();
    // Written as text: the repository's tests are compiled without the DOM's types.
    await page.evaluate(`{
      const key = 'jarvis-explorer:session';
      const stored = JSON.parse(sessionStorage.getItem(key));
      sessionStorage.setItem(key, JSON.stringify({ ...stored, refreshToken: 'revoked' }));
    }`);
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();
    await button('Sign in (development)').waitFor();
  });

  test('dark follows the system until it is chosen', async () => {
    const background = () =>
      page.evaluate(`getComputedStyle(document.querySelector('.jarvis-header')).backgroundColor`);
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    expect(dark).not.toBe(light);
    await picture('dark');
    await button(/^Theme: system/).click();
    await button(/^Theme: light/).waitFor();
    expect(await background()).toBe(light);
    await page.reload();
    await button(/^Theme: light/).click();
    await button(/^Theme: dark/).waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await background()).toBe(dark);
  });

  test('fits a narrow window', async () => {
    await page.evaluate('localStorage.clear()');
    await page.close();
    page = await open({ width: 390, height: 800 });
    await picture('narrow-welcome');
    await signIn();
    await run();
    await shows('"id": "user_1"');
    await picture('narrow');
    await button('Show Examples').click();
    await picture('narrow-examples');
    await openExample('LogProgress');
    await page.getByRole('region', { name: 'Examples' }).waitFor({ state: 'hidden' });
    await picture('narrow-example');
    expect((await page.locator('.graphiql-sessions').boundingBox())!.width).toBeGreaterThan(300);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });
});
