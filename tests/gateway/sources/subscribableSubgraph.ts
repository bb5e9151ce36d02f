import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"])';

/** Of the subgraph `goals`, what is composed. */
export const goalsSdl = `
  type Query { goal(id: ID!): Goal }
  type Subscription { progressed(unit: String): Progressed!  guarded: String }
  type Progressed { at: String  unit: String  goal: Goal }
  type Goal @key(fields: "id") { id: ID!  title: String }`;

/** A subgraph of somebody else's, which runs its subscriptions itself over graphql-transport-ws. */
export async function startSubscribableSubgraph(port = 0) {
  const emitter = new EventEmitter().setMaxListeners(0);
  const schema = buildSubgraphSchema({
    typeDefs: parse(link + goalsSdl),
    resolvers: {
      Subscription: {
        progressed: {
          subscribe: () => on(emitter, 'progressed'),
          resolve: ([event]: [object], { unit }: { unit?: string }) => ({ unit, ...event }),
        },
        guarded: {
          subscribe: () => {
            throw new GraphQLError('Not for you.', { extensions: { code: 'FORBIDDEN' } });
          },
        },
      },
    },
  });
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const connectionParams: unknown[] = [];
  let operations = 0;
  const graphql = useServer(
    {
      schema,
      onConnect: ({ connectionParams: params }) => {
        connectionParams.push(params);
        return params?.authorization !== 'nobody';
      },
      onSubscribe: () => {
        operations++;
      },
    },
    sockets,
  );
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    port: (server.address() as AddressInfo).port,
    /** What connections were opened with. */
    connectionParams,
    publish: (event: object) => emitter.emit('progressed', event),
    get connections() {
      return sockets.clients.size;
    },
    /** Operations since the start. */
    get operations() {
      return operations;
    },
    get running() {
      return emitter.listenerCount('progressed');
    },
    /** Cuts every connection without a word. */
    cut() {
      for (const socket of sockets.clients) socket.terminate();
    },
    /** Stops answering, as a process that hangs. */
    freeze() {
      for (const socket of sockets.clients) (socket as unknown as { pause(): void }).pause();
    },
    async stop() {
      for (const socket of sockets.clients) socket.terminate();
      await graphql.dispose();
      await new Promise((done) => server.close(done));
    },
  };
}
