import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Platform } from './platform.ts';
import { createVerifier, signatureHeaders } from './signature.ts';
import type { Subgraph, SubgraphCall } from './subgraph.ts';

/** Largest call that a subgraph reads, in bytes: the gateway's largest request and what planning may add to it. */
const largestCall = 20_000_000;

/**
 * The door of a subgraph that runs in a process of its own: `POST /` for the gateway's signed calls, and health. Whatever
 * is not signed by one of `secrets` gets 401 before anything is parsed; there is no introspection, no `_service` and no GET
 * for strangers.
 */
export function createSubgraphServer(subgraph: Subgraph, platform: Platform, secrets: readonly Buffer[]): Server {
  const verify = createVerifier(secrets);
  const server = createServer(async (request, response) => {
    const end = (status: number, body: string) => {
      const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };
      response.writeHead(status, headers).end(body);
    };
    const refuse = () => end(401, '{"error":"This subgraph only answers its gateway."}');
    try {
      if (request.method === 'GET' && request.url === '/health/live') return end(200, '{"status":"live"}');
      if (request.method === 'GET' && request.url === '/health/ready') {
        await platform.db.$queryRaw`SELECT 1`;
        return end(200, '{"status":"ready"}');
      }
      if (!request.headers[signatureHeaders.signature]) return refuse();
      const body = await readBody(request);
      if (!body) return end(413, '{"error":"too large"}');
      if (!verify(request.method ?? '', request.url ?? '', request.headers, body)) return refuse();
      end(200, JSON.stringify(await subgraph.execute(JSON.parse(body.toString('utf8')) as SubgraphCall)));
    } catch (error) {
      platform.log.error({ error, subgraph: subgraph.name }, 'a call to the subgraph failed');
      if (!response.headersSent) end(503, '{"error":"unavailable"}');
    }
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  return server;
}

/** The whole body, or null when it is larger than any call of ours. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > largestCall) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  // Without `destroyOnReturn: false` the connection would be gone before the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > largestCall) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
