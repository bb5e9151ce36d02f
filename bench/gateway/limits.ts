import { Pool } from 'undici';
import { createGateway } from '../../gateway/gateway.ts';
import { type Answer, preparedAnswer } from './candidates.ts';
import { answer, type QueryName, queries, supergraph } from './scenario.ts';

/** A request to a subgraph: its path and body. */
type Fetch = readonly [path: string, body: string];

/** The distinct requests that a query takes, as our executor makes them. */
async function distinctFetches(query: QueryName): Promise<readonly Fetch[]> {
  const fetches = new Map<string, Fetch>();
  const gateway = createGateway({
    supergraphSdl: supergraph('http://subgraphs.invalid'),
    buildSource: ({ name }) => ({
      async execute({ body = '' }) {
        fetches.set(`${name} ${body}`, [`/${name}`, body]);
        return JSON.parse(await answer(name, body));
      },
    }),
  });
  await preparedAnswer(gateway)(JSON.stringify({ query: queries[query] }));
  return [...fetches.values()];
}

/**
 * What no gateway can be faster than: the same requests to the subgraphs, whose answers are read and not looked at, and an answer that was
 * finished before.
 */
export async function bareFetches(base: string): Promise<Answer> {
  const pool = new Pool(base, { connections: 64, pipelining: 1 });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const known = new Map<string, { fetches: readonly Fetch[]; text: string }>();
  for (const name of ['big', 'small'] as const) {
    const body = JSON.stringify({ query: queries[name] });
    known.set(body, { fetches: await distinctFetches(name), text: await cannedText(name) });
  }
  return async (body) => {
    const { fetches, text } = known.get(body) ?? { fetches: [], text: '{}' };
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
export async function canned(): Promise<Answer> {
  const texts = new Map<string, string>();
  for (const name of ['big', 'small'] as const)
    texts.set(JSON.stringify({ query: queries[name] }), await cannedText(name));
  return async (body) => texts.get(body) ?? '{}';
}

async function cannedText(query: QueryName): Promise<string> {
  const gateway = createGateway({
    supergraphSdl: supergraph('http://subgraphs.invalid'),
    buildSource: ({ name }) => ({ execute: async ({ body = '' }) => JSON.parse(await answer(name, body)) }),
  });
  return preparedAnswer(gateway)(JSON.stringify({ query: queries[query] }));
}
