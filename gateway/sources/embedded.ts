import type { RequestInfo } from '../../subgraphs/shared/context.ts';
import type { LoggedEvent } from '../../subgraphs/shared/events.ts';
import type { Subgraph, SubgraphCall } from '../../subgraphs/shared/subgraph.ts';
import { type ResilientSource, withResilience } from './resilience.ts';
import type { Source, SubgraphRequest, SubgraphResponse } from './source.ts';

/** What Jarvis's requests carry through the executor. */
export interface GatewayContext {
  request: RequestInfo;
}

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
export function createEmbeddedSource(subgraph: Subgraph): ResilientSource {
  const source: Source = {
    execute(request) {
      const call = { ...toCall(request), event: request.event as LoggedEvent | undefined };
      return subgraph.execute(call) as Promise<SubgraphResponse>;
    },
  };
  // It cannot be away: what fails here fails again. It may still be slow.
  return withResilience(source, { retry: false, breaker: false });
}
