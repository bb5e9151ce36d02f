import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { fillDemoAccount } from '../../subgraphs/demo.ts';
import { type Kind, kinds, newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { apiSchema, everything } from '../support/schema.ts';
import { converse } from '../users/life.ts';

/**
 * The tenant matrix: every query and mutation of the schema that takes an id, with ids of every kind that belong to
 * somebody else, must answer exactly as with ids that do not exist. The cells come from the schema, so that a new field
 * is in the matrix the moment it exists.
 */
let graph: TestGraph;
let ana: Person;
let ben: Person;
const owned = new Map<Kind, string>();

beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person({ email: 'ana@example.com' });
  ben = await graph.person({ email: 'ben@example.com' });
  await fillDemoAccount(graph.platform, ana.userId);
  // What a demo account has no use for.
  await ana.data('mutation { requestDataExport { errors { message } } }');
  await ana.data(
    `mutation { createWebhook(input: { url: "https://example.com/hook", document: "subscription { goalCompleted { event { id } } }" }) { errors { message } } }`,
  );
  await converse(graph, ana);
  for (const [kind, { table }] of Object.entries(kinds) as [Kind, { table: string }][]) {
    const owner = kind === 'user' ? 'id' : 'user_id';
    const rows = await graph.db.$queryRawUnsafe<{ id: string }[]>(
      `SELECT id FROM ${table} WHERE ${owner} = $1 LIMIT 1`,
      ana.userId,
    );
    if (rows[0]) owned.set(kind, rows[0].id);
  }
}, 60_000);
afterAll(() => graph.stop());

/** A plausible value of an input type, with `id` wherever an ID may stand. */
function sample(type: GraphQLInputType, id: string, depth = 0): unknown {
  if (isNonNullType(type)) return sample(type.ofType, id, depth);
  if (isListType(type)) return [sample(type.ofType, id, depth)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const entries = Object.values(type.getFields())
      .filter((field) => isNonNullType(field.type) || mentionsId(field, depth))
      .map((field) => [field.name, sample(field.type, id, depth + 1)]);
    return Object.fromEntries(entries);
  }
  const values: Record<string, unknown> = {
    ID: id,
    String: 'text',
    Int: 1,
    Float: 1,
    Boolean: true,
    Decimal: '1',
    LocalDate: '2026-03-01',
    DateTime: '2027-03-01T00:00:00Z',
    TimeZone: 'Europe/Berlin',
    URL: 'https://example.com/',
    EmailAddress: 'ben@example.com',
    JSON: {},
  };
  return values[getNamedType(type).name];
}

function mentionsId(field: GraphQLArgument | GraphQLInputField, depth = 0): boolean {
  const type = getNamedType(field.type);
  if (type.name === 'ID') return true;
  return (
    depth < 3 &&
    isInputObjectType(type) &&
    Object.values(type.getFields()).some((inner) => mentionsId(inner, depth + 1))
  );
}

const operationsWithIds = (['query', 'mutation'] as const).flatMap((kind) => {
  const root = (kind === 'query' ? apiSchema.getQueryType() : apiSchema.getMutationType())!;
  return Object.values(root.getFields())
    .filter((field) => field.args.some((arg) => mentionsId(arg)))
    .map((field) => ({ kind, field }));
});

/** A digest of everything that belongs to a user, table by table. */
async function digest(userId: string): Promise<Record<string, string>> {
  const tables = await graph.db.$queryRaw<{ table_name: string }[]>`
    SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id' ORDER BY 1`;
  const entries = [];
  for (const { table_name } of tables) {
    if (table_name === 'reaction_cursors') continue;
    const [row] = await graph.db.$queryRawUnsafe<{ sum: string }[]>(
      `SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum FROM ${table_name} t WHERE user_id = $1`,
      userId,
    );
    entries.push([table_name, row!.sum]);
  }
  return Object.fromEntries(entries);
}

