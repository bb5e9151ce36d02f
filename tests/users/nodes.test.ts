import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Scope } from '../../subgraphs/shared/context.ts';
import { type Kind, kinds, newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
let eve: Person;
beforeAll(async () => {
  graph = await startGraph();
  [ana, eve] = [await graph.person(), await graph.person()];
});
afterAll(() => graph?.stop());

const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
const node = 'query ($id: ID!) { node(id: $id) { __typename id } }';

const consent = async (person: Person, provider = 'openai') => {
  const { grantAiConsent } = await person.data(
    `mutation ($provider: String!) {
      grantAiConsent(input: { provider: $provider, dataClasses: [GOALS], disclosureVersion: "1" }) { consents { id } }
    }`,
    { provider },
  );
  return grantAiConsent.consents[0].id as string;
};
const memory = async ({ userId }: Person) => {
  const now = graph.clock.now();
  const row = {
    userId,
    id: newId('memory', now),
    kind: 'FACT',
    source: 'USER',
    text: 'x',
    createdAt: now,
    updatedAt: now,
  };
  return (await graph.db.memory.create({ data: row as never })).id;
};

describe('node and nodes', () => {
  test('answer with the type and the fields of each kind, in order, with null between', async () => {
    const [first, second] = [await consent(ana), await memory(ana)];
    const ids = [second, newId('goal'), first, ana.userId, 'nonsense', first];
    expect((await ana.data(nodes, { ids })).nodes).toEqual([
      { __typename: 'Memory', id: second },
      null,
      { __typename: 'AiConsent', id: first },
      { __typename: 'User', id: ana.userId },
      null,
      { __typename: 'AiConsent', id: first },
    ]);
    const { node: found } = await ana.data(
      'query ($id: ID!) { node(id: $id) { ... on AiConsent { provider dataClass } } }',
      { id: first },
    );
    expect(found).toEqual({ provider: 'openai', dataClass: 'GOALS' });
  });

  test("show nobody else's objects", async () => {
    const ids = [await consent(ana), await memory(ana), ana.userId];
    expect((await eve.data(nodes, { ids })).nodes).toEqual([null, null, null]);
  });

  test.each(Object.keys(kinds) as Kind[])('are null for a %s that does not exist', async (kind) => {
    expect(await ana.data(node, { id: newId(kind) })).toEqual({ node: null });
  });

  test.each([
    '',
    'goal',
    'goal_',
    `goal_${'z'.repeat(32)}`,
    `event_${'0'.repeat(32)}`,
    `constructor_${'0'.repeat(32)}`,
    "';--",
  ])('are null for the malformed id "%s"', async (id) => {
    expect(await ana.data(node, { id })).toEqual({ node: null });
  });

  test('refuse NUL and more than 100 ids', async () => {
    for (const ids of [['a\0'], Array(101).fill(ana.userId), Array(10_000).fill('x')]) {
      const answer = await ana.run(nodes, { ids });
      expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
    expect((await ana.data(nodes, { ids: [] })).nodes).toEqual([]);
  });

  test('show a key only the kinds of its scopes', async () => {
    const ids = [await consent(ana), await memory(ana), ana.userId];
    const key = (...scopes: Scope[]) =>
      graph.as({ ...ana.viewer, kind: 'apiKey', credentialId: newId('apikey'), scopes });
    const seen = async (person: Person) =>
      (await person.data(nodes, { ids })).nodes.map((one: object | null) => one !== null);
    expect(await seen(key('chat:read'))).toEqual([false, true, false]);
    expect(await seen(key('profile:read'))).toEqual([true, false, true]);
    expect(await seen(key())).toEqual([false, false, false]);
  });

  test('want somebody who is signed in', async () => {
    const answer = await graph.as(null).run(node, { id: ana.userId });
    expect(answer.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  test('ask once for each kind, however many ids there are', async () => {
    const consents = await Promise.all(['p1', 'p2', 'p3', 'p4'].map((provider) => consent(ana, provider)));
    await ana.data(nodes, { ids: consents });
    const one = await graph.countQueries(() => ana.data(nodes, { ids: consents.slice(0, 1) }));
    const four = await graph.countQueries(() => ana.data(nodes, { ids: consents }));
    expect(four.count).toBeLessThanOrEqual(one.count);
  });
});

describe('entities of the account', () => {
  const entities = async (person: Person, type: string, id: string) => {
    const users = graph.subgraphs.get('users')!;
    const request = { requestId: 'test', viewer: person.viewer, ip: null, userAgent: null, idempotencyKey: null };
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { id } } }`;
    const answer = await users.execute({ query, variables: { of: [{ __typename: type, id }] }, request });
    return (answer.data?._entities as unknown[])?.[0];
  };

  test('are given to their owner alone', async () => {
    const id = await consent(ana);
    const dashboard = ana.userId.replace('user_', 'dashboard_');
    for (const [type, of] of [
      ['User', ana.userId],
      ['Dashboard', dashboard],
      ['AiConsent', id],
    ] as const) {
      expect(await entities(ana, type, of)).toEqual({ id: of });
      expect(await entities(eve, type, of)).toBeNull();
    }
  });
});
