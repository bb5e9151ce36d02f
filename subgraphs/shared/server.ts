import { createServer, type Server } from 'node:http';
import type { Platform } from './platform.ts';
import { createVerifier } from './signature.ts';
import type { Subgraph, SubgraphCall } from './subgraph.ts';

/** Largest call that a subgraph reads, in bytes: the gateway's largest request and what planning may add to it. */
const largestCall = 20_000_000;

/**
 * The door of a subgraph that runs in a process of its own: `POST /` for the gateway's signed calls, and health. Whatever
 * is not signed gets 401 before anything is parsed; there is no introspection, no `_service` and no GET for strangers.
 */
export function createSubgraphServer(subgraph: Subgraph, platform: Platform, secret: Buffer): Server {
  const verify = createVerifier(secret);
  return createServer(async (request, response) => {
    const end = (status: number, body: string) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
    };
    try {
      if (request.method === 'GET' && request.url === '/health/live') return end(200, '{"status":"live"}');
      if (request.method === 'GET' && request.url === '/health/ready') {
        await platform.db.$queryRaw`SELECT 1`;
        return end(200, '{"status":"ready"}');
      }
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of request) {
        size += (chunk as Buffer).length;
        if (size > largestCall) return end(413, '{"error":"too large"}');
        chunks.push(chunk as Buffer);
      }
      const body = Buffer.concat(chunks).toString('utf8');
      if (!verify(request.method ?? '', request.url ?? '', request.headers, body)) {
        return end(401, '{"error":"This subgraph only answers its gateway."}');
      }
      end(200, JSON.stringify(await subgraph.execute(JSON.parse(body) as SubgraphCall)));
    } catch (error) {
      platform.log.error({ error: (error as Error).message, subgraph: subgraph.name }, 'a call to the subgraph failed');
      if (!response.headersSent) end(503, '{"error":"unavailable"}');
    }
  });
}
