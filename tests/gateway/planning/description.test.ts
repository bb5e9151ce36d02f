import { expect, test } from '@jest/globals';
import { describePlan } from '../../../gateway/planning/description.ts';
import { federate } from '../execution/federation.ts';

const graph = federate({
  users: { sdl: 'type Query { users: [User] }  type User @key(fields: "id") { id: ID!  name: String }' },
  goals: {
    sdl: 'type User @key(fields: "id") { id: ID!  goals: [String] }  type Subscription { happened: User }',
  },
});

test('a plan is described as text and as a tree, by the names of its subgraphs', async () => {
  const { text, graph: tree } = describePlan(await graph.prepare('{ users { name goals } }'));
  expect(text).toMatch(/^QueryPlan \{\n {2}Sequence \{/);
  expect(tree).toMatchObject({
    kind: 'Sequence',
    children: [
      { kind: 'Fetch', subgraph: 'users', operation: expect.stringContaining('users {'), children: [] },
      {
        kind: 'Flatten',
        path: 'users.@',
        children: [{ kind: 'Fetch', subgraph: 'goals', requires: '{ ... on User { __typename id } }' }],
      },
    ],
  });
  expect(JSON.stringify({ text, tree })).not.toMatch(/https?:/);
});

test('a subscription has its source first, and what each event still needs after it', async () => {
  const { graph: tree } = describePlan(await graph.prepare('subscription { happened { name } }'));
  expect(tree).toMatchObject({
    kind: 'Subscription',
    children: [
      { kind: 'Fetch', subgraph: 'goals' },
      { kind: 'Sequence', children: [{ kind: 'Flatten' }] },
    ],
  });
});

test('a plan that asks nobody has no tree', async () => {
  expect(describePlan(await graph.prepare('{ __typename }')).graph).toBeNull();
});
