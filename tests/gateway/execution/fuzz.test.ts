import { expect, test } from '@jest/globals';
import { buildSchema, execute as executeGraphql, parse, validate } from 'graphql';
import type { SubgraphResponse } from '../../../gateway/sources/source.ts';
import { federate } from './federation.ts';
import { type Field, fixtures, graphOf, hash, randomOf, resolve, sdlOf } from './fuzzGraph.ts';
import { operationOf } from './fuzzOperation.ts';

// Random graphs split into subgraphs, random data with nulls and errors, random operations: both executors must answer what one graphql-js
// schema over the same data answers. Then the subgraphs fail and answer nonsense, and the two must still say the same.
// FUZZ_SEED=<n> repeats one graph; FUZZ_GRAPHS=<n> and FUZZ_FROM=<seed> run others.
const GRAPHS = Number(process.env.FUZZ_GRAPHS ?? 8);
const FROM = Number(process.env.FUZZ_FROM ?? 1000);
const OPERATIONS = Number(process.env.FUZZ_OPERATIONS ?? 10);

interface Told {
  data?: unknown;
  errors?: readonly { path?: readonly (string | number)[] }[];
}

/**
 * Where errors are told that belong to a field of the answer. Of what a null took away, each executor may tell more or less, and a plan may
 * fetch for one type what was selected for another.
 */
function visibleErrors({ data, errors = [] }: Told) {
  const isVisible = (path: readonly (string | number)[]) => {
    let value = data;
    for (const element of path.slice(0, -1)) value = (value as Record<string | number, unknown> | null)?.[element];
    return typeof value === 'object' && value !== null && (path.at(-1) as string) in value;
  };
  const paths = errors.map(({ path = [] }) => path).filter(isVisible);
  return [...new Set(paths.map((path) => path.join('.')))].sort();
}

const seeds = process.env.FUZZ_SEED
  ? [Number(process.env.FUZZ_SEED)]
  : Array.from({ length: GRAPHS }, (_, index) => FROM + index);

test.each(seeds)('graph %i answers as one schema would', async (seed) => {
  const graph = graphOf(seed);
  const { run, planner, sources, replace } = federate(fixtures(graph));
  const sound = new Map(sources);
  const monolith = buildSchema(sdlOf(graph));
  const fieldOf = (type: string, name: string): Field =>
    [
      ...(graph.entities.get(type) ?? []),
      ...graph.mediaFields,
      ...graph.value,
      ...(type === 'Query' ? graph.root : []),
    ].find((field) => field.name === name)!;
  let answered = 0;
  for (let index = 0; index < OPERATIONS; index++) {
    const random = randomOf(seed * 7919 + index);
    const query = operationOf(graph, random);
    const document = parse(query);
    if (validate(planner.apiSchema, document).length) continue;
    const variables = random.chance(0.5) ? { x: random.pick([2, 3, null]), yes: random.chance(0.5) } : {};
    /** Says which operation it was: a difference between large answers does not show. */
    const expectSame = (actual: unknown, expected: unknown) => {
      try {
        expect(actual).toEqual(expected);
      } catch (error) {
        (error as Error).message += `\nFUZZ_SEED=${seed}, operation ${index}: ${query} ${JSON.stringify(variables)}`;
        throw error;
      }
    };
    const expected = JSON.parse(
      JSON.stringify(
        await executeGraphql({
          schema: monolith,
          document,
          variableValues: variables,
          fieldResolver: (parent, { x }, _, { parentType, fieldName }) =>
            fieldName === 'id' ? parent.id : resolve(graph, parent ?? {}, fieldOf(parentType.name, fieldName), x),
          typeResolver: ({ __typename }: { __typename: string }) => __typename,
        }),
      ),
    );
    const tried = (): Promise<Told> =>
      run(query, variables).catch((error: Error) => ({ data: `threw ${error.message}`, errors: [] }));
    for (const [name, source] of sound) replace(name, source);
    const actual = await tried();
    expectSame(actual.data, expected.data);
    expectSame(visibleErrors(actual), visibleErrors(expected));
    // A plan may fetch for one type what was selected for another, and tell what went wrong there.
    if (expected.errors) expect(actual.errors).toBeDefined();
    answered++;

    // What a subgraph does wrong depends on what it is asked alone: the two executors see the same.
    for (const [name, source] of sound)
      replace(name, {
        async execute(request) {
          const at = hash(`${index}${name}${request.query}${JSON.stringify(request.variables)}`);
          if (at % 6 === 0) throw new Error('down');
          return damaged(await source.execute(request), at);
        },
      });
    const { data } = await tried();
    expectSame(typeof data === 'string' ? data : 'the same', 'the same');
  }
  // Most random operations are valid: else this would show nothing.
  expect(answered).toBeGreaterThan(OPERATIONS / 3);
});

/** An answer with some values that do not fit, are missing or null. What plans rely on, types and keys, stays. */
function damaged(response: SubgraphResponse, seed: number): SubgraphResponse {
  const random = randomOf(seed);
  if (random.chance(0.4)) return response;
  const damage = (value: unknown, key: string): unknown => {
    if (key === '__typename' || key === 'id') return value;
    if (Array.isArray(value)) return random.chance(0.03) ? 'no list' : value.map((item) => damage(item, ''));
    if (typeof value === 'object' && value !== null) {
      if (random.chance(0.02)) return null;
      return Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => key === '__typename' || key === 'id' || !random.chance(0.03))
          .map(([key, inner]) => [key, damage(inner, key)]),
      );
    }
    return random.chance(0.05) ? random.pick<unknown>([null, 3.5, 'HIGH', true, { a: 1 }, ['x'], 2 ** 40]) : value;
  };
  const { data, ...rest } = response;
  if (!data) return response;
  const entities = data._entities;
  return {
    ...rest,
    data: Array.isArray(entities)
      ? { _entities: entities.map((entity) => damage(entity, '')) }
      : (damage(data, 'id' in data ? 'x' : '') as Record<string, unknown>),
  };
}
