import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, print } from 'graphql';
import { conditionValues, foldConditions, operationParts } from '../../../gateway/planning/conditions.ts';
import { resolvableKeysFirst } from '../../../gateway/planning/corrections.ts';
import { createPlanner } from '../../../gateway/planning/planner.ts';
import { compose } from '../execution/federation.ts';
import { entangled, entangledOperation, manyWays, manyWaysOperation } from './entangled.ts';

const sdl = compose({
  a: 'type Query { me: User  you: User }  type User @key(fields: "id") { id: ID!  name: String }',
  b: 'type User @key(fields: "id") { id: ID!  likes(of: String): [User] }',
});

describe('the cache', () => {
  const document = (
    text = 'query Q($x: Boolean = true, $of: String) { me { name @include(if: $x) likes(of: $of) { id } } }',
  ) => parse(text);

  test('gives the same plan for the same document, whoever parsed it, whatever its other variables', async () => {
    const planner = createPlanner(sdl);
    const first = await planner.plan(document(), 'Q', { of: 'a' });
    expect(await planner.plan(document(), 'Q', { of: 'b', x: true })).toBe(first);
    expect(await planner.plan(document(), null, {})).toBe(first);
    expect(planner.statistics).toMatchObject({ entries: 1, hits: 2, misses: 1, evictions: 0 });
    expect(planner.statistics.planningTime).toBeGreaterThan(0);
  });

  test('keeps one plan for each combination of conditions', async () => {
    const planner = createPlanner(sdl);
    const yes = await planner.plan(document(), 'Q', { x: true });
    const no = await planner.plan(document(), 'Q', { x: false });
    expect(no).not.toBe(yes);
    expect(no.key).not.toBe(yes.key);
    expect(JSON.stringify(no.queryPlan)).not.toContain('name}');
  });

  test('is bounded: what was used longest ago goes first', async () => {
    const planner = createPlanner(sdl, { capacity: 2 });
    const plan = (name: string) => planner.plan(document(`query ${name} { me { id } }`));
    const a = await plan('A');
    await plan('B');
    expect(await plan('A')).toBe(a);
    await plan('C');
    expect(planner.statistics).toMatchObject({ entries: 2, evictions: 1 });
    expect(await plan('A')).toBe(a);
    expect(planner.statistics).toMatchObject({ hits: 2, misses: 3 });
  });
});

describe('planning', () => {
  const code = (name: string) => expect.objectContaining({ extensions: expect.objectContaining({ code: name }) });

  test('finds what is cached without waiting', async () => {
    const planner = createPlanner(sdl);
    const document = parse('query($x: Boolean!) { me { id @skip(if: $x) } }');
    expect(planner.cached(document, null, { x: true })).toBeUndefined();
    const plan = await planner.plan(document, null, { x: true });
    expect(planner.cached(document, null, { x: true })).toBe(plan);
    expect(planner.cached(document, null, { x: false })).toBeUndefined();
    expect(() => planner.cached(document)).toThrow(code('BAD_USER_INPUT'));
    expect(planner.statistics).toMatchObject({ entries: 1, hits: 1, misses: 1 });
  });

  test('is done once for all who ask meanwhile', async () => {
    const planner = createPlanner(sdl);
    const [one, other] = await Promise.all([
      planner.plan(parse('{ me { id } }')),
      planner.plan(parse('{ me { id } }')),
    ]);
    expect(other).toBe(one);
    expect(planner.statistics).toMatchObject({ planned: 1, misses: 2 });
  });

  test('is the same in a thread of its own', async () => {
    const planner = createPlanner(sdl, { thread: { budget: 60_000 } });
    await planner.ready();
    const document = parse('{ me { likes { name } } }');
    const { queryPlan } = await planner.plan(document);
    expect(queryPlan).toEqual((await createPlanner(sdl).plan(document)).queryPlan);
    expect(planner.statistics).toMatchObject({ planned: 1, refused: 0, waiting: 0, threads: 1 });
    expect(planner.statistics.planningTime).toBeGreaterThan(0);
    await expect(planner.plan(parse('{ __typename }'))).resolves.toMatchObject({ queryPlan: { kind: 'QueryPlan' } });
    await planner.close();
  });

  test('of what is too complex is refused, and for a minute not tried again', async () => {
    let now = 0;
    /** The budget is over at once, and nothing else. */
    const after = (milliseconds: number, work: () => void) => {
      const over = milliseconds === 100 ? setImmediate(work) : undefined;
      return () => clearImmediate(over);
    };
    const planner = createPlanner(compose(entangled), { thread: { budget: 100, after }, now: () => now });
    const document = parse(entangledOperation);
    const ask = () => expect(planner.plan(document)).rejects.toThrow(code('COST_LIMIT_EXCEEDED'));
    await Promise.all([ask(), ask()]);
    await ask();
    expect(planner.statistics).toMatchObject({ refused: 3, planned: 0, threads: 2 });
    now = 60_001;
    await ask();
    expect(planner.statistics).toMatchObject({ refused: 4, threads: 3 });
    await planner.close();
  });

  test('follows only so many ways to a field', async () => {
    const planner = createPlanner(compose(manyWays));
    await expect(planner.plan(parse(manyWaysOperation))).rejects.toThrow(code('COST_LIMIT_EXCEEDED'));
  });

  test.each([
    ['doubles at each step', (next: string) => `...${next} ...${next}`, 40],
    ['is longer than the stack', (next: string) => `...${next}`, 20_000],
  ])('refuses a chain of fragments that %s', async (_, inner, length) => {
    const chain = Array.from({ length }, (_, index) => `fragment F${index} on Query { ${inner(`F${index + 1}`)} }`);
    const document = parse(`{ ...F0 } ${chain.join(' ')} fragment F${length} on Query { me { id } }`);
    await expect(createPlanner(sdl).plan(document)).rejects.toThrow(code('COST_LIMIT_EXCEEDED'));
  });

  test('keeps no more plans than there is room for', async () => {
    const { size } = await createPlanner(sdl)
      .plan(parse('query A { me { id } }'))
      .then((plan) => ({ size: JSON.stringify(plan.queryPlan).length }));
    const planner = createPlanner(sdl, { room: 2 * size });
    for (const name of ['A', 'B', 'C']) await planner.plan(parse(`query ${name} { me { id } }`));
    expect(planner.statistics).toMatchObject({ entries: 2, evictions: 1, size: 2 * size });
  });

  test('does not begin with what is no supergraph', () => {
    expect(() => createPlanner('type Query { a: Int }', { thread: {} })).toThrow();
  });
});

