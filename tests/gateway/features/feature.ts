import { ApolloGateway } from '@apollo/gateway';
import { describe, expect, test } from '@jest/globals';
import { type ExecutionResult, parse } from 'graphql';
import { startStandalone, type TestSubgraph } from '../../support/standalone.ts';
import { compose, federate, localSource } from '../execution/federation.ts';

/** What is asked, and what everybody must answer. */
interface Ask {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly data: unknown;
  /** Where errors lie. */
  readonly errors?: readonly (readonly (string | number)[] | undefined)[];
  /** The subgraphs that are asked, in their order. */
  readonly asks?: readonly string[];
  /** What stock Apollo answers instead, or how it fails. */
  readonly stock?: { readonly data?: unknown; readonly errors?: Ask['errors'] } | { readonly fails: RegExp };
}

interface Feature {
  readonly subgraphs: Record<string, TestSubgraph>;
  readonly asked: readonly Ask[];
  /** Subgraphs that do not answer. */
  readonly down?: readonly string[];
  /** Stock Apollo does not load the supergraph. */
  readonly stock?: RegExp;
}

/**
 * A feature of federation, shown four times over the same subgraphs: by each executor in this process, over HTTP with subgraphs that are
 * servers of their own, and, as a measure, by `@apollo/gateway` as it is on npm.
 */
export function feature(name: string, { subgraphs, asked, down = [], stock }: Feature): void {
  describe(name, () => {
    test.each(['interpreted', 'compiled'] as const)('%s', async (executor) => {
      const { run, calls, replace } = federate(subgraphs);
      for (const subgraph of down) replace(subgraph, dead);
      for (const ask of asked) {
        expectAnswer(await run(ask.query, ask.variables, { executor }), ask);
        if (ask.asks) expect(calls.map(({ subgraph }) => subgraph)).toEqual(ask.asks);
      }
    });

    test('over HTTP', async () => {
      const gateway = await startStandalone(subgraphs, { subgraphErrors: 'pass', demandControl: 'off' });
      for (const subgraph of down) gateway.gates.set(subgraph, () => Promise.reject(new Error('down')));
      try {
        for (const ask of asked) {
          gateway.asked.length = 0;
          const { answer } = await gateway.ask(ask.query, { variables: ask.variables });
          expectAnswer(answer, ask);
          if (ask.asks) expect(gateway.asked.map(({ subgraph }) => subgraph)).toEqual(ask.asks);
        }
      } finally {
        await gateway.stop();
      }
    });

    test('@apollo/gateway', async () => {
      const apollo = loadApollo(subgraphs, down);
      if (stock) return expect(apollo).rejects.toThrow(stock);
      const { ask: askApollo, stop } = await apollo;
      for (const ask of asked) {
        const answer = askApollo(ask);
        if (ask.stock && 'fails' in ask.stock) await expect(answer).rejects.toThrow(ask.stock.fails);
        else expectAnswer(await answer, ask.stock ? { data: undefined, ...ask.stock } : ask);
      }
      await stop();
    });
  });
}

function expectAnswer({ data, errors }: ExecutionResult, ask: Pick<Ask, 'data' | 'errors'>): void {
  expect({ data, errors: paths(errors) }).toEqual({
    data: ask.data,
    errors: paths(ask.errors?.map((path) => ({ path }))),
  });
  // Fields have an order.
  expect(JSON.stringify(data)).toBe(JSON.stringify(ask.data));
}

const paths = (errors: readonly { path?: readonly (string | number)[] }[] | undefined) =>
  errors?.map(({ path }) => path?.join('.') ?? 'nowhere').sort();

const dead = { execute: () => Promise.reject(new Error('down')) };

/** `@apollo/gateway` as it is on npm, over the same subgraphs. */
export async function loadApollo(
  subgraphs: Feature['subgraphs'],
  down: readonly string[] = [],
  correct = (supergraphSdl: string) => supergraphSdl,
) {
  const sdls = Object.fromEntries(Object.entries(subgraphs).map(([name, { sdl }]) => [name, sdl]));
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const apollo = new ApolloGateway({
    supergraphSdl: correct(compose(sdls)),
    logger: silent,
    buildService({ name }) {
      const source = down.includes(name) ? dead : localSource(subgraphs[name]!);
      return {
        process: ({ request }) =>
          source.execute({ ...request, operationKind: 'query', context: undefined } as never) as never,
      };
    },
  });
  await apollo.load();
  return {
    schema: apollo.schema!,
    async ask({ query, variables }: Pick<Ask, 'query' | 'variables'>): Promise<ExecutionResult> {
      const document = parse(query);
      const context = {
        request: { query, variables },
        document,
        queryHash: query,
        context: {},
        metrics: {},
        logger: silent,
      };
      const answer = await apollo.executor({ ...context, schema: apollo.schema, cache: new Map() } as never);
      return JSON.parse(JSON.stringify(answer)) as ExecutionResult;
    },
    stop: () => apollo.stop(),
  };
}
