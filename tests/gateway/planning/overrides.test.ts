import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { overrideByShare } from '../../../gateway/planning/overrides.ts';
import { createPlanner, type PlannerOptions } from '../../../gateway/planning/planner.ts';
import { compose, type Fixture, federate } from '../execution/federation.ts';

/** Three fields of "old" move to "new", each behind a label. */
const fixtures: Record<string, Fixture> = {
  old: {
    sdl: `
      type Query { user: User  thing: Thing  other: Int }
      type User @key(fields: "id") { id: ID!  name: String  plan: String  likes: Int }
      type Thing @key(fields: "code") { code: ID!  weight: Int }`,
    resolvers: {
      Query: { user: () => ({ id: '1' }), thing: () => ({ code: 'c' }) },
      User: { name: () => 'old name', plan: () => 'old plan', likes: () => 1 },
      Thing: { weight: () => 1 },
    },
  },
  new: {
    sdl: `
      type User @key(fields: "id") {
        id: ID!
        name: String @override(from: "old", label: "percent(25)")
        plan: String @override(from: "old", label: "billing.v2")
      }
      type Thing @key(fields: "code") {
        code: ID!
        weight: Int @override(from: "old", label: "weights")
      }`,
    resolvers: {
      User: { name: () => 'new name', plan: () => 'new plan' },
      Thing: { weight: () => 2 },
    },
  },
  post: {
    sdl: 'type Thing @key(fields: "code") { code: ID!  fee: Int }',
    resolvers: { Thing: { fee: () => 3 } },
  },
};
const sdl = compose(Object.fromEntries(Object.entries(fixtures).map(([name, { sdl }]) => [name, sdl])));

/** What a request's context says about labels. */
const told: PlannerOptions = { override: (label, context) => (context as Record<string, boolean>)[label] ?? false };

describe('a label of @override', () => {
  test('chooses the subgraph of its field, for each request', async () => {
    const { run, calls } = federate(fixtures, told);
    const query = '{ user { name plan likes } }';
    expect(await run(query, {}, { context: {} })).toEqual({
      data: { user: { name: 'old name', plan: 'old plan', likes: 1 } },
    });
    expect(calls.map(({ subgraph }) => subgraph)).toEqual(['old']);
    expect(await run(query, {}, { context: { 'billing.v2': true } })).toEqual({
      data: { user: { name: 'old name', plan: 'new plan', likes: 1 } },
    });
    expect(await run(query, {}, { context: { 'billing.v2': true, 'percent(25)': true } })).toEqual({
      data: { user: { name: 'new name', plan: 'new plan', likes: 1 } },
    });
    expect(calls.map(({ subgraph }) => subgraph)).toEqual(['old', 'new']);
  });

  test('counts too where the field is only read for another one', async () => {
    // Apollo's composition refuses this; a supergraph of another one may have it.
    const requiring = sdl
      .replace('fee: Int @join__field(graph: POST)', 'fee: Int @join__field(graph: POST, requires: "weight")')
      .replace(/(weight: Int) /, '$1 @join__field(graph: POST, external: true) ');
    const planner = createPlanner(requiring, told);
    const subgraphs = async (context: object) => {
      const { queryPlan } = await planner.plan(parse('{ thing { fee } }'), null, {}, { context });
      return [...JSON.stringify(queryPlan).matchAll(/"serviceName":"(\w+)"/g)].map(([, name]) => name);
    };
    expect(await subgraphs({})).toEqual(['old', 'post']);
    expect(await subgraphs({ weights: true })).toEqual(['old', 'new', 'post']);
  });

  test('is asked of operations whose plan may depend on it, and of no other', async () => {
    const asked: string[] = [];
    const planner = createPlanner(sdl, { override: (label) => asked.push(label) > 0 });
    const labelsFor = async (query: string) => {
      asked.length = 0;
      await planner.plan(parse(query));
      return [...asked];
    };
    expect(await labelsFor('{ other user { id likes } }')).toEqual([]);
    expect(await labelsFor('{ user { ...F } } fragment F on User { name likes }')).toEqual(['percent(25)']);
    expect(await labelsFor('{ user { ... on User { plan name } } }')).toEqual(['billing.v2', 'percent(25)']);
    expect(await labelsFor('{ thing { code fee } }')).toEqual([]);
    expect(await labelsFor('{ thing { fee weight } }')).toEqual(['weights']);
  });

  test('is part of the key of a plan', async () => {
    const planner = createPlanner(sdl, told);
    const document = parse('{ user { name } }');
    const plans = await Promise.all(
      [{}, { 'percent(25)': true }, { 'percent(25)': false, 'billing.v2': true }].map((context) =>
        planner.plan(document, null, {}, { context }),
      ),
    );
    expect(new Set(plans.map(({ key }) => key)).size).toBe(2);
    expect(plans[2]).toBe(plans[0]);
    expect(planner.cached(document, null, {}, { context: { 'percent(25)': true } })).toBe(plans[1]);
  });
});

describe('labels by share', () => {
  const accountOf = (context: unknown) => (context as { account?: string }).account;
  const accounts = Array.from({ length: 1_000 }, (_, index) => ({ account: `user:${index}` }));

  test('percent(N) is true for so many accounts, the same ones each time, and more of them for a larger N', () => {
    const decide = overrideByShare(accountOf);
    const chosen = (label: string) => accounts.filter((context) => decide(label, context));
    const quarter = chosen('percent(25)');
    expect(quarter.length / accounts.length).toBeCloseTo(0.25, 1);
    expect(chosen('percent(25)')).toEqual(quarter);
    expect(chosen('percent(30.5)')).toEqual(expect.arrayContaining(quarter));
    expect(chosen('percent(0)')).toEqual([]);
    expect(chosen('percent(100)')).toHaveLength(1_000);
  });

  test('is left to chance for those without an account', () => {
    const decide = (chance: number) => overrideByShare(accountOf, () => chance)('percent(25)', {});
    expect([decide(0), decide(0.2499), decide(0.25), decide(0.99)]).toEqual([true, true, false, false]);
  });

  test('says no to labels that it does not know', () => {
    expect(overrideByShare(accountOf, () => 0)('billing.v2', accounts[0])).toBe(false);
  });
});
