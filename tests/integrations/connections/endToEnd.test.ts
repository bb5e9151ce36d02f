import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Google, startGoogle } from '../../support/providers/google.ts';
import { type HttpPerson, startServer, type TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';
import { begin, complete } from './google.ts';
import { mail } from './syncing.ts';

let google: Google;
let server: TestServer;
let ana: HttpPerson;
beforeAll(async () => {
  google = await startGoogle();
  server = await startServer('embedded', { ...google.env(), ALLOWED_ORIGINS: 'https://app.example' });
  ana = await server.person('ana@example.com');
}, 60_000);
afterAll(async () => {
  await server.stop();
  await google.stop();
});

/** Begins a sign-in, goes through it in a browser, and arrives at Jarvis's own address. */
async function arrive(input: object = {}) {
  const { beginConnection } = await ana.ask(begin, { input: { provider: 'GMAIL', ...input } });
  const { location } = await google.signIn(beginConnection.authorizationUrl);
  const { pathname, search } = new URL(location);
  const callback = `${server.url}${pathname}${search}`;
  return { state: beginConnection.state as string, callback, response: await fetch(callback, { redirect: 'manual' }) };
}

const plain = (html: string) => html.replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('where providers send people back to', () => {
  test('without an address of an app, a page shows what to hand on, runs nothing and stays in no cache', async () => {
    const { response, state } = await arrive();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const page = await response.text();
    expect(page).not.toMatch(/<script|src=|href=|at-|rt-/);
    const input = JSON.parse(plain(/<pre>([^<]+)<\/pre>/.exec(page)![1]!));
    expect(input.state).toBe(state);
    expect(Object.keys(input.parameters).sort()).toEqual(['code', 'iss']);
    expect((await ana.ask(complete, { input })).completeConnection.errors).toEqual([]);
  });

  test.each(['jarvis://connected?from=settings', 'https://app.example/done'])(
    'hands all on to %s',
    async (returnTo) => {
      const { response, state } = await arrive({ returnTo });
      expect(response.status).toBe(302);
      const to = new URL(response.headers.get('location')!);
      expect(to.href.startsWith(returnTo)).toBe(true);
      expect(to.searchParams.get('state')).toBe(state);
      expect(to.searchParams.get('code')).toBeTruthy();
    },
  );

  test('hands on a refusal likewise, and harmlessly whatever stands in it', async () => {
    const { beginConnection } = await ana.ask(begin, { input: { provider: 'GMAIL' } });
    const bad = encodeURIComponent('<script>alert(1)</script>');
    const query = `state=${beginConnection.state}&error=access_denied&error_description=${bad}`;
    const page = await (await fetch(`${server.url}/connections/callback?${query}`)).text();
    expect(page).toContain('You were not signed in');
    expect(page).not.toContain('<script>');
    google.grants = false;
    const { response } = await arrive({ returnTo: 'jarvis://connected' });
    expect(response.headers.get('location')).toContain('error=access_denied');
    google.grants = true;
  });

  test.each([
    ['no state', ''],
    ['a made-up one', '?state=made-up&code=x'],
    ['an endless one', `?state=${'x'.repeat(5_000)}`],
    ['two', '?state=a&state=b'],
  ])('knows nothing of %s', async (_, query) => {
    const response = await fetch(`${server.url}/connections/callback${query}`, { redirect: 'manual' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('This sign-in is over');
  });

  test('is only to be read', async () => {
    expect((await fetch(`${server.url}/connections/callback`, { method: 'POST' })).status).toBe(405);
  });
});

test('a stranger connects Gmail, and sees the sync run', async () => {
  google.account = 'stranger@gmail.com';
  google.mailbox.add(...Array.from({ length: 7 }, (_, i) => mail(`m${i}`)));
  const { state, callback } = await arrive({ returnTo: 'jarvis://connected' });
  const socket = ana.socket();
  const seen: any[] = [];
  // From the beginning, so that it does not matter when the socket is open.
  const first = (await server.platform.db.event.findFirstOrThrow({ orderBy: { at: 'asc' } })).id;
  const stop = socket.subscribe<any>(
    {
      query: `subscription { syncStatus(after: "${first}") { state received failure event { id } connection { accountLabel syncing lastSyncAt } } }`,
    },
    { next: ({ data }) => seen.push(data?.syncStatus), error: (error) => seen.push(error), complete: () => {} },
  );
  const parameters = Object.fromEntries(new URL(callback).searchParams);
  const { completeConnection } = await ana.ask(complete, { input: { state, parameters } });
  const mine = () => seen.filter((one) => one?.connection?.accountLabel === 'stranger@gmail.com');
  await until('the sync has ended', () => mine().some((one) => one.state === 'FINISHED'));
  expect(mine()[0].state).toBe('STARTED');
  expect(mine().at(-1)).toMatchObject({
    state: 'FINISHED',
    received: 7,
    failure: null,
    connection: { syncing: false },
  });
  const after = mine()[0].event.id;
  const replayed: any[] = [];
  const stopReplay = socket.subscribe<any>(
    {
      query:
        'subscription ($id: ID, $after: ID) { syncStatus(connectionId: $id, after: $after) { state event { id } } }',
      variables: { id: completeConnection.connection.id, after },
    },
    { next: ({ data }) => replayed.push(data?.syncStatus), error: () => {}, complete: () => {} },
  );
  await until('what was missed came', () => replayed.some((one) => one?.state === 'FINISHED'));
  expect(replayed.some((one) => one.event.id === after)).toBe(false);
  stop();
  stopReplay();
  await socket.dispose();
  const tables = await server.platform.db.$queryRaw<{ name: string }[]>`
    SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'bullmq')`;
  const texts = [server.log()];
  for (const { name } of tables) {
    const rows = await server.platform.db.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM ${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  for (const planted of google.secrets) expect(texts.filter((text) => text.includes(planted))).toEqual([]);
}, 60_000);
