import { Pool } from 'undici';
import { createGateway } from '../../gateway/gateway.ts';
import { createHttpSource } from '../../gateway/sources/http.ts';
import { type Answer, preparedAnswer } from './candidates.ts';
import type { QueryName, Scenario } from './scenario.ts';

/** A request to a subgraph: its path and body. */
type Fetch = readonly [path: string, body: string];

/** What is known of each query from running it once: the distinct requests that our executor makes for it, and its answer. */
async function known({ queries, supergraph }: Scenario, base: string) {
  const found = new Map<string, { fetches: readonly Fetch[]; text: string }>();
  for (const name of ['big', 'small'] satisfies QueryName[]) {
    const fetches = new Map<string, Fetch>();
    const sources = new Set<{ close(): Promise<void> }>();
    const gateway = createGateway({
      supergraphSdl: supergraph(base),
      buildSource({ name, url }) {
        const source = createHttpSource({ url });
        sources.add(source);
        return {
          execute(request) {
            const { body = '' } = request;
            fetches.set(`${name} ${body}`, [`/${name}`, body]);
            return source.execute(request);
          },
        };
      },
    });
    const body = JSON.stringify({ query: queries[name] });
    const text = await preparedAnswer(gateway)(body);
    found.set(body, { fetches: [...fetches.values()], text });
    for (const source of sources) await source.close();
  }
  return found;
}

/**
 * What no gateway can be faster than: the same requests to the subgraphs, whose answers are read and not looked at, and an answer that was
 * finished before.
 */
export async function bareFetches(scenario: Scenario, base: string): Promise<Answer> {
  const pool = new Pool(base, { connections: 64, pipelining: 1 });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const queries = await known(scenario, base);
  return async (body) => {
    const { fetches, text } = queries.get(body) ?? { fetches: [], text: '{}' };
    await Promise.all(
      fetches.map(
        ([path, asked]) =>
          new Promise<void>((resolve, reject) => {
            pool.dispatch(
              { path, method: 'POST', headers, body: asked },
              {
                onRequestStart() {},
                onResponseStart() {},
                onResponseData() {},
                onResponseEnd: () => resolve(),
                onResponseError: (_controller, error) => reject(error),
              },
            );
          }),
      ),
    );
    return text;
  };
}

/** The least that a server can do: bytes that were there before. */
export async function canned(scenario: Scenario, base: string): Promise<Answer> {
  const queries = await known(scenario, base);
  return async (body) => queries.get(body)?.text ?? '{}';
}
