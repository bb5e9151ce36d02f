import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Get } from '../../../subgraphs/research/reading/search/provider.ts';

/** What a stand-in of a search API was asked. */
export interface SearchRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface SearchAnswer {
  status: number;
  headers?: Record<string, string>;
  /** An object goes out as JSON, a text as it is. */
  body: unknown;
}

export interface SearchServer {
  readonly url: string;
  readonly requests: SearchRequest[];
  stop(): Promise<void>;
}

/** Starts a server on a port of the kernel's choice. */
export async function startSearchServer(answer: (request: SearchRequest) => SearchAnswer): Promise<SearchServer> {
  const requests: SearchRequest[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const asked = { path: pathname, query: searchParams, headers: request.headers };
    requests.push(asked);
    const { status, headers, body } = answer(asked);
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isText ? 'text/html; charset=utf-8' : 'application/json',
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A plain client. In Jarvis, the guarded one is in its place. */
export const plainGet: Get = async (url, headers, signal) => {
  const response = await fetch(url, { headers, signal: signal ?? null });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    body: new Uint8Array(await response.arrayBuffer()),
  };
};
