import { expect, test } from '@jest/globals';
import { executors } from '../../../gateway/execution/executors.ts';
import { federate } from './federation.ts';

const graph = federate({
  a: {
    sdl: `
      type Query { things: [Thing]  strict: [Thing!]  any: [Any]  none: Thing }
      type Thing @key(fields: "id") { id: ID!  tags: [String]  must: Thing! }
      type Other { id: ID! }
      union Any = Thing | Other`,
    resolvers: {
      Query: {
        things: () => [{ id: '1', tags: ['x', null, 'y'] }, null, { id: '2' }],
        strict: () => [
          { id: '1', must: { id: '2' } },
          { id: '3', must: null },
        ],
        any: () => [
          { __typename: 'Thing', id: '1' },
          { __typename: 'Other', id: '2' },
        ],
      },
    },
  },
});

const weights: Record<string, number> = { Thing: 1, Other: 100, String: 0.5 };
/** In a field called `any` everything weighs tenfold. */
const weigh = (_parent: string, field: string, type: string) => (weights[type] ?? 0) * (field === 'any' ? 10 : 1);

test.each([
  ['objects and leaves, each where it is', '{ things { id tags } }', 2 + 2 * 0.5],
  ['what is selected under several names, each time', '{ a: things { id } b: things { id } }', 4],
  ['what is selected twice under one name, once', '{ things { id } things { tags } }', 2 + 1],
  ['of abstract types, what is there', '{ any { ... on Thing { id } ... on Other { id } } }', 10 + 1_000],
  ['a null nothing, and nothing that a null took away', '{ strict { id must { id } } none { id } }', 0],
  ['introspection nothing', '{ __typename __schema { types { name } } }', 0],
])('weighs %s', async (_name, query, expected) => {
  const plan = { ...(await graph.prepare(query)), weigh };
  for (const executor of Object.values(executors)) {
    const { weight } = await executor.executeText(plan, { sources: graph.sources, deadline: Date.now() + 10_000 });
    expect(weight).toBe(expected);
  }
});

test('variables that are refused weigh nothing', async () => {
  const plan = {
    ...(await graph.prepare('query ($yes: Boolean!) { things { id } __typename @skip(if: $yes) }', { yes: true })),
    weigh,
  };
  for (const executor of Object.values(executors)) {
    const options = { sources: graph.sources, deadline: Date.now() + 10_000, variables: { yes: 'no' } };
    expect(await executor.executeText(plan, options)).toEqual({ errors: [expect.anything()], weight: 0 });
  }
});

test('a plan that does not say how is not weighed', async () => {
  const plan = { ...(await graph.prepare('{ things { id } }')), weigh: undefined };
  for (const executor of Object.values(executors)) {
    const result = await executor.executeText(plan, { sources: graph.sources, deadline: Date.now() + 10_000 });
    expect(result).not.toHaveProperty('weight');
  }
});
