import { type DocumentNode, GraphQLError, parse, validate } from 'graphql';
import type { Viewer } from '../../subgraphs/shared/context.ts';
import { checkAuthorization } from '../admission/authorization.ts';
import { responseText } from '../execution/compiled/executor.ts';
import type { Gateway } from '../gateway.ts';
import type { GatewayContext } from '../sources/embedded.ts';
import { formatError, toFormatted } from './errors.ts';
import { createFanOut, type FanOut } from './fanOut.ts';
import { type Operations, Refusal } from './operations.ts';

/** What sockets ask of admission until the whole of it is one room: parse, validate, check what the viewer may do, plan. */
export function createInterimOperations(gateway: Gateway, now: () => Date): Operations & { readonly fanOut: FanOut } {
  const format = (error: unknown, context: unknown) =>
    formatError(toFormatted(error), { requestId: (context as GatewayContext).request.requestId, now: now() });
  const documents = new Map<string, DocumentNode>();
  gateway.onUpdate(() => documents.clear());
  const read = (query: string): DocumentNode => {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query, { maxTokens: 10_000 });
    const problems = validate(gateway.apiSchema, document);
    if (problems.length > 0) throw problems[0];
    if (documents.size >= 1_000) documents.delete(documents.keys().next().value!);
    documents.set(query, document);
    return document;
  };
  const plan = (query: string, operationName: string | null, variables: object, viewer: Viewer | null) => {
    const document = read(query);
    const denied = checkAuthorization(gateway.engine, document, operationName, rightsOf(viewer));
    if (denied.length > 0) throw denied[0];
    return gateway.plan(document, operationName, variables as Record<string, unknown>);
  };
  const respond: Parameters<typeof createFanOut>[0]['respond'] = ({ data, errors }, context) =>
    responseText(
      { data, errors: errors?.map((error) => format(error, context)) as unknown as readonly GraphQLError[] },
      { requestId: (context as GatewayContext).request.requestId },
    );
  const fanOut = createFanOut({
    gateway,
    respond,
    format,
    async replan({ plan: { document, operation }, variables, context }) {
      const problems = validate(gateway.apiSchema, document);
      if (problems.length > 0) throw problems[0];
      const name = operation.name?.value ?? null;
      const denied = checkAuthorization(
        gateway.engine,
        document,
        name,
        rightsOf((context as GatewayContext).request.viewer),
      );
      if (denied.length > 0) throw denied[0];
      return gateway.plan(document, name, variables);
    },
  });
  return {
    fanOut,
    async admit(caller, request, facts) {
      const context = caller.contextOf(facts) as GatewayContext;
      const refuse = (error: unknown) => new Refusal([format(error, context)], 400);
      const variables = (request.variables ?? {}) as Record<string, unknown>;
      try {
        const prepared = await plan(
          String(request.query),
          (request.operationName as string | null) ?? null,
          variables,
          context.request.viewer,
        );
        const { account, scopes } = caller;
        return {
          kind: prepared.kind,
          run: async () => respond(await gateway.executeText(prepared, { variables, context }), context),
          listen: (sink) =>
            fanOut.listen({ account, scopes, plan: prepared, variables, context }, sink).catch((error) => {
              throw error instanceof GraphQLError ? refuse(error) : error;
            }),
        };
      } catch (error) {
        throw error instanceof GraphQLError ? refuse(error) : error;
      }
    },
  };
}

const rightsOf = (viewer: Viewer | null) => ({ isAuthenticated: viewer !== null, scopes: viewer?.scopes ?? [] });
