import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLObjectType, isRequiredArgument, parse, print } from 'graphql';
import { fillDemoAccount } from '../../subgraphs/demo.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import type { Viewer } from '../../subgraphs/shared/context.ts';
import { type Kind, kinds } from '../../subgraphs/shared/ids.ts';
import { subgraphSdl } from '../../subgraphs/shared/sdl.ts';
import { createSubgraphServer } from '../../subgraphs/shared/server.ts';
import { sign, signatureHeaders } from '../../subgraphs/shared/signature.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { apiSchema, everything } from '../support/schema.ts';
import { elsewhere } from '../support/tenantInputs.ts';
import { allIdKinds, checkTenants, type Ids, idSlots, plant, readIds, renew, unreached } from '../support/tenants.ts';
import { converse, everythingOf, live } from '../users/life.ts';

/**
 * The tenant matrix: every place of the schema that takes an id, with ids of somebody else's, must answer exactly as with ids that do not
 * exist. The cells come from the schema, so that a new field is in the matrix the moment it exists.
 */
const root = join(import.meta.dirname, '../..');
const mark = `keptfromothers${randomBytes(6).toString('hex')}`;
let graph: TestGraph;
let ana: Person;
let ben: Person;
let eve: Person;
let foreign: Ids;
/** The columns in which Ana's texts bear the mark. */
let planted: string[];

beforeAll(async () => {
  graph = await startGraph({ env: { GOOGLE_CLIENT_ID: 'x', GOOGLE_CLIENT_SECRET: 'x' } });
  [ana, ben] = [await graph.person({ email: 'ana@example.com' }), await graph.person({ email: 'ben@example.com' })];
  await live(graph, ana);
  // Another seed: the demo's ids come from it, and no two people may have one in common here.
  await fillDemoAccount(graph.platform, ben.userId, 7);
  await converse(graph, ben);
  for (const person of [ana, ben]) {
    const { id } = await graph.db.lifeArea.findFirstOrThrow({ where: { userId: person.userId } });
    const document =
      'mutation ($input: AddLifeAreaNoteInput!) { addLifeAreaNote(input: $input) { errors { message } } }';
    for (const text of ['One', 'Two', 'Three']) await person.data(document, { input: { lifeAreaId: id, text } });
  }
  await graph.settle();
  foreign = await readIds(graph.db, ana.userId);
  // Asks for nothing by id.
  eve = await graph.person({ email: 'eve@example.com' });
  await fillDemoAccount(graph.platform, eve.userId, 11);
  planted = await plant(graph.db, ana.userId, mark);
}, 60_000);
afterAll(() => graph?.stop());

describe('the matrix', () => {
  test('has an object of somebody else’s of every kind, and reaches every place of the schema where an ID may stand', () => {
    expect(allIdKinds.filter((kind) => !foreign.has(kind))).toEqual([]);
    expect(unreached(apiSchema)).toEqual([]);
    for (const file of Object.values(elsewhere)) expect([file, existsSync(join(root, file))]).toEqual([file, true]);
  });

  test('refuses a schema with an ID, or a scalar, that it does not know', async () => {
    const suite = { stranger: ben, own: new Map(), foreign: new Map([['goal', ['g']]]) as Ids, canaries: [] };
    const check = (sdl: string) => checkTenants({ ...suite, schema: buildSchema(sdl) });
    await expect(check('type Query { gadget(id: ID!): String }')).rejects.toThrow('does not know whose id "gadget id"');
    await expect(
      check('input I { place: P! } input P { widgetId: ID } type Query { a(input: I!): String }'),
    ).rejects.toThrow('does not know whose id "a input.place.widgetId"');
    await expect(check('scalar Colour type Query { goal(id: ID!, colour: Colour!): String }')).rejects.toThrow(
      'no value for the scalar Colour',
    );
    await expect(check('type Query { device(deviceId: ID!): String }')).rejects.toThrow(
      'has no device of somebody else',
    );
  });

  test('names a graph that answers another’s goal, and one that tells it apart from none', async () => {
    const schema = buildSchema('type Query { goal(id: ID!): String }');
    const [goal, own] = [foreign.get('goal')![0]!, new Map()];
    const suite = { schema, own, foreign, canaries: ['secret'], otherKinds: 0 };
    const answering = (answer: object) => ({
      run: async (_: string, { id }: Record<string, unknown> = {}) => (id === goal ? answer : { data: { goal: null } }),
    });
    const leaksOf = async (answer: object) =>
      (await checkTenants({ ...suite, stranger: answering(answer) })).leaks.length;
    expect(await leaksOf({ data: { goal: null } })).toBe(0);
    expect(await leaksOf({ data: { goal: 'secret' } })).toBe(2);
    expect(await leaksOf({ data: { goal: null }, errors: [{ message: 'It is not yours.' }] })).toBe(1);
  });

  test('answers the same to a foreign id as to one that does not exist, tells nothing of anybody’s and changes nothing', async () => {
    expect(planted.length).toBeGreaterThan(150);
    const before = await everythingOf(graph, ana);
    const report = await checkTenants({
      schema: apiSchema,
      stranger: ben,
      own: await readIds(graph.db, ben.userId),
      foreign,
      canaries: [mark],
      renew: () => renew(graph.db, ben.userId),
      otherKinds: Number(process.env.TENANT_KINDS ?? 3),
    });
    expect(report.leaks).toEqual([]);
    expect(report.blind).toEqual([]);
    expect(await everythingOf(graph, ana)).toEqual(before);
    const { foreign: theirs, missing } = report.medians;
    console.info(
      `Tenant matrix: ${report.cells} cells, ${report.slots} of ${idSlots(apiSchema).length} places for an id, ${planted.length} columns with canaries; ` +
        `median answer ${theirs.toFixed(1)} ms to a foreign id, ${missing.toFixed(1)} ms to one that does not exist.`,
    );
    expect(theirs / missing).toBeGreaterThan(0.5);
    expect(theirs / missing).toBeLessThan(2);
  }, 180_000);
});

