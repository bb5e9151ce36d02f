import { GraphQLError, parse, validate } from 'graphql';
import type { Caller } from '../../gateway/admission/caller.ts';
import { type Operations, Refusal } from '../../gateway/admission/operation.ts';
import { responseText } from '../../gateway/execution/compiled/executor.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { createFanOut, type FanOut } from '../../gateway/transport/fanOut.ts';

/** Admission without rules, for tests of transports: any valid operation is let in, and planned once. */
export function openOperations(gateway: Gateway): Operations & { readonly fanOut: FanOut } {
  const format = (error: GraphQLError) => error.toJSON();
  const documents = new Map<string, ReturnType<typeof parse>>();
  const read = (query: string) => {
    const document = documents.get(query) ?? parse(query);
    const [problem] = validate(gateway.apiSchema, document);
    if (problem) throw problem;
    documents.set(query, document);
    return document;
  };
  const fanOut = createFanOut({
    gateway,
    respond: (result) => responseText(result),
    format,
    async replan({ plan: { document }, variables }) {
      const [problem] = validate(gateway.apiSchema, document);
      if (problem) throw problem;
      return gateway.plan(document, undefined, variables);
    },
  });
  const refusing = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof GraphQLError ? new Refusal([format(error)], 400) : error;
    }
  };
  return {
    fanOut,
    admit: (caller, request, facts) =>
      refusing(async () => {
        const variables = (request.variables ?? {}) as Record<string, unknown>;
        const plan = await gateway.plan(read(String(request.query)), request.operationName as string | null, variables);
        const { sharing, scopes } = caller;
        const context = caller.contextOf(facts);
        const run = async () => responseText(await gateway.executeText(plan, { variables, context }));
        return {
          kind: plan.kind,
          run,
          runInParts: run,
          abandon: () => {},
          listen: (sink) => refusing(() => fanOut.listen({ sharing, scopes, plan, variables, context }, sink)),
        };
      }),
  };
}

/** Somebody with an account; what sources get as context is `{ account }`. */
export const callerOf = (account: string, expiresAt: Date | null = null): Caller => ({
  account,
  sharing: account,
  isAuthenticated: true,
  scopes: [],
  isDeveloper: false,
  isTrusted: false,
  client: null,
  expiresAt,
  contextOf: () => ({ account }),
});