test('somebody else owns an object of every kind', () => {
  expect(Object.keys(kinds).filter((kind) => !owned.has(kind as Kind))).toEqual([]);
});

test('every operation answers the same to a foreign id as to one that does not exist, and changes nothing', async () => {
  await graph.settle();
  const before = await digest(ana.userId);
  let cells = 0;
  const leaks: string[] = [];
  for (const { kind, field } of operationsWithIds) {
    const declared = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
    const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    // Each operation is asked by somebody new: what one of them made with an id as its own must not be found by the next.
    const stranger = await graph.person();
    const document = `${kind} (${declared}) { ${field.name}(${passed}) ${everything(field.type, 2)} }`;
    for (const [idKind, foreign] of owned) {
      const missing = newId(idKind);
      const ask = async (id: string) => {
        const variables = Object.fromEntries(field.args.map((arg) => [arg.name, sample(arg.type, id)]));
        const answer = await stranger.run(document, variables);
        return JSON.stringify({
          data: answer.data,
          errors: answer.errors?.map((error) => [error.message, error.path]),
        });
      };
      const normal = (text: string, id: string) =>
        text
          .replaceAll(id, 'ID')
          .replaceAll(/[a-z]+_[0-9a-f]{32}/g, 'ID')
          .replaceAll(/"cursor":"[^"]*"|"(start|end)Cursor":"[^"]*"/g, 'CURSOR')
          .replaceAll(/"position":\d+/g, 'POSITION')
          .replaceAll(/jr[vt]_[\w-]+|whsec_[\w+/=-]+|eyJ[\w.-]+/g, 'SECRET');
      const [theirs, nobodys] = [normal(await ask(foreign), foreign), normal(await ask(missing), missing)];
      cells++;
      if (theirs !== nobodys)
        leaks.push(
          `${field.name} with ${idKind}:\n  foreign ${theirs.slice(0, 600)}\n  missing ${nobodys.slice(0, 600)}`,
        );
      if (theirs.includes('INTERNAL_SERVER_ERROR') || theirs.includes('Something went wrong'))
        leaks.push(`${field.name} with ${idKind}: ${theirs.slice(0, 600)}`);
    }
  }
  expect(leaks).toEqual([]);
  expect(await digest(ana.userId)).toEqual(before);
  console.info(`Tenant matrix: ${cells} cells, ${operationsWithIds.length} operations × ${owned.size} kinds of ids.`);
}, 180_000);

test('every subgraph resolves the references of others to null', async () => {
  const viewer = ben.viewer;
  const seen: string[] = [];
  for (const [name, subgraph] of graph.subgraphs) {
    const { data } = await subgraph.execute({ query: '{ _service { sdl } }', request: request(viewer) });
    const sdl = (data as { _service: { sdl: string } })._service.sdl;
    for (const [kind, { type }] of Object.entries(kinds) as [Kind, { type: string }][]) {
      const declaration = new RegExp(`type ${type} [^{]*@key\\(fields: "id"(, resolvable: (true|false))?\\)`).exec(sdl);
      if (!declaration || declaration[2] === 'false') continue;
      const fields = apiSchema.getType(type);
      const leaf = isObjectType(fields) ? Object.values(fields.getFields()).find((f) => f.name === 'id')!.name : 'id';
      const { data: found } = await subgraph.execute({
        query: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${leaf} } } }`,
        variables: { r: [{ __typename: type, id: owned.get(kind) }] },
        request: request(viewer),
      });
      seen.push(`${name}.${type}`);
      // Integrations adds reminders to a goal: it echoes the id it is given and knows nothing of the goal itself.
      if (name === 'integrations' && type === 'Goal') continue;
      expect([name, type, found]).toEqual([name, type, { _entities: [null] }]);
    }
  }
  expect(seen.length).toBeGreaterThan(20);
});

const request = (viewer: Person['viewer']) => ({
  requestId: 't',
  viewer,
  ip: null,
  userAgent: null,
  idempotencyKey: null,
});