describe('without any id of theirs', () => {
  const lists = Object.values((apiSchema.getType('User') as GraphQLObjectType).getFields());
  const given: Record<string, string> = { healthSeries: '(type: "stepCount", from: "2026-03-01", to: "2026-03-10")' };

  test('nothing that a person can read of the own account is anybody else’s', async () => {
    const theirs = new Set([...foreign.values()].flat());
    const leaks: string[] = [];
    for (const field of lists) {
      const args = given[field.name] ?? (field.args.some(isRequiredArgument) ? '(query: "run")' : '');
      const text = JSON.stringify(await eve.data(`{ viewer { ${field.name}${args} ${everything(field.type, 3)} } }`));
      if (text.includes(mark)) leaks.push(`${field.name}: a text of theirs`);
      for (const [id] of text.matchAll(/[a-z]+_[0-9a-f]{32}/g)) if (theirs.has(id)) leaks.push(`${field.name}: ${id}`);
    }
    expect(lists.length).toBeGreaterThan(40);
    expect(leaks).toEqual([]);
  });

  test('searching finds what is one’s own only', async () => {
    const searches = lists.filter(({ args }) => args.some((arg) => arg.name === 'query'));
    const found: string[] = [];
    for (const { name } of searches) {
      const ask = `{ viewer { ${name}(query: "${mark}") { nodes { __typename } } } }`;
      // Of hers the search finds them, whatever else has become of them.
      const mine = await ana.run(ask);
      if ((mine.data?.viewer?.[name]?.nodes ?? []).length > 0) found.push(name);
      expect([name, (await eve.data(ask)).viewer[name].nodes]).toEqual([name, []]);
    }
    expect(found).toEqual(searches.map(({ name }) => name));
  });
});

