import { type DocumentNode, type FormattedExecutionResult, parse, validate } from 'graphql';
import { checkAuthorization } from '../../gateway/admission/authorization.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createEmbeddedSource } from '../../gateway/sources/embedded.ts';
import type { RequestInfo } from '../../subgraphs/shared/context.ts';
import { scalars } from '../../subgraphs/shared/scalars.ts';
import type { Subgraph } from '../../subgraphs/shared/subgraph.ts';
import { supergraphSdl } from './supergraph.ts';

/** The gateway's own way from a document to an answer, without a transport. */
export function createTestExecutor(subgraphs: ReadonlyMap<string, Subgraph>) {
  const gateway = createGateway({
    supergraphSdl,
    scalars,
    buildSource: ({ name }) => createEmbeddedSource(subgraphs.get(name)!),
  });
  const documents = new Map<string, DocumentNode>();
  return async (text: string, variables: Record<string, unknown>, request: RequestInfo) => {
    let document = documents.get(text);
    if (!document) {
      document = parse(text);
      const problems = validate(gateway.apiSchema, document);
      if (problems.length > 0)
        return { errors: problems.map((problem) => problem.toJSON()) } as FormattedExecutionResult;
      documents.set(text, document);
    }
    const denied = checkAuthorization(gateway.engine, document, undefined, {
      isAuthenticated: request.viewer !== null,
      scopes: request.viewer?.scopes ?? [],
    });
    if (denied.length > 0) return { errors: denied.map((error) => error.toJSON()) } as FormattedExecutionResult;
    const plan = await gateway.plan(document, undefined, variables);
    const result = await gateway.execute(plan, { variables, context: { request } });
    return JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;
  };
}
