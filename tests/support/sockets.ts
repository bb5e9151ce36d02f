import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import type { Caller } from '../../gateway/admission/caller.ts';
import { toRefusal } from '../../gateway/admission/errors.ts';
import { createWebSocketServer, type WebSocketOptions } from '../../gateway/transport/websocket.ts';
import { startEvents } from './memoryFeed.ts';
import { callerOf, openOperations } from './operations.ts';
import { until } from './until.ts';

/** A caller with the name that its test gave it. */
export interface NamedCaller extends Caller {
  readonly name: string;
}

/**
 * A server of graphql-transport-ws over a gateway of canned subgraphs. The payload of `ConnectionInit` says who comes:
 * `{ "account": "ana", "expiresAt": 5 }`; without an account it is forbidden, "broken" breaks. The clock stands until a test moves it.
 */
export async function startSockets(options: Partial<WebSocketOptions<NamedCaller>> = {}) {
  const events = startEvents();
  const operations = openOperations(events.gateway);
  const clock = { time: 1_000_000 };
  const faults: unknown[] = [];
  let sweep = () => {};
  const sockets = createWebSocketServer<NamedCaller>({
    operations,
    toRefusal(error, requestId) {
      const refusal = toRefusal(error, requestId, { now: () => new Date(clock.time) });
      if (refusal.status >= 500) faults.push(error);
      return refusal;
    },
    now: () => clock.time,
    everySecond: (work) => {
      sweep = work;
      return () => {};
    },
    newRequestId: () => 'request-1',
    async connect({ account, expiresAt, name }) {
      if (account === 'broken') throw new Error('The database is away.');
      if (typeof account !== 'string') return null;
      return { ...callerOf(account, expiresAt ? new Date(Number(expiresAt)) : null), name: String(name ?? account) };
    },
    ...options,
  });
  const server = createServer();
  const connections = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    sockets.upgrade(request, socket, head);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `ws://127.0.0.1:${(server.address() as { port: number }).port}/graphql`;
  const opened: WebSocket[] = [];

  /** A bare socket: what it receives, and what it was closed with. */
  const open = async (protocols: string[] = ['graphql-transport-ws']) => {
    const socket = new WebSocket(url, protocols);
    opened.push(socket);
    const received: any[] = [];
    const state = { received, code: 0, reason: '' };
    socket.on('message', (data) => received.push(JSON.parse(String(data))));
    socket.on('close', (code, reason) => Object.assign(state, { code, reason: String(reason) }));
    socket.on('error', () => {});
    await until('the socket is open', () => socket.readyState !== WebSocket.CONNECTING);
    const client = {
      socket,
      state,
      received,
      say: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      subscribe: (id: string, query: string, variables?: object) =>
        client.say({ id, type: 'subscribe', payload: { query, variables } }),
      of: (type: string) => received.filter((message) => message.type === type),
      closed: async () => {
        await until('the socket is closed', () => state.code);
        return state.code;
      },
      /** Resolves once the server has dealt with all that was said. */
      async settled() {
        const before = client.of('pong').length;
        client.say({ type: 'ping' });
        await until('the pong', () => client.of('pong').length > before);
      },
    };
    return client;
  };

  return {
    ...events,
    operations,
    sockets,
    clock,
    faults,
    url,
    open,
    sweep: () => sweep(),
    /** Puts a close frame on every connection, as if the server had closed it. */
    closeWith(code: number) {
      for (const socket of connections) socket.write(Buffer.from([0x88, 2, code >> 8, code & 0xff]));
    },
    /** One that has been let in. */
    async enter(payload: object = { account: 'ana' }) {
      const client = await open();
      client.say({ type: 'connection_init', payload });
      await until('the acknowledgement', () => client.of('connection_ack').length);
      return client;
    },
    async stop() {
      for (const socket of opened) socket.terminate();
      await sockets.stop(0);
      await new Promise((done) => server.close(done));
    },
  };
}
