import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../admission/caller.ts';
import type { Operations, Refusal } from '../admission/operation.ts';
import { everySecond } from './everySecond.ts';
import { closeCodes, readMessage, subprotocol } from './graphqlTransportWs.ts';
import { type Close, Session, type SocketLimits } from './socketSession.ts';

export interface WebSocketOptions<Client extends Caller> {
  readonly operations: Operations;
  /**
   * Whose socket it is, by the payload of `ConnectionInit` and the request that opened it. Null closes it with 4403; when it throws, with
   * 1013, and the client tries again.
   */
  connect(payload: Readonly<Record<string, unknown>>, request: IncomingMessage): Promise<Client | null>;
  /** Any thrown thing as a refusal, in the form of all our errors. What is unexpected is logged and masked. */
  toRefusal(error: unknown, requestId: string): Refusal;
  readonly limits?: Partial<SocketLimits>;
  readonly now?: () => number;
  /** Runs something every second until it is told to stop; a timer unless told otherwise. */
  readonly everySecond?: (work: () => void) => () => void;
  readonly newRequestId?: () => string;
}

export interface GraphqlWebSocketServer<Client extends Caller> {
  /** For the HTTP server's event `upgrade`, once path and origin are found right. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly connections: number;
  /** Looks at the clients that this concerns again, and closes the sockets of those that are not valid any more with 4403. */
  recheck(concerns: (client: Client) => boolean, isValid: (client: Client) => Promise<boolean>): Promise<void>;
  /**
   * Closes every socket with 1001, spread over some time so that clients do not all come to the next server at once. Resolves when they have
   * closed.
   */
  stop(spread?: number): Promise<void>;
}

const defaultLimits: SocketLimits = {
  messageBytes: 256_000,
  operationsPerSocket: 20,
  socketsPerAccount: 10,
  messagesPerSecond: 100,
  bufferedBytes: 1_000_000,
  initialisationMs: 5_000,
  pingSeconds: 30,
};

/**
 * A server of graphql-transport-ws on `ws`. It knows many sockets and little of each: no timer, closure, promise or queue for one that is
 * idle. One sweep a second looks after time: initialisation, expiry, pings, message rates.
 */
export function createWebSocketServer<Client extends Caller>(
  options: WebSocketOptions<Client>,
): GraphqlWebSocketServer<Client> {
  const { operations, connect, toRefusal, now = Date.now, newRequestId = randomId } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const sessions = new Map<WebSocket, Session<Client>>();
  const socketsOf = new Map<string, number>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    // A client that reads too slowly gets its close frame late or never. (The types do not know this option yet.)
    ...({ closeTimeout: 5_000 } as object),
    handleProtocols: (protocols) => (protocols.has(subprotocol) ? subprotocol : false),
  });
  const work = { operations, limits, now, newRequestId, toRefusal };
  let accepted = 0;
  let seconds = 0;
  let stopped: (() => void) | null = null;

  function accept(socket: WebSocket, request: IncomingMessage): void {
    const session = new Session<Client>(socket, request, accepted++ % limits.pingSeconds, work);
    sessions.set(socket, session);
    socket.on('message', onMessage);
    socket.on('pong', onPong);
    socket.on('close', onClose);
    // The socket closes by itself: with 1009 for a message that is too large, with 1007 for one that is not UTF-8.
    socket.on('error', onClose);
    if (socket.protocol !== subprotocol) session.close(closeCodes.unknownSubprotocol, 'Subprotocol not acceptable');
  }

  function onPong(this: WebSocket): void {
    const session = sessions.get(this);
    if (session) session.isAlive = true;
  }

  function onClose(this: WebSocket): void {
    const session = sessions.get(this);
    if (!session) return;
    sessions.delete(this);
    session.abandon();
    const { account } = session.client ?? {};
    if (account !== undefined) {
      const left = socketsOf.get(account)! - 1;
      if (left > 0) socketsOf.set(account, left);
      else socketsOf.delete(account);
    }
    if (sessions.size === 0) stopped?.();
  }

  function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    const session = sessions.get(this);
    if (!session || session.isClosed) return;
    session.isAlive = true;
    if (++session.messages > limits.messagesPerSecond)
      return void session.close(closeCodes.tooManyMessages, 'Too many messages');
    if (isBinary) return void session.close(closeCodes.unsupportedData, 'Messages are text');
    const message = readMessage(String(data));
    if (typeof message === 'string') return void session.close(closeCodes.invalidMessage, message);
    if (message.type === 'connection_init') return void initialise(session, message.payload ?? {});
    session.receive(message);
  }

  function initialise(session: Session<Client>, payload: Record<string, unknown>): void {
    const { request } = session;
    if (!request) return void session.close(closeCodes.tooManyInitialisations, 'Too many initialisation requests');
    session.request = null;
    connect(payload, request).then(
      (client) => {
        if (session.isClosed) return;
        if (!client) return session.close(closeCodes.forbidden, 'Forbidden');
        const { account } = client;
        const open = socketsOf.get(account) ?? 0;
        if (open >= limits.socketsPerAccount) return session.close(closeCodes.tooManySockets, 'Too many sockets');
        socketsOf.set(account, open + 1);
        session.acknowledge(client);
      },
      (error) => {
        toRefusal(error, newRequestId());
        session.close(closeCodes.tryAgainLater, 'Try again later');
      },
    );
  }

  function sweep(): void {
    const time = now();
    const turn = seconds++ % limits.pingSeconds;
    for (const session of sessions.values()) session.lookAt(time, session.pingTurn === turn);
  }
  const endSweep = (options.everySecond ?? everySecond)(sweep);

  return {
    upgrade(request, socket, head) {
      if (stopped) return void socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      server.handleUpgrade(request, socket, head, accept);
    },
    get connections() {
      return sessions.size;
    },
    async recheck(concerns, isValid) {
      const concerned = [...sessions.values()].filter(({ client }) => client && concerns(client));
      await Promise.all(
        concerned.map(async (session) => {
          if (!(await isValid(session.client!))) session.close(closeCodes.forbidden, 'Signed out');
        }),
      );
    },
    async stop(spread = 2_000) {
      const closed = new Promise<void>((done) => {
        stopped = done;
      });
      await closeAll([...sessions.values()], closeCodes.goingAway, spread);
      if (sessions.size > 0) await closed;
      endSweep();
    },
  };
}

/** Few are closed at once, many in portions. */
async function closeAll(sessions: readonly Session<Caller>[], code: Close, spread: number): Promise<void> {
  const pause = 50;
  const portion = Math.max(50, Math.ceil((sessions.length * pause) / Math.max(spread, pause)));
  for (let at = 0; at < sessions.length; at += portion) {
    if (at > 0) await new Promise((done) => setTimeout(done, pause));
    for (const session of sessions.slice(at, at + portion)) session.close(code, 'The server is going away');
  }
}

/** Not `randomUUID`, whose text is made of 15 pieces that stay in memory. */
const randomId = () => randomBytes(16).toString('hex');
