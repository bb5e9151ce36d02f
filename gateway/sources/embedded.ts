import type { RequestInfo } from '../../subgraphs/shared/context.ts';
import type { Subgraph, SubgraphCall } from '../../subgraphs/shared/subgraph.ts';
import type { Source, SubgraphRequest, SubgraphResponse } from './source.ts';

/** What Jarvis's requests carry through the executor. */
export interface GatewayContext {
  request: RequestInfo;
  /** Fires when the client has gone away. */
  signal?: AbortSignal;
}

/** A subgraph gets half of the request's budget at most, so that the gateway can still answer for it. */
export const subgraphShare = 0.5;

/** What a subgraph is told, whichever way it is reached. */
export function toCall({
  query,
  operationName,
  variables,
  context,
  traceparent,
  event,
}: SubgraphRequest): SubgraphCall {
  const { request } = context as GatewayContext;
  return {
    query,
    operationName,
    variables: variables as Record<string, unknown> | undefined,
    request: traceparent ? { ...request, traceparent } : request,
    ...(event !== undefined && { eventId: (event as { id: string }).id }),
  };
}

/** A subgraph in this process: called, not sent to. Each call gets a context of its own. */
export function createEmbeddedSource(subgraph: Subgraph): Source {
  return {
    execute(request) {
      return withDeadline(subgraph.execute(toCall(request)) as Promise<SubgraphResponse>, request);
    },
  };
}

/** Rejects when the request's signal fires or the subgraph's share of the time is over, whichever comes first. */
function withDeadline<T>(work: Promise<T>, { signal, deadline }: SubgraphRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = Math.max(1, (deadline - Date.now()) * subgraphShare);
    const timer = setTimeout(() => reject(new Error('The subgraph took too long.')), Math.min(left, 2 ** 31 - 1));
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    });
  });
}
