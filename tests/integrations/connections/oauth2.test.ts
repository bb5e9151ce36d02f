import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { type OAuthServer, startOAuthServer } from '../../support/providers/oauth.ts';
import { begin, complete, look } from './google.ts';
import { beginSyncing, ids, items, syncAgain, work } from './syncing.ts';

let posts: { guid: string; body: { plain: string }; when: number; link?: string }[] = [];
const server: OAuthServer = await startOAuthServer(({ path, query }, { url }) => {
  if (path === '/me') return { status: 200, body: { user: { id: 77, handle: '@ana' } } };
  if (path !== '/posts') return null;
  const from = Number(query.get('from') ?? 0);
  const next = from + 2 < posts.length ? `${url}/posts?from=${from + 2}` : undefined;
  return { status: 200, body: { data: posts.slice(from, from + 2), paging: { next } } };
});
beginGraph({
  people: 'EACH_TEST',
  start: {
    env: {
      OAUTH2_NAME: 'Chirper',
      OAUTH2_CLIENT_ID: server.clientId,
      OAUTH2_CLIENT_SECRET: server.clientSecret,
      OAUTH2_AUTHORIZE_URL: `${server.url}/authorize`,
      OAUTH2_TOKEN_URL: `${server.url}/token`,
      OAUTH2_ACCOUNT_URL: `${server.url}/me`,
      OAUTH2_ITEMS_URL: `${server.url}/posts`,
      OAUTH2_SCOPES: 'read, offline',
      OAUTH2_FIELDS: JSON.stringify({
        items: 'data',
        next: 'paging.next',
        id: 'guid',
        text: 'body.plain',
        url: 'link',
        at: 'when',
        accountId: 'user.id',
        accountLabel: 'user.handle',
      }),
    },
  },
});
beginSyncing();
beforeAll(() => {
  server.now = () => graph.clock.now();
});
afterAll(() => server.stop());

const post = (n: number) => ({ guid: `p${n}`, body: { plain: `Post ${n}` }, when: 1_773_000_000 + n });

async function connect(): Promise<Record<string, any>> {
  const { beginConnection } = await ana.data(begin, { input: { provider: 'OAUTH2' } });
  expect(new URL(beginConnection.authorizationUrl).searchParams.get('scope')).toBe('read offline');
  const { parameters } = await server.signIn(beginConnection.authorizationUrl);
  const input = { state: beginConnection.state, parameters };
  return (await ana.data(complete, { input })).completeConnection.connection;
}

test('a service that only the configuration knows is connected, and its posts are read back to those that are known', async () => {
  posts = [5, 4, 3, 2, 1].map(post);
  const { id, accountLabel } = await connect();
  expect(accountLabel).toBe('@ana');
  await work(id);
  expect(await ids(id)).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
  expect((await items(id)).p5).toMatchObject({
    name: 'post',
    text: 'Post 5',
    at: new Date((1_773_000_000 + 5) * 1_000),
  });
  posts = [8, 7, 6, 5, 4, 3, 2, 1].map(post);
  server.calls.length = 0;
  await syncAgain(id);
  expect(await ids(id)).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8']);
  expect(server.calls.filter(({ path }) => path === '/posts')).toHaveLength(2);
});

test('its next page is not followed to another server, with the access in hand', async () => {
  posts = [post(1)];
  const { id } = await connect();
  server.faults.push({
    path: '/posts',
    fault: { status: 200, body: { data: [post(9)], paging: { next: 'http://elsewhere.example/posts' } } },
  });
  await work(id);
  expect(await ids(id)).toEqual(['p9']);
  expect((await look(ana, id)).log.nodes[0].kind).toBe('SYNCED');
});

test.each([
  ['{"id":"a"}', 'ways into an answer'],
  ['no JSON', 'ways into an answer'],
  ['{"id":"a","at":"b","other":"c"}', 'ways into an answer'],
])('the configuration refuses %s', async (text, message) => {
  const { readConfig } = await import('../../../subgraphs/shared/config.ts');
  expect(() => readConfig({ OAUTH2_FIELDS: text })).toThrow(message);
});
