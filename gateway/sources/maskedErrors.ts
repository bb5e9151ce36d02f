import type { Source, SubgraphResponse } from './source.ts';

/**
 * A subgraph whose errors are not for clients: they may hold addresses, statements, stacks. Clients are told where something failed, and
 * whose field it was.
 */
export const withMaskedErrors = (source: Source, subgraph: string): Source => ({
  execute: (request) => source.execute(request).then((response) => masked(response, subgraph)),
});

function masked(response: SubgraphResponse, subgraph: string): SubgraphResponse {
  if (!response.errors?.length) return response;
  const errors = response.errors.map(({ path }) => ({
    message: `The subgraph "${subgraph}" reported an error.`,
    ...(path && { path }),
    extensions: { code: 'UPSTREAM_FAILED', subgraph },
  }));
  return { ...response, errors };
}
