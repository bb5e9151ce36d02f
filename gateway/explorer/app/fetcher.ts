import type { GraphiQLProps } from 'graphiql';
import { type OperationDefinitionNode, parse } from 'graphql';
import { post } from './graph.ts';
import { session } from './session.ts';
import { type Sink, subscribe } from './subscriptions.ts';

/** Sends GraphiQL's operations: subscriptions over the WebSocket, everything else by POST. */
export const fetcher: GraphiQLProps['fetcher'] = async (params, options) => {
  const operation = findOperation(params.query, params.operationName);
  // For a moment after a change of tabs GraphiQL still gives the name of the tab before.
  const operationName = operation ? operation.name?.value : params.operationName;
  if (operation?.operation === 'subscription') {
    const { query, variables } = params;
    // The type allows a bare function too; GraphiQL gives the object.
    return { subscribe: (sink) => subscribe({ query, operationName, variables }, operation, sink as Sink) };
  }
  const headers = lowerCased(options?.headers);
  const send = async () => post({ ...params, operationName }, await session.authorization(), headers);
  const { status, answer } = await send();
  // Refused outright, hence nothing was done: with fresh tokens the same operation may be sent again.
  const renewable = status === 401 && !headers.authorization && session.state().credentials?.kind === 'session';
  return (renewable && (await session.renew()) ? (await send()).answer : answer) as Awaited<ReturnType<typeof fetcher>>;
};

/** The operation of that name in a document, or else the first; undefined when the text is no document or has none. */
export function findOperation(query: string, name: string | null | undefined): OperationDefinitionNode | undefined {
  try {
    const operations = parse(query).definitions.filter((node) => node.kind === 'OperationDefinition');
    return operations.find((node) => node.name?.value === name) ?? operations[0];
  } catch {
    return undefined; // The graph explains a syntax error better than we could.
  }
}

/** So that an Authorization header written in the editor replaces ours, whatever its case. */
function lowerCased(headers: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
