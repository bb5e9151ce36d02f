import type { Source, SubgraphRequest, SubgraphResponse } from '../../../gateway/sources/source.ts';

/** A call that a test answers by hand. */
export interface FakeCall {
  readonly request: SubgraphRequest;
  answer(response?: SubgraphResponse): void;
  fail(cause: unknown): void;
}

/** A source that keeps its calls for the test to settle. */
export function fakeSource(): Source & { calls: FakeCall[] } {
  const calls: FakeCall[] = [];
  return {
    calls,
    execute: (request) =>
      new Promise((resolve, reject) => {
        calls.push({ request, answer: (response = { data: { ok: true } }) => resolve(response), fail: reject });
      }),
  };
}

/** A request to a subgraph; `client` may leave. */
export function request(
  more: Partial<SubgraphRequest> & { deadline: number },
  client: AbortController = new AbortController(),
): SubgraphRequest {
  return { query: '{ a }', operationKind: 'query', context: {}, signal: client.signal, ...more };
}

export const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