describe('an operation', () => {
  test('is chosen by name among several', async () => {
    const planner = createPlanner(sdl);
    const document = parse('query A { me { id } } query B { you { id } } mutation C { __typename }');
    expect(JSON.stringify((await planner.plan(document, 'B')).queryPlan)).toContain('you');
    const code = { extensions: { code: 'BAD_USER_INPUT' } };
    await expect(planner.plan(document)).rejects.toThrow(expect.objectContaining(code));
    await expect(planner.plan(document, 'D')).rejects.toThrow(expect.objectContaining(code));
  });

  test.each([[{}], [{ x: null }], [{ x: 'true' }]])(
    'whose condition has no value is refused: %j',
    async (variables) => {
      const planner = createPlanner(sdl);
      const document = parse('query($x: Boolean!) { me { id @skip(if: $x) } }');
      await expect(planner.plan(document, null, variables)).rejects.toThrow(/\$x/);
    },
  );

  test('may not call another field __typename', async () => {
    const planner = createPlanner(sdl);
    await expect(planner.plan(parse('{ me { __typename: name } }'))).rejects.toThrow(/reserved/);
  });

  test('with fields that cannot be planned is an error, not a silent null', async () => {
    // A supergraph that composition would refuse: there is no way into "b".
    const broken = sdl.replaceAll(
      '@join__type(graph: B, key: "id")',
      '@join__type(graph: B, key: "id", resolvable: false)',
    );
    expect(broken).not.toBe(sdl);
    const planner = createPlanner(broken);
    await expect(planner.plan(parse('{ me { likes { id } } }'))).rejects.toThrow(
      expect.objectContaining({ extensions: { code: 'INTERNAL_SERVER_ERROR' } }),
    );
  });
});

describe('folding', () => {
  const fold = (text: string, variables: Record<string, unknown> = {}) => {
    const parts = operationParts(parse(text), null);
    return print(foldConditions(parts, conditionValues(parts, variables, buildSchema('type Query { a: Int }'))))
      .replace(/\s+/g, ' ')
      .trim();
  };

  test('decides conditions and drops what is left out with its variables and fragments', () => {
    const text = `query($a: Boolean!, $b: Boolean = false, $n: Int, $m: Int) {
      one @include(if: $a) { x(n: $n) ...F }
      two @skip(if: $a) { x(n: $m) ...G }
    }
    fragment F on T { f @include(if: $b) ...G @skip(if: $b) }
    fragment G on T { g @skip(if: true) h @include(if: true) }
    fragment Unused on T { u }`;
    expect(fold(text, { a: true })).toBe(
      'query ($n: Int) { one { x(n: $n) ...F } } fragment F on T { ...G } fragment G on T { h }',
    );
    expect(fold(text, { a: false, b: true })).toBe('query ($m: Int) { two { x(n: $m) ...G } } fragment G on T { h }');
  });

  test('keeps an emptied object there', () => {
    expect(fold('{ one { x @skip(if: true) ...F } } fragment F on T { y @skip(if: true) }')).toBe(
      '{ one { __typename } }',
    );
  });

  test('makes aliased __typename plain, and leaves it to us at the root', () => {
    expect(
      fold('{ a: __typename ... { b: __typename one { c: __typename } } ...F } fragment F on Query { __typename }'),
    ).toBe('{ one { __typename } }');
  });

  test('keeps other directives', () => {
    expect(fold('query @q { one @skip(if: false) @d { x } ... @e { y } }')).toBe(
      'query @q { one @d { x } ... @e { y } }',
    );
  });

  test('renames variables that the planner has names for, so that none clash', () => {
    expect(
      fold(
        'query($representations: Int, $client_representations: Int) { one(a: $representations, b: $client_representations) }',
      ),
    ).toBe(
      'query ($client_representations: Int, $client_client_representations: Int) { one(a: $client_representations, b: $client_client_representations) }',
    );
  });
});

test('keys that a subgraph cannot resolve come after those that it can', () => {
  const corrected = print(
    resolvableKeysFirst(
      parse(
        `type T @join__type(graph: A, key: "a b", resolvable: false) @join__type(graph: B, key: "a") @join__type(graph: A, key: "a") @other { a: ID }`,
      ),
    ),
  );
  expect(corrected.match(/key: "[^"]*"/g)).toEqual(['key: "a"', 'key: "a"', 'key: "a b"']);
});
