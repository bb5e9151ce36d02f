import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { buildSchema, parse, validate } from 'graphql';
import type { PlanThreadOptions } from '../../../gateway/planning/planThread.ts';
import { isTooComplex } from '../../../gateway/planning/refusals.ts';
import type { SubgraphResponse } from '../../../gateway/sources/source.ts';
import { executors, federate } from './federation.ts';
import { fixtures } from './fuzzData.ts';
import { graphOf, hash, randomOf } from './fuzzGraph.ts';
import { lossOf } from './fuzzLoss.ts';
import { operationOf, variablesOf } from './fuzzOperation.ts';
import { answerOfOne, compareInParts, partsOfOne, promised, visibleErrors } from './fuzzOracle.ts';
import { sdlOf } from './fuzzSchema.ts';
import { readInParts } from './inParts.ts';

// One random graph with random operations: whether the gateway answers what one schema over the same data answers.

/** An operation that was answered wrongly. */
export interface Fault {
  readonly seed: number;
  readonly operation: number;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly message: string;
}

/** What became of an operation. */
export interface Outcome {
  readonly fault?: Fault;
  /** What the planner's bounds refuse is refused with a reason, and not answered wrongly. */
  readonly isRefused?: boolean;
  /** Whether parts came later. */
  readonly isDeferred?: boolean;
  /** Whether it was asked once more, without one of the subgraphs. */
  readonly isPartial?: boolean;
  readonly hasErrors?: boolean;
}

/**
 * A graph of a seed, federated and as one schema.
 * @param thread to plan in: there is one fault of the planner's that has no end
 */
export function caseOf(seed: number, thread?: PlanThreadOptions) {
  const graph = graphOf(seed);
  /** The fields of mutations that ran, as subgraphs saw them. */
  let ran: string[] = [];
  const federation = federate(
    fixtures(graph, (field) => ran.push(field)),
    { thread },
  );
  const sound = new Map(federation.sources);
  const monolith = buildSchema(
    `${sdlOf(graph)} directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT`,
  );
  const { run, runInParts, prepare, planner, sources, replace } = federation;

  /** Throws where an answer is wrong. */
  const check = async (query: string, variables: Record<string, unknown>, index: number): Promise<Outcome> => {
    const document = parse(query);
    const wanted: string[] = [];
    const onMutation = (field: string) => wanted.push(field);
    const expected = await answerOfOne(graph, monolith, document, variables, { onMutation });
    // Subgraphs answer in no certain order.
    for (const [name, source] of sound)
      replace(name, {
        async execute(request) {
          for (let ticks = hash(`${index}${name}${request.query}`) % 4; ticks > 0; ticks--) await setImmediate();
          return source.execute(request);
        },
      });
    ran = [];
    const actual = await run(query, variables);
    // In series, by both executors. Where nothing is left of the answer, the one schema stopped.
    if (expected.data) assert.deepEqual(ran, [...wanted, ...wanted]);
    assert.deepEqual(plain(actual.data), plain(expected.data));
    assert.deepEqual(visibleErrors(actual), visibleErrors(expected));
    // A plan may fetch for one type what was selected for another, and tell what went wrong there.
    if (expected.errors) assert.ok(actual.errors);
    let isDeferred = false;
    if (query.includes('@defer')) {
      const plan = await prepare(query, variables, undefined, { incremental: true });
      const inParts = await runInParts(query, variables);
      isDeferred = inParts.parts.length > 0;
      if (plan.deferred) {
        const told = await partsOfOne(graph, monolith, promised(plan, document), variables);
        compareInParts(inParts, told);
      } else assert.equal(JSON.stringify(inParts.initial.data), JSON.stringify(actual.data));
      // All put together is the whole.
      if (!expected.errors) assert.deepEqual(plain(inParts.whole), plain(expected.data));
    }

    const loss = lossOf(graph, document, index);
    if (loss) {
      replace(loss.subgraph, { execute: async () => Promise.reject(new Error('down')) });
      const expected = await answerOfOne(graph, monolith, document, variables, loss);
      const actual = await run(query, variables);
      assert.deepEqual(plain(actual.data), plain(expected.data), `Without ${loss.subgraph}.`);
      if (expected.errors) assert.ok(actual.errors);
    }

    // What a subgraph does wrong depends on what it is asked alone: the two executors see the same.
    for (const [name, source] of sound)
      replace(name, {
        async execute(request) {
          const at = hash(`${index}${name}${request.query}${JSON.stringify(request.variables)}`);
          if (at % 6 === 0) throw new Error('down');
          return damaged(await source.execute(request), at);
        },
      });
    await run(query, variables);
    // Parts ask again for what others asked for, and here get another answer: the order counts. They must fit together all the same.
    if (isDeferred) {
      const plan = await prepare(query, variables, undefined, { incremental: true });
      const options = { sources, variables, deadline: Date.now() + 10_000 };
      for (const { executeIncrementally } of Object.values(executors))
        await readInParts(await executeIncrementally(plan, options));
    }
    return { isDeferred, isPartial: loss !== undefined, hasErrors: expected.errors !== undefined };
  };

  return {
    federation,
    /** The operation of a number, where it is valid. */
    operation(index: number) {
      const random = randomOf(seed * 7919 + index);
      const query = operationOf(graph, random, seed % 7 === 5);
      const variables = variablesOf(random);
      return validate(planner.apiSchema, parse(query)).length ? undefined : { query, variables };
    },
    async outcomeOf(index: number, query: string, variables: Record<string, unknown>): Promise<Outcome> {
      try {
        return await check(query, variables, index);
      } catch (error) {
        if (isTooComplex(error)) return { isRefused: true };
        return { fault: { seed, operation: index, query, variables, message: (error as Error).message } };
      }
    },
    isValid(query: string): boolean {
      try {
        return !validate(planner.apiSchema, parse(query)).length;
      } catch {
        // Nothing was left of a selection.
        return false;
      }
    },
  };
}

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

/** As JSON has it: objects may come from another realm of the test runner, or have no prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
