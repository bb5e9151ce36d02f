import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createHealth } from './health.ts';
import { domainMetrics } from './metrics.ts';
import type { Platform } from './platform.ts';
import { createVerifier, signatureHeaders } from './signature.ts';
import type { Subgraph, SubgraphCall } from './subgraph.ts';
import { mayReadMetrics } from './telemetry/access.ts';
import { countCalls } from './telemetry/calls.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { watchPlatform } from './telemetry/platform.ts';

/** Largest call that a subgraph reads, in bytes: the gateway's largest request and what planning may add to it. */
const largestCall = 20_000_000;

/**
 * Milliseconds for which a connection is kept without a call. Answers say so, and gateways leave earlier: so none of them sends a call over a
 * connection that is being closed.
 */
const keptAlive = 5_000;

export interface SubgraphServer {
  readonly server: Server;
  /**
   * Leaves without losing a call. Readiness says 503, and for `lead` milliseconds everybody is still let in. Then nobody new is; whoever is
   * connected is still answered, with which the connection ends, and those that nobody uses are left by who opened them.
   * At most `patience` milliseconds after the lead.
   */
  drain(lead: number, patience?: number): Promise<void>;
}

/**
 * The door of a subgraph that runs in a process of its own: `POST /` for the gateway's signed calls, health, and `/metrics`
 * for whom may read them. Whatever
 * is not signed by one of `secrets` gets 401 before anything is parsed; there is no introspection, no `_service` and no GET
 * for strangers.
 */
export function createSubgraphServer(
  subgraph: Subgraph,
  platform: Platform,
  secrets: readonly Buffer[],
): SubgraphServer {
  const verify = createVerifier(secrets);
  const health = createHealth(platform);
  const metrics = createMetrics([domainMetrics]);
  const counted = countCalls(metrics, subgraph.name);
  watchPlatform(metrics, platform, [subgraph.name]);
  let isLeaving = false;
  const server = createServer(async (request, response) => {
    const end = (status: number, body: string, type = 'application/json; charset=utf-8') => {
      // Looked at now: it may have begun to leave while it worked.
      if (isLeaving) response.shouldKeepAlive = false;
      const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      response.writeHead(status, headers).end(body);
    };
    const refuse = () => end(401, '{"error":"This subgraph only answers its gateway."}');
    let requestId: string | undefined;
    try {
      if (request.method === 'GET' && request.url === '/health/live') return end(200, '{"status":"live"}');
      if (request.method === 'GET' && request.url === '/health/ready') {
        const state = await health.ready();
        return end(state.ready ? 200 : 503, JSON.stringify({ status: state.ready ? 'ready' : 'not ready', ...state }));
      }
      if (request.method === 'GET' && request.url === '/metrics') {
        if (!mayReadMetrics(request, platform.config.METRICS_TOKEN))
          return end(404, '{"error":"There is nothing here."}');
        return end(200, await metrics.text(), metrics.contentType);
      }
      if (!request.headers[signatureHeaders.signature]) return refuse();
      const body = await readBody(request);
      if (!body) return end(413, '{"error":"too large"}');
      if (!verify(request.method ?? '', request.url ?? '', request.headers, body)) return refuse();
      const call = JSON.parse(body.toString('utf8')) as SubgraphCall;
      requestId = call.request?.requestId;
      end(200, JSON.stringify(await counted(call, () => subgraph.execute(call))));
    } catch (error) {
      platform.log.error({ error, subgraph: subgraph.name, requestId }, 'a call to the subgraph failed');
      if (!response.headersSent) end(503, '{"error":"unavailable"}');
    }
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = keptAlive;
  return {
    server,
    async drain(lead, patience = 15_000) {
      health.drain();
      await setTimeout(lead);
      const closed = new Promise((done) => server.once('close', done));
      // Not sooner: whoever must open another connection should find nobody, rather than be among those that the system has let in and we have not.
      isLeaving = true;
      // Not the HTTP server's own `close`, which cuts idle connections, on which a call may be on its way.
      NetServer.prototype.close.call(server);
      const late = new AbortController();
      setTimeout(patience, undefined, { signal: late.signal }).then(
        () => server.closeAllConnections(),
        () => {},
      );
      await closed;
      late.abort();
    },
  };
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
