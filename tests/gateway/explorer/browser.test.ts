import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createExplorerHandler } from '../../../gateway/explorer/serve.ts';
import { describeInChromium } from './browser.ts';
import { StandIn } from './standIn.ts';

/** The shared one asks for more than the stand-in has. */
const subscription =
  'subscription ProgressUpdated($after: ID) { progressUpdated(after: $after) { event { id } entry { value } } }';

describeInChromium('the explorer, before a graph that refuses, expires and breaks off', (windows) => {
  let graph: StandIn;

  beforeEach(async () => {
    graph = await new StandIn(createExplorerHandler()).start();
  });

  afterEach(() => graph.stop());

  test('offers the ways to sign in that there are, says refusals aloud, and takes an API key', async () => {
    graph.developmentSignIn = false;
    const tab = await windows.open(graph.origin);
    const { page } = tab;
    await tab.button('Sign in').click();
    await page.getByLabel('API key').waitFor();
    expect(await page.getByRole('banner').getByText('development').count()).toBe(0);

    graph.developmentSignIn = true;
    await tab.reload();
    await tab.button('Other ways').click();
    await page.getByLabel('E-mail (development)').fill('nobody@refused.example');
    await tab.picture('panel');
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'This address may not sign in.' }).waitFor();
    await tab.picture('refused');

    await tab.button('Other ways').click();
    await page.getByLabel('API key').fill(`Bearer ${graph.apiKey}`);
    await tab.button('Use key').click();
    await page.getByText('Name of robot@jarvis.example').waitFor();
    await tab.run();
    await tab.shows('"id": "user_1"');
    await tab.button('Forget key').click();
    await tab.button('Sign in (development)').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  }, 60_000);

  test('a subscription misses nothing when the connection breaks or the token ends, until the session does', async () => {
    const tab = await windows.open(graph.origin);
    await tab.write('operation', subscription);
    await tab.run();
    await tab.shows('Sign in first');
    expect(await tab.page.locator('.result-window').textContent()).not.toContain('stack');
    await tab.signIn();
    await tab.write('operation', subscription);
    await tab.run();
    await tab.events.getByText('ProgressUpdated live').waitFor();
    graph.publish('1');
    await tab.events.getByText('1 event').waitFor();
    graph.dropSockets();
    graph.publish('2');
    await tab.events.getByText('2 events').waitFor();
    expect(graph.resumedAfter).toEqual([null, 'event_1']);

    // Tokens of 2.5 s, refreshed at 2 s: once for both tabs, not once a tab.
    graph.tokenLife = 2_500;
    await tab.button(/^Stop query/).click();
    await tab.events.getByText('ProgressUpdated ended').waitFor();
    await tab.button('Sign out').click();
    await tab.signIn();
    const second = await windows.open(graph.origin);
    await second.button('Sign out').waitFor();
    await tab.run();
    await tab.events.getByText('ProgressUpdated live').waitFor();
    graph.publish('3');
    await tab.events.getByText('1 event').waitFor();
    // The socket is closed with the token it came with, and made anew with the next.
    await graph.subscribed(4);
    graph.publish('4');
    await tab.events.getByText('2 events').waitFor();
    await second.write('operation', '{ viewer { id } }');
    await second.run();
    await second.shows('"id": "user_1"');
    expect([graph.refreshes > 0, graph.reuses]).toEqual([true, 0]);

    // Written as text: the repository's tests are compiled without the DOM's types.
    await second.page.close();
    await tab.page.evaluate(`{
      const key = 'jarvis-explorer:session';
      const stored = JSON.parse(sessionStorage.getItem(key));
      sessionStorage.setItem(key, JSON.stringify({ ...stored, refreshToken: 'revoked' }));
    }`);
    await tab.page.reload();
    await tab.page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();
    await tab.button('Sign in (development)').waitFor();
  }, 60_000);

  test('fits a narrow window, and is dark when the system or the person says so', async () => {
    const tab = await windows.open(graph.origin, { width: 390, height: 800 });
    const { page } = tab;
    await tab.picture('narrow-welcome');
    await tab.button('Show Examples').click();
    await tab.picture('narrow-examples');
    await tab.openExample('LogProgress');
    await page.getByRole('region', { name: 'Examples' }).waitFor({ state: 'hidden' });
    await tab.picture('narrow-example');
    expect((await page.locator('.graphiql-sessions').boundingBox())!.width).toBeGreaterThan(300);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);

    const background = () =>
      page.evaluate(`getComputedStyle(document.querySelector('.jarvis-header')).backgroundColor`);
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    expect(dark).not.toBe(light);
    await tab.button(/^Theme: system/).click();
    await tab.button(/^Theme: light/).waitFor();
    expect(await background()).toBe(light);
    await tab.reload();
    await tab.button(/^Theme: light/).click();
    await tab.button(/^Theme: dark/).waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await background()).toBe(dark);
  }, 60_000);
});
