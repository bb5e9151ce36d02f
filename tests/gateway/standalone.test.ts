import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import WebSocket from 'ws';
import { createJwtVerifier } from '../../gateway/admission/jwt.ts';
import { makeManifest } from '../../gateway/admission/manifest.ts';
import { startStandalone, type TestSubgraph } from '../support/standalone.ts';
import { until } from '../support/until.ts';

type Gateway = Awaited<ReturnType<typeof startStandalone>>;

const users: TestSubgraph = {
  sdl: `type Query { me: User  secret: String @requiresScopes(scopes: [["vault:read"]])  mine: String @authenticated  owned: String @policy(policies: [["owner"]]) }
    type Mutation { rename(name: String!): User }
    type Subscription { renamed: User }
    type User @key(fields: "id") { id: ID!  name: String }`,
  resolvers: {
    Query: { me: () => ({ id: '1', name: 'Ada' }), secret: () => 'gold', mine: () => 'yours' },
    Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ id: '1', name }) },
    Subscription: {
      renamed: {
        subscribe: async function* () {
          for (const name of ['Ada', 'Grace']) yield { renamed: { id: '1', name } };
        },
      },
    },
  },
};
const goals: TestSubgraph = {
  sdl: `type Query { broken: Int }
    type User @key(fields: "id") { id: ID!  goals(first: Int): [String] @listSize(slicingArguments: ["first"], assumedSize: 10)  fails: Int }`,
  resolvers: {
    Query: {
      broken: () => {
        throw new Error('postgres://app:secret@10.0.0.1');
      },
    },
    User: {
      goals: () => ['Run', 'Read'],
      fails: () => {
        throw new Error('at /srv/app/goals.js');
      },
    },
  },
};

const manifest = makeManifest(['query Me { me { name goals } }']);
const [{ id: persistedId, body: persistedBody }] = manifest.operations as [(typeof manifest.operations)[0]];

