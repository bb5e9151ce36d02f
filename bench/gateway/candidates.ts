import { ApolloGateway, type GraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { type DocumentNode, parse, validate } from 'graphql';
import { responseText } from '../../gateway/execution/compiled/executor.ts';
import { type ExecutorName, stringifyResult } from '../../gateway/execution/executors.ts';
import { createGateway, type Gateway, type SubgraphAddress } from '../../gateway/gateway.ts';
import { createHttpSource } from '../../gateway/sources/http.ts';
import type { Source, SubgraphResponse } from '../../gateway/sources/source.ts';
import type { Scenario } from './scenario.ts';

process.env.APOLLO_TELEMETRY_DISABLED = '1';

/** A request's body in, the response's body out. */
export type Answer = (body: string) => Promise<string>;

export const candidateNames = ['stock', 'interpreted', 'compiled', 'direct'] as const;
export type CandidateName = (typeof candidateNames)[number];

export const described: Record<CandidateName, string> = {
  stock: '@apollo/gateway behind Apollo Server',
  interpreted: 'interpreted executor behind Apollo Server',
  compiled: 'compiled executor behind Apollo Server',
  direct: 'compiled executor alone',
};

/** A gateway over the subgraphs at `<base>/<name>`, or in this process without a base. */
export async function candidate(name: CandidateName, { supergraph, answer }: Scenario, base?: string): Promise<Answer> {
  const supergraphSdl = supergraph(base ?? 'http://subgraphs.invalid');
  const sourceOf = ({ name, url }: SubgraphAddress): Source =>
    base
      ? createHttpSource({ url })
      : {
          execute: async ({ body, query, operationName, variables }) =>
            JSON.parse(
              await answer(name, body ?? JSON.stringify({ query, operationName, variables })),
            ) as SubgraphResponse,
        };
  const ours = (executor: ExecutorName, answers: 'objects' | 'text') =>
    createGateway({ supergraphSdl, buildSource: sourceOf, executor, answers });
  switch (name) {
    case 'stock': {
      const gateway = new ApolloGateway({
        supergraphSdl,
        logger: silent,
        buildService: ({ name, url }): GraphQLDataSource =>
          base
            ? new RemoteGraphQLDataSource({ url })
            : {
                async process({ request: { query, operationName, variables } }) {
                  return JSON.parse(await answer(name, JSON.stringify({ query, operationName, variables })));
                },
              },
      });
      return behindApollo(new ApolloServer({ gateway, logger: silent }));
    }
    case 'interpreted':
      return behindApollo(
        new ApolloServer({ gateway: ours('interpreted', 'objects').gatewayInterface, logger: silent }),
      );
    case 'compiled': {
      const gateway = ours('compiled', 'text').gatewayInterface;
      return behindApollo(new ApolloServer({ gateway, logger: silent, stringifyResult }));
    }
    case 'direct':
      return preparedAnswer(ours('compiled', 'text'));
  }
}

/** Documents parsed and validated once, then planned and executed: no admission, no transport. */
export function preparedAnswer(gateway: Gateway): Answer {
  const documents = new Map<string, DocumentNode>();
  return async (body) => {
    const { query, variables, operationName } = JSON.parse(body);
    let document = documents.get(query);
    if (!document) {
      document = parse(query);
      const [invalid] = validate(gateway.apiSchema, document);
      if (invalid) throw invalid;
      documents.set(query, document);
    }
    const plan =
      gateway.cached(document, operationName, variables) ?? (await gateway.plan(document, operationName, variables));
    return responseText(await gateway.executeText(plan, { variables }));
  };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function behindApollo(server: ApolloServer): Promise<Answer> {
  await server.start();
  const headers = new HeaderMap([['content-type', 'application/json']]);
  return async (body) => {
    const response = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body: JSON.parse(body) },
      context: async () => ({}),
    });
    if (response.body.kind !== 'complete') throw new Error('An incremental answer.');
    return response.body.string;
  };
}
