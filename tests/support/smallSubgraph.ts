import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestInfo, Viewer } from '../../subgraphs/shared/context.ts';
import { scopes } from '../../subgraphs/shared/context.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { createSubgraph, type SubgraphCall, type SubgraphDefinition } from '../../subgraphs/shared/subgraph.ts';

/** A subgraph made of an SDL text and resolvers, to test the frame that all subgraphs share. */
export function smallSubgraph<Loaders = unknown>(
  platform: Platform,
  sdl: string,
  definition: Omit<SubgraphDefinition<Loaders>, 'name' | 'directory'>,
) {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-subgraph-'));
  writeFileSync(join(directory, 'schema.graphql'), sdl);
  const subgraph = createSubgraph<Loaders>({ name: 'small', directory, ...definition }, platform);
  rmSync(directory, { recursive: true });
  const run = (
    query: string,
    variables: Record<string, unknown> = {},
    request: Partial<RequestInfo> = {},
    more: Partial<SubgraphCall> = {},
  ) => subgraph.execute({ query, variables, request: { ...anonymous, ...request }, ...more });
  return { subgraph, run };
}

export const anonymous: RequestInfo = {
  requestId: 'request_1',
  viewer: null,
  ip: '127.0.0.1',
  userAgent: 'tests',
  idempotencyKey: null,
};

export const viewerOf = (userId: string): Viewer => ({
  userId,
  kind: 'session',
  credentialId: 'session_1',
  scopes,
  roles: ['USER'],
});
