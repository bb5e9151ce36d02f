import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse, subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createStandalone, type StandaloneOptions } from '../../gateway/standalone.ts';
import { compose, linked } from '../gateway/execution/federation.ts';

/** What a test subgraph was asked. */
export interface Asked {
  readonly subgraph: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface TestSubgraph {
  readonly sdl: string;
  readonly resolvers: Record<string, Record<string, unknown>>;
}

/** The gateway for any supergraph over real subgraphs: each an HTTP server of its own, with a WebSocket for its subscriptions. */
export async function startStandalone(
  subgraphs: Record<string, TestSubgraph>,
  options: Partial<StandaloneOptions> = {},
) {
  const asked: Asked[] = [];
  const logged: { level: string; what: Record<string, unknown>; message: string }[] = [];
  /** What a subgraph waits for before it answers, when a test says so. It hangs up when that fails. */
  const gates = new Map<string, () => Promise<void>>();
  const closers: (() => Promise<unknown>)[] = [];
  const overrides = new Map<string, string>();
  for (const [name, { sdl, resolvers }] of Object.entries(subgraphs)) {
    const schema: GraphQLSchema = buildSubgraphSchema({ typeDefs: parse(linked(sdl)), resolvers: resolvers as never });
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      asked.push({ subgraph: name, query, headers: request.headers });
      try {
        await gates.get(name)?.();
      } catch {
        return request.socket.destroy();
      }
      const document = parse(query);
      const result = await execute({ schema, document, variableValues: variables, operationName });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    });
    const sockets = new WebSocketServer({ server });
    const disposable = useServer(
      { schema, execute, subscribe, context: ({ connectionParams }) => connectionParams },
      sockets,
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    overrides.set(name, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    closers.push(async () => {
      await disposable.dispose();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
  }
  const sdls = Object.fromEntries(Object.entries(subgraphs).map(([name, { sdl }]) => [name, sdl]));
  const standalone = createStandalone({
    supergraphSdl: compose(sdls),
    overrides,
    log: (level, what, message) => void logged.push({ level, what, message }),
    ...options,
  });
  await standalone.prepare();
  const port = await standalone.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}/graphql`;
  return {
    ...standalone,
    url,
    asked,
    logged,
    gates,
    compose,
    /** Posts an operation and reads the answer. */
    async ask(query: string, more: { headers?: Record<string, string>; [member: string]: unknown } = {}) {
      const { headers, ...rest } = more;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify({ query, ...rest }),
      });
      return { status: response.status, headers: response.headers, answer: (await response.json()) as any };
    },
    async stop() {
      await standalone.drain(1_000);
      for (const close of closers) await close();
    },
  };
}