describe('an entity, asked of its subgraph through a signed call', () => {
  const secret = randomBytes(32);
  const servers = new Map<string, { url: string; executed: () => number; close: () => void }>();
  const parsed = new Map(Object.values(subgraphs).map(({ name, directory }) => [name, parse(subgraphSdl(directory))]));
  /** Every type that a subgraph resolves by its key. */
  const entities = [...parsed].flatMap(([name, { definitions }]) =>
    definitions.flatMap((definition) => {
      if (definition.kind !== 'ObjectTypeDefinition') return [];
      const key = definition.directives?.find((directive) => directive.name.value === 'key');
      return key && !/resolvable: false/.test(print(key)) ? [[name, definition.name.value, print(key)] as const] : [];
    }),
  );

  beforeAll(async () => {
    for (const [name, subgraph] of graph.subgraphs) {
      let executed = 0;
      const execute: typeof subgraph.execute = (call) => {
        executed++;
        return subgraph.execute(call);
      };
      const { server } = createSubgraphServer({ ...subgraph, execute }, graph.platform, [secret]);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      servers.set(name, { url, executed: () => executed, close: () => server.close() });
    }
  });
  afterAll(() => {
    for (const { close } of servers.values()) close();
  });

  const idOf = (type: string, userId: string, ids: Ids) => {
    if (type === 'Dashboard') return userId.replace('user_', 'dashboard_');
    return ids.get(Object.entries(kinds).find(([, kind]) => kind.type === type)![0] as Kind)![0]!;
  };
  const bodyOf = (type: string, id: string, viewer: Viewer | null) =>
    JSON.stringify({
      query: 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }',
      // As an executor builds it out of what a client sent: with more beside the key than belongs there.
      variables: { of: [{ __typename: type, id, userId: viewer?.userId, user_id: viewer?.userId }] },
      request: { requestId: 't', viewer, ip: null, userAgent: null, idempotencyKey: null },
    });
  const headersOf = (
    body: string,
    wrong: Partial<{ time: number; nonce: string; method: string; key: Buffer }> = {},
  ) => {
    const [time, nonce] = [String(wrong.time ?? Date.now()), wrong.nonce ?? randomBytes(16).toString('hex')];
    const parts = { method: wrong.method ?? 'POST', path: '/', time, nonce, body };
    return {
      [signatureHeaders.time]: time,
      [signatureHeaders.nonce]: nonce,
      [signatureHeaders.signature]: sign(wrong.key ?? secret, parts),
    };
  };
  const send = async (name: string, body: string, headers: Record<string, string>, method = 'POST') => {
    const response = await fetch(servers.get(name)!.url, { method, headers, body });
    return { status: response.status, answer: (await response.json()) as { data?: { _entities: unknown[] } } };
  };
  const ask = async (name: string, type: string, id: string, viewer: Viewer | null) => {
    const body = bodyOf(type, id, viewer);
    return (await send(name, body, headersOf(body))).answer;
  };

  test('has a resolver of references of its own in every subgraph, by its id alone', () => {
    expect(entities.length).toBeGreaterThan(35);
    for (const [name, type, key] of entities) {
      const resolvers = subgraphs[name as keyof typeof subgraphs].resolvers as Record<string, object>;
      expect([
        name,
        type,
        key,
        typeof (resolvers[type] as { __resolveReference?: unknown })?.__resolveReference,
      ]).toEqual([name, type, '@key(fields: "id")', 'function']);
    }
  });

  test.each(entities)('%s: %s is there for its owner, and null or refused for everybody else', async (name, type) => {
    const id = idOf(type, ana.userId, foreign);
    const own = await ask(name, type, id, ana.viewer);
    expect(own.data?._entities).toEqual([{ __typename: type }]);
    expect(await ask(name, type, id, eve.viewer)).toEqual({ data: { _entities: [null] } });
    const stranger = await ask(name, type, id, null);
    expect(stranger.data?._entities?.[0] ?? null).toBeNull();
    // A key without any scope is told of nothing, either, but of whose it is.
    const bare = await ask(name, type, id, { ...ana.viewer, kind: 'apiKey', scopes: [] });
    if (!['User', 'Dashboard'].includes(type)) expect(bare.data?._entities?.[0] ?? null).toBeNull();
  });

  test.each([...parsed.keys()])('%s executes no call that its gateway has not signed', async (name) => {
    const server = servers.get(name)!;
    const [, type] = entities.find(([of]) => of === name)!;
    const body = bodyOf(type, idOf(type, ana.userId, foreign), ana.viewer);
    const replayed = headersOf(body);
    expect((await send(name, body, replayed)).status).toBe(200);
    const executed = server.executed();
    const changed = body.replace(ana.userId, eve.userId);
    for (const [sent, headers, method] of [
      [body, {}],
      [body, replayed],
      [body, headersOf(body, { time: Date.now() - 61_000 })],
      [body, headersOf(body, { time: Date.now() + 65_000 })],
      [body, headersOf(body, { key: randomBytes(32) })],
      [changed, headersOf(body)],
      [body, headersOf(body), 'PUT'],
      [body, headersOf(body, { method: 'PUT' })],
      ['{"query":"{ _service { sdl } }"}', { 'apollo-federation-include-trace': 'ftv1' }],
      ['{"query":"{ __schema { types { name } } }"}', { 'x-user-id': ana.userId, authorization: 'Bearer x' }],
    ] as [string, Record<string, string>, string?][])
      expect((await send(name, sent, headers, method)).status).toBe(401);
    expect((await fetch(`${server.url}?query={__typename}`)).status).toBe(401);
    expect(server.executed()).toBe(executed);
  });
});