let gateway: Gateway;
let issuer: Server;
let token: (scope: string) => Promise<string>;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  issuer = createServer((_, response) => response.end(JSON.stringify({ keys: [key] })));
  await new Promise<void>((done) => issuer.listen(0, '127.0.0.1', done));
  const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`;
  token = async (scope) =>
    `Bearer ${await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setSubject('ana')
      .setIssuer('https://issuer.example')
      .setAudience('graph')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)}`;
  gateway = await startStandalone(
    { users, goals },
    {
      verify: createJwtVerifier({ jwks, issuer: 'https://issuer.example', audience: 'graph' }),
      forwardedHeaders: ['x-tenant'],
      manifests: [manifest],
      safelist: ['locked'],
      introspection: 'developers',
      planningThread: true,
    },
  );
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await new Promise((done) => issuer.close(done));
}, 30_000);
beforeEach(() => {
  gateway.asked.length = 0;
  gateway.gates.clear();
});

const json = { 'content-type': 'application/json' };
/** Posts an operation and reads the answer as text. */
const post = async (query: string, accept: string, more: object = {}) => {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { ...json, accept },
    body: JSON.stringify({ query, ...more }),
  });
  return { type: response.headers.get('content-type'), text: await response.text() };
};

describe('an operation over two subgraphs', () => {
  test('is answered, and subgraphs get the headers on the list and no others', async () => {
    const { status, answer } = await gateway.ask('{ me { name goals } }', {
      headers: { 'x-tenant': 't1', 'x-user-id': 'root' },
    });
    expect([status, answer.data]).toEqual([200, { me: { name: 'Ada', goals: ['Run', 'Read'] } }]);
    expect(gateway.asked.map(({ subgraph, headers }) => [subgraph, headers['x-tenant'], headers['x-user-id']])).toEqual(
      [
        ['users', 't1', undefined],
        ['goals', 't1', undefined],
      ],
    );
  });

  test('says where a subgraph failed, and nothing of what it said', async () => {
    const { status, answer } = await gateway.ask('{ me { name fails } broken }');
    expect([status, answer.data]).toEqual([200, { me: { name: 'Ada', fails: null }, broken: null }]);
    expect(answer.errors).toMatchObject([
      { path: expect.any(Array), extensions: { code: 'UPSTREAM_FAILED', subgraph: 'goals' } },
      { path: expect.any(Array), extensions: { code: 'UPSTREAM_FAILED', subgraph: 'goals' } },
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/postgres|srv/);
  });

  test('shows what it costs to whom it concerns: in headers, and in extensions on demand', async () => {
    const query = '{ me { goals(first: 4) } }';
    const plain = await gateway.ask(query);
    expect(plain.answer.extensions).toEqual({ requestId: expect.any(String) });
    expect(plain.headers.get('ratelimit-policy')).toBe('"cost";q=5000;w=10');
    const shown = await gateway.ask(query, { headers: { 'x-cost': '1' } });
    const { requested, actual, remaining } = shown.answer.extensions.cost;
    expect(requested).toBeGreaterThanOrEqual(actual);
    expect(remaining).toBeLessThanOrEqual(5_000);
  });
});

describe('an answer in parts', () => {
  const query = '{ me { name ... @defer(label: "slow") { goals } } }';

  test('comes as multipart, the first before the slow subgraph has answered', async () => {
    let open = () => {};
    gateway.gates.set('goals', () => new Promise((go) => (open = go)));
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { ...json, accept: 'multipart/mixed;deferSpec=20220824, application/json' },
      body: JSON.stringify({ query }),
    });
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";deferSpec=20220824');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('hasNext')) text += (await reader.read()).value;
    expect(text).toContain('{"data":{"me":{"name":"Ada"}}');
    await until('the slow subgraph is asked', () => gateway.asked.some(({ subgraph }) => subgraph === 'goals'));
    open();
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(text).toContain(
      '{"incremental":[{"data":{"goals":["Run","Read"]},"path":["me"],"label":"slow"}],"hasNext":false}',
    );
    expect(text.endsWith('\r\n--graphql--\r\n')).toBe(true);
  });

  test('comes whole to whom it must', async () => {
    const { type, text } = await post(query, 'application/json');
    expect([type, JSON.parse(text).data]).toEqual([
      'application/json; charset=utf-8',
      { me: { name: 'Ada', goals: ['Run', 'Read'] } },
    ]);
  });
});

describe('a subscription that its subgraph runs itself', () => {
  const query = 'subscription { renamed { name goals } }';
  const answers = ['Ada', 'Grace'].map((name) => ({ data: { renamed: { name, goals: ['Run', 'Read'] } } }));

  test('is completed from the other subgraph, over WebSocket', async () => {
    const client: Client = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket });
    const received: unknown[] = [];
    for await (const result of client.iterate({ query })) received.push(result);
    expect(received).toMatchObject(answers);
    await client.dispose();
  });

  test('over Server-Sent Events', async () => {
    const { type, text } = await post(query, 'text/event-stream');
    expect(type).toBe('text/event-stream; charset=utf-8');
    const events = text.split('\n\n').filter((event) => event.startsWith('event: next'));
    expect(events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)))).toMatchObject(answers);
    expect(text).toContain('event: complete');
  });

  test('and over multipart, as Apollo’s clients read it', async () => {
    const { type, text } = await post(query, 'multipart/mixed;subscriptionSpec=1.0, application/json');
    expect(type).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    const parts = text.split('--graphql').flatMap((part) => /\{.*\}/s.exec(part) ?? []);
    expect(parts.map((part) => JSON.parse(part)).filter(({ payload }) => payload)).toMatchObject(
      answers.map((payload) => ({ payload })),
    );
    expect(text.trimEnd().endsWith('--graphql--')).toBe(true);
  });

  test('is not for those who read neither', async () => {
    const { answer, status } = await gateway.ask(query);
    expect([status, answer.errors[0].message]).toEqual([406, expect.stringContaining('text/event-stream')]);
  });
});

describe('who asks', () => {
  const statuses = async (query: string, authorization?: string) => {
    const { status, answer } = await gateway.ask(query, { headers: authorization ? { authorization } : {} });
    return [status, answer.errors?.[0].extensions.code ?? answer.data];
  };

  test('is known by a token of the issuer’s, and may what its scopes say', async () => {
    expect(await statuses('{ mine }', await token(''))).toEqual([200, { mine: 'yours' }]);
    expect(await statuses('{ secret }', await token('vault:read'))).toEqual([200, { secret: 'gold' }]);
    expect(await statuses('{ secret }', await token('other'))).toEqual([403, 'FORBIDDEN']);
    expect(await statuses('{ mine }')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await statuses('{ me { name } }', 'Bearer nonsense')).toEqual([401, 'UNAUTHENTICATED']);
    expect(gateway.asked).toHaveLength(2);
  });

  test('may nothing that a policy guards, for nobody evaluates policies here', async () => {
    expect(await statuses('{ owned }', await token('vault:read'))).toEqual([403, 'FORBIDDEN']);
    expect(gateway.asked).toEqual([]);
  });

  test('reads the schema and its plans as a developer only; others learn nothing from refusals', async () => {
    const developer = await token('schema:read');
    const introspection = '{ __schema { queryType { name } } }';
    expect(await statuses(introspection, developer)).toEqual([200, { __schema: { queryType: { name: 'Query' } } }]);
    expect(await statuses(introspection, await token(''))).toEqual([403, 'FORBIDDEN']);
    expect(await statuses(introspection)).toEqual([401, 'UNAUTHENTICATED']);
    for (const guess of ['{ mee }', '{ mine }']) {
      const { answer } = await gateway.ask(guess);
      expect(answer.errors[0].message).toBe(
        'The document is not valid, or needs somebody signed in: send "Authorization: Bearer …".',
      );
    }
    const planned = await fetch(`${gateway.url}?plan`, {
      method: 'POST',
      headers: { ...json, authorization: developer },
      body: JSON.stringify({ query: '{ me { name goals } }', extensions: { plan: 'only' } }),
    });
    const { data, extensions } = (await planned.json()) as any;
    expect([data, extensions.queryPlan.graph.kind]).toEqual([null, 'Sequence']);
    expect(JSON.stringify(extensions)).not.toContain('127.0.0.1');
  });

  test('may be a client that runs persisted operations only', async () => {
    const locked = { headers: { 'apollographql-client-name': 'locked' } };
    const { status } = await gateway.ask('{ me { id } }', locked);
    expect(status).toBe(403);
    expect((await gateway.ask(persistedBody, locked)).status).toBe(200);
    const byId = await gateway.ask(undefined as never, {
      ...locked,
      extensions: { persistedQuery: { version: 1, sha256Hash: persistedId } },
    });
    expect([byId.status, byId.answer.data.me.name]).toEqual([200, 'Ada']);
  });
});

describe('another supergraph', () => {
  test('is served from one request to the next; those that run are answered by the old one', async () => {
    let open = () => {};
    gateway.gates.set('users', () => new Promise((go) => (open = go)));
    const before = gateway.ask('{ me { name } }');
    await until('it runs', () => gateway.asked.length === 1);
    const sdls = { users: users.sdl, goals: goals.sdl.replace('broken: Int', 'broken: Int  added: Int') };
    gateway.gateway.update(gateway.compose(sdls));
    open();
    gateway.gates.clear();
    expect((await before).answer.data).toEqual({ me: { name: 'Ada' } });
    expect((await gateway.ask('{ added }')).answer.data).toEqual({ added: null });
    expect(() => gateway.gateway.update('type Query { nonsense: Int }')).toThrow();
    expect((await gateway.ask('{ added }')).status).toBe(200);
  });
});

test('an operation that takes too long is answered with what is there', async () => {
  const hurried = await startStandalone({ users, goals }, { timeout: 2_000 });
  let open = () => {};
  hurried.gates.set('goals', () => new Promise((go) => (open = go)));
  const { status, answer } = await hurried.ask('{ me { name goals } }');
  expect([status, answer.data]).toEqual([200, { me: { name: 'Ada', goals: null } }]);
  expect(answer.errors).toMatchObject([{ path: ['me'], extensions: { code: 'UPSTREAM_FAILED', subgraph: 'goals' } }]);
  open();
  await hurried.stop();
});

test('a label of @override chooses the same for an account each time', async () => {
  const moved: TestSubgraph = {
    sdl: 'type User @key(fields: "id") { id: ID!  name: String @override(from: "users", label: "percent(50)") }',
    resolvers: { User: { name: () => 'Grace' } },
  };
  const labelled = await startStandalone({ users, moved });
  const names = new Set<string>();
  for (let times = 0; times < 40; times++) names.add((await labelled.ask('{ me { name } }')).answer.data.me.name);
  expect(names.size).toBe(1);
  await labelled.stop();
});

test('who leaves answers what runs, takes nothing new, and sends sockets elsewhere', async () => {
  const leaving = await startStandalone({ users, goals });
  let open = () => {};
  leaving.gates.set('users', () => new Promise((go) => (open = go)));
  const client = new WebSocket(leaving.url.replace('http', 'ws'), 'graphql-transport-ws');
  let code = 0;
  client.on('close', (closed) => {
    code = closed;
  });
  await new Promise((done) => client.once('open', done));
  const running = leaving.ask('{ me { name } }');
  await until('it runs', () => leaving.asked.length === 1);
  const left = leaving.stop();
  await until('the socket is closed', () => code === 1001);
  await expect(fetch(leaving.url)).rejects.toThrow();
  open();
  expect((await running).answer.data).toEqual({ me: { name: 'Ada' } });
  await left;
}, 30_000);
