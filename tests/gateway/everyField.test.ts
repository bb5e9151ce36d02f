import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import { fillDemoAccount } from '../../subgraphs/demo.ts';
import { type Kind, kinds } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { apiSchema, everything } from '../support/schema.ts';

let graph: TestGraph;
let ana: Person;

beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person({ email: 'ana@example.com' });
  await fillDemoAccount(graph.platform, ana.userId);
}, 60_000);
afterAll(() => graph.stop());

/** Fields that want something to be said; searches, a text. */
const wanting: Record<string, string> = {
  healthSeries: '(type: "stepCount", from: "2026-03-01", to: "2026-03-10")',
};

test.each(
  Object.values((apiSchema.getType('User') as import('graphql').GraphQLObjectType).getFields()).map(
    (field) => [field.name, field] as const,
  ),
)('viewer.%s answers with all that is in it', async (name, field) => {
  const looksFor = wanting[name] ?? (field.args.some(isRequiredArgument) ? '(query: "run")' : '');
  const { data, errors } = await ana.run(`{ viewer { ${name}${looksFor} ${everything(field.type, 3)} } }`);
  expect(errors).toBeUndefined();
  expect(data).not.toBeNull();
});

test.each(
  (Object.entries(kinds) as [Kind, { type: string; table: string }][]).map(
    ([kind, { type, table }]) => [type, kind, table] as const,
  ),
)('node(id) finds a %s with all that is in it', async (type, kind, table) => {
  const [row] = await graph.db.$queryRawUnsafe<{ id: string }[]>(
    `SELECT id FROM ${table} WHERE ${kind === 'user' ? 'id' : 'user_id'} = $1 LIMIT 1`,
    ana.userId,
  );
  if (!row) return;
  const object = apiSchema.getType(type);
  if (!isObjectType(object)) throw new Error(`${type} is no object type.`);
  const { data, errors } = await ana.run(
    `query ($id: ID!) { node(id: $id) { id ... on ${type} ${everything(object, 2)} } }`,
    { id: row.id },
  );
  expect(errors).toBeUndefined();
  expect(data!.node).toMatchObject({ id: row.id, __typename: type });
});

test.each(
  Object.values(apiSchema.getQueryType()!.getFields())
    .filter((field) => field.args.every((arg) => !String(arg.type).endsWith('!')))
    .map((field) => [field.name, field] as const),
)('Query.%s answers', async (name, field) => {
  const { errors } = await ana.run(
    `{ ${name} ${isObjectType(getNamedType(field.type)) ? everything(field.type, 1) : ''} }`,
  );
  expect(errors).toBeUndefined();
});
