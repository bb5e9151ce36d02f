import { type Dispatcher, Pool } from 'undici';
import type { Source, SubgraphResponse } from '../../gateway/sources/source.ts';

const headers = { 'content-type': 'application/json', accept: 'application/json' };

/** A subgraph over pooled keep-alive connections, by undici's dispatch: the least that a source over HTTP can do. */
export function createHttpSource(address: string): Source {
  const { origin, pathname } = new URL(address);
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  return {
    execute: ({ body, query, operationName, variables }) =>
      new Promise<SubgraphResponse>((resolve, reject) => {
        const text = body ?? JSON.stringify({ query, operationName, variables });
        const chunks: Buffer[] = [];
        const handler: Dispatcher.DispatchHandler = {
          // Tells undici which kind of handler this is.
          onRequestStart() {},
          onResponseStart(_controller, status) {
            if (status !== 200) reject(new Error(`Status ${status}`));
          },
          onResponseData(_controller, chunk) {
            chunks.push(chunk);
          },
          onResponseEnd() {
            try {
              const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
              resolve(JSON.parse(whole.toString('utf8')) as SubgraphResponse);
            } catch (error) {
              reject(error as Error);
            }
          },
          onResponseError(_controller, error) {
            reject(error);
          },
        };
        pool.dispatch({ path: pathname, method: 'POST', headers, body: text }, handler);
      }),
  };
}
