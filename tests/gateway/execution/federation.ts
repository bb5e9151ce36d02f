import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute as executeGraphql, parse, validate } from 'graphql';
import { composeSupergraph } from '../../../gateway/compose.ts';
import { type ExecuteOptions, execute, executeEvent } from '../../../gateway/execution/executor.ts';
import { subscribe } from '../../../gateway/execution/subscriptions.ts';
import { stripSecurityDirectives } from '../../../gateway/planning/authorization.ts';
import { createPlanner } from '../../../gateway/planning/planner.ts';
import type { Source, SubgraphRequest, SubscriptionSource } from '../../../gateway/sources/source.ts';

type Resolvers = Record<string, any>;

/** A subgraph of a fixture: its schema after the `@link` to federation, and its resolvers. */
export interface Fixture {
  readonly sdl: string;
  readonly resolvers?: Resolvers;
  readonly events?: SubscriptionSource['events'];
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "FieldSet"])\n`;

/** The supergraph of some subgraphs' schemas. */
export function compose(sdls: Record<string, string>): string {
  const subgraphs = Object.entries(sdls).map(([name, sdl]) => ({
    name,
    url: `http://${name}.invalid`,
    typeDefs: LINK + sdl,
  }));
  const { supergraphSdl, errors } = composeSupergraph(subgraphs);
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** A subgraph run by graphql-js in this process; answers pass through JSON as over a wire. */
export function localSource({ sdl, resolvers = {} }: Fixture): Source {
  const schema = buildSubgraphSchema({ typeDefs: parse(LINK + sdl), resolvers });
  return {
    async execute({ query, operationName, variables, context, event }: SubgraphRequest) {
      const document = parse(query);
      const invalid = validate(schema, document);
      if (invalid.length) throw new Error(`The gateway sent what the subgraph refuses: ${invalid.join('; ')}`);
      const result = await executeGraphql({
        schema,
        document,
        operationName,
        variableValues: variables && JSON.parse(JSON.stringify(variables)),
        contextValue: context,
        rootValue: event,
      });
      return JSON.parse(JSON.stringify(result));
    },
  };
}

/** The subgraphs composed, planned and executed in this process, with a record of what each was asked. */
export function federate(fixtures: Record<string, Fixture>) {
  const sdls = Object.fromEntries(Object.entries(fixtures).map(([name, { sdl }]) => [name, sdl]));
  const { supergraphSdl, authorization } = stripSecurityDirectives(compose(sdls));
  const planner = createPlanner(supergraphSdl);
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

  const prepare = (query: string, variables?: Record<string, unknown>, operationName?: string) => {
    const document = parse(query);
    const invalid = validate(planner.apiSchema, document);
    if (invalid.length) throw new Error(invalid.join('\n'));
    return planner.plan(document, operationName, variables);
  };
  const options = (variables?: Record<string, unknown>): ExecuteOptions => ({
    sources,
    variables,
    deadline: Date.now() + 10_000,
  });
  const plain = <Result>(result: Result): Result => JSON.parse(JSON.stringify(result)) as Result;

  return {
    supergraphSdl,
    authorization,
    planner,
    sources,
    calls,
    prepare,
    /** The answer as a client reads it. */
    async run(
      query: string,
      variables?: Record<string, unknown>,
      more?: Partial<ExecuteOptions> & { operationName?: string },
    ) {
      calls.length = 0;
      const plan = prepare(query, variables, more?.operationName);
      return plain(await execute(plan, { ...options(variables), ...more }));
    },
    async runEvent(query: string, event: unknown, variables?: Record<string, unknown>) {
      calls.length = 0;
      return plain(await executeEvent(prepare(query, variables), event, options(variables)));
    },
    subscribe: (query: string, variables?: Record<string, unknown>, signal?: AbortSignal) =>
      subscribe(prepare(query, variables), { sources, subscriptionSources, variables, signal, budget: 10_000 }),
    /** Puts another source in a subgraph's place. */
    replace(name: string, source: Source) {
      sources.set(name, source);
    },
  };
}
