import assert from 'node:assert/strict';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type ExecutionResult, execute as executeGraphql, parse, validate } from 'graphql';
import { composeSupergraph } from '../../../gateway/compose.ts';
import * as compiled from '../../../gateway/execution/compiled/executor.ts';
import * as interpreted from '../../../gateway/execution/executor.ts';
import { openSubscription } from '../../../gateway/execution/subscriptions.ts';
import { stripSecurityDirectives } from '../../../gateway/planning/authorization.ts';
import { createPlanner, type PlannerOptions, type PlanOptions } from '../../../gateway/planning/planner.ts';
import {
  parseAnswer,
  type Source,
  type SubgraphRequest,
  type SubscriptionSource,
} from '../../../gateway/sources/source.ts';
import { answersOf } from '../../support/subscription.ts';
import { type InParts, readInParts } from './inParts.ts';

type ExecuteOptions = interpreted.ExecuteOptions;

/** The two ways to run a plan, which must answer the same. */
export const executors = { interpreted, compiled };
export type ExecutorName = keyof typeof executors;

type Resolvers = Record<string, any>;

/** A subgraph of a fixture: its schema after the `@link` to federation, and its resolvers. */
export interface Fixture {
  readonly sdl: string;
  readonly resolvers?: Resolvers;
  readonly events?: SubscriptionSource['events'];
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize", "@tag", "FieldSet"])\n`;

/** A fixture's schema with its link to federation, unless it brings one of its own. */
export const linked = (sdl: string) => (sdl.includes('@link(') ? sdl : LINK + sdl);

/** A weight for everything, leaves too, that tells apart what it is asked for. */
const weigh = (parent: string, field: string, type: string) =>
  parent.length + 100 * field.length + 10_000 * type.length;

/** The supergraph of some subgraphs' schemas. */
export function compose(sdls: Record<string, string>): string {
  const subgraphs = Object.entries(sdls).map(([name, sdl]) => ({
    name,
    url: `http://${name}.invalid`,
    typeDefs: linked(sdl),
  }));
  const { supergraphSdl, errors } = composeSupergraph(subgraphs);
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** A subgraph run by graphql-js in this process; answers pass through JSON as over a wire. */
export function localSource({ sdl, resolvers = {} }: Fixture): Source {
  const schema = buildSubgraphSchema({ typeDefs: parse(linked(sdl)), resolvers });
  const documents = new Map<string, DocumentNode>();
  const documentOf = (query: string) => {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    const invalid = validate(schema, document);
    if (invalid.length) throw new Error(`The gateway sent what the subgraph refuses: ${invalid.join('; ')}`);
    documents.set(query, document);
    return document;
  };
  return {
    async execute({ query, operationName, variables, context, event }: SubgraphRequest) {
      const document = documentOf(query);
      const result = await executeGraphql({
        schema,
        document,
        operationName,
        variableValues: variables && JSON.parse(JSON.stringify(variables)),
        contextValue: context,
        rootValue: event,
      });
      return parseAnswer(JSON.stringify(result));
    },
  };
}

/** The subgraphs composed, planned and executed in this process, with a record of what each was asked. */
export function federate(fixtures: Record<string, Fixture>, plannerOptions?: PlannerOptions) {
  const sdls = Object.fromEntries(Object.entries(fixtures).map(([name, { sdl }]) => [name, sdl]));
  const { supergraphSdl, authorization } = stripSecurityDirectives(compose(sdls));
  const planner = createPlanner(supergraphSdl, { ...plannerOptions, weighing: () => weigh });
  const calls: { subgraph: string; query: string; variables: Record<string, unknown> }[] = [];
  const sources = new Map<string, Source>();
  const subscriptionSources = new Map<string, SubscriptionSource>();
  for (const [name, fixture] of Object.entries(fixtures)) {
    const source = localSource(fixture);
    if (fixture.events) subscriptionSources.set(name, { events: fixture.events });
    sources.set(name, {
      execute(request) {
        calls.push({ subgraph: name, query: request.query, variables: { ...request.variables } });
        return source.execute(request);
      },
    });
  }

  const prepare = async (
    query: string,
    variables?: Record<string, unknown>,
    operationName?: string,
    planOptions?: PlanOptions,
  ) => {
    const document = parse(query);
    const invalid = validate(planner.apiSchema, document);
    if (invalid.length) throw new Error(invalid.join('\n'));
    return planner.plan(document, operationName, variables, planOptions);
  };
  const options = (variables?: Record<string, unknown>): ExecuteOptions => ({
    sources,
    variables,
    deadline: Date.now() + 10_000,
  });
  const plain = <Result>(result: Result): Result => JSON.parse(JSON.stringify(result)) as Result;
  /** The answer of both executors, which weighs the same; which of several errors is told first is left to chance. */
  const both = async (ask: () => Promise<interpreted.Answer>, write: () => Promise<compiled.TextResult>) => {
    calls.length = 0;
    const asked = await ask();
    const expected = plain(asked.result);
    calls.length = 0;
    const { data, errors, weight } = await write();
    const result = plain<ExecutionResult>({ errors, ...(data !== undefined && { data: JSON.parse(data) }) });
    assert.equal(weight, asked.weight);
    // As text: fields have an order.
    assert.equal(JSON.stringify(result.data), JSON.stringify(expected.data));
    assert.deepEqual(sorted(result.errors), sorted(expected.errors));
    return result;
  };

  return {
    supergraphSdl,
    authorization,
    planner,
    sources,
    calls,
    prepare,
    /** The answer as a client reads it, of both executors unless one is named. `calls` are those of the compiled one. */
    async run(
      query: string,
      variables?: Record<string, unknown>,
      more?: Partial<ExecuteOptions> & { operationName?: string; executor?: ExecutorName },
    ) {
      const plan = await prepare(query, variables, more?.operationName, { context: more?.context });
      const given = { ...options(variables), ...more };
      if (!more?.executor)
        return both(
          () => interpreted.answer(plan, given),
          () => compiled.executeText(plan, given),
        );
      calls.length = 0;
      return plain(await executors[more.executor].execute(plan, given));
    },
    /** The answer in parts of both executors: the first message, and all parts after it in an order of their own. */
    async runInParts(query: string, variables?: Record<string, unknown>, more?: Partial<ExecuteOptions>) {
      const plan = await prepare(query, variables, undefined, { incremental: true });
      const work = async (executor: (typeof executors)[ExecutorName]) => {
        calls.length = 0;
        return readInParts(await executor.executeIncrementally(plan, { ...options(variables), ...more }));
      };
      const expected = await work(interpreted);
      const result = await work(compiled);
      const comparable = ({ initial, parts }: InParts) => ({
        data: JSON.stringify(initial.data),
        hasNext: initial.hasNext,
        errors: sorted(initial.errors),
        parts: sorted(parts.map((part) => ({ ...part, data: JSON.stringify(part.data), errors: sorted(part.errors) }))),
      });
      assert.deepEqual(comparable(result), comparable(expected));
      return result;
    },
    async runEvent(query: string, event: unknown, variables?: Record<string, unknown>) {
      const plan = await prepare(query, variables);
      return both(
        () => interpreted.answerEvent(plan, event, options(variables)),
        () => compiled.executeEventText(plan, event, options(variables)),
      );
    },
    async subscribe(query: string, variables?: Record<string, unknown>, signal?: AbortSignal) {
      const plan = await prepare(query, variables);
      return answersOf(
        () => openSubscription(plan, { subscriptionSources, variables }),
        (event) => compiled.executeEvent(plan, event, options(variables)),
        signal,
      );
    },
    /** Puts another source in a subgraph's place. */
    replace(name: string, source: Source) {
      sources.set(name, source);
    },
  };
}

/** Errors, or others, in an order of their own. */
export const sorted = (errors: readonly object[] | undefined) =>
  errors
    ?.map((error) => JSON.stringify(error))
    .sort()
    .map((error) => JSON.parse(error) as object);
