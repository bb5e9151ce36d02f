import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { WebSocket } from 'ws';
import { rateLimited } from '../../subgraphs/shared/errors.ts';
import type { Caller } from '../admission/caller.ts';
import type { OperationRequest, Operations, Refusal, Sink } from '../admission/operation.ts';
import { type ClientMessage, closeCodes, frames } from './graphqlTransportWs.ts';

export type Close = (typeof closeCodes)[keyof typeof closeCodes];

export interface SocketLimits {
  /** Largest message of a client; a larger one closes the socket with 1009. */
  readonly messageBytes: number;
  readonly operationsPerSocket: number;
  readonly socketsPerAccount: number;
  readonly messagesPerSecond: number;
  /** What may wait for a client that reads slowly. One with more is closed with a code after which it resumes. */
  readonly bufferedBytes: number;
  /** Milliseconds until `ConnectionInit` must have come and been answered. */
  readonly initialisationMs: number;
  /** Seconds between pings to a socket. One from which nothing came since the last is ended. */
  readonly pingSeconds: number;
}

export interface SessionWork {
  readonly operations: Operations;
  readonly limits: SocketLimits;
  now(): number;
  newRequestId(): string;
  /** Any thrown thing as a refusal, in the form of all our errors. What is unexpected is logged and masked. */
  toRefusal(error: unknown, requestId: string): Refusal;
}

/** One socket and what runs on it. */
export class Session<Client extends Caller> {
  /** The request that opened the socket, until `ConnectionInit`. */
  request: IncomingMessage | null;
  /** Whose socket it is, once that is acknowledged. */
  client: Client | null = null;
  /** Messages in this second. */
  messages = 0;
  /** Whether anything came since the last ping. */
  isAlive = true;
  isClosed = false;
  /** The second, of those between two pings, in which it is pinged. */
  readonly pingTurn: number;
  readonly #socket: WebSocket;
  readonly #work: SessionWork;
  /** Milliseconds since the epoch at which it ends: first for want of `ConnectionInit`, then with the credential. */
  #endsAt: number;
  #operations: Map<string, Operation> | null = null;
  #gone: AbortController | null = null;

  constructor(socket: WebSocket, request: IncomingMessage, pingTurn: number, work: SessionWork) {
    this.#socket = socket;
    this.request = request;
    this.pingTurn = pingTurn;
    this.#work = work;
    this.#endsAt = work.now() + work.limits.initialisationMs;
  }

  acknowledge(client: Client): void {
    this.client = client;
    this.#endsAt = client.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
    this.send(frames.connectionAck);
  }

  receive(message: Exclude<ClientMessage, { type: 'connection_init' }>): void {
    switch (message.type) {
      case 'ping':
        return void this.send(frames.pong(message.payload));
      case 'pong':
        return;
      case 'subscribe':
        return void this.#subscribe(message.id, message.payload);
      case 'complete':
        return void this.#operations?.get(message.id)?.leave();
    }
  }

  /** Once a second. */
  lookAt(time: number, isPingDue: boolean): void {
    this.messages = 0;
    if (this.isClosed) return;
    if (time >= this.#endsAt) return void this.#expire();
    if (!isPingDue) return;
    if (!this.isAlive) return void this.#socket.terminate();
    this.isAlive = false;
    this.#socket.ping();
  }

  send(text: string): void {
    if (this.isClosed || this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#work.now() >= this.#endsAt) return void this.#expire();
    if (this.#socket.bufferedAmount > this.#work.limits.bufferedBytes)
      return void this.close(closeCodes.readsTooSlowly, 'Reads too slowly');
    this.#socket.send(text);
  }

  close(code: Close, reason: string): void {
    if (this.isClosed) return;
    this.abandon();
    // A close frame has room for 123 bytes.
    this.#socket.close(code, Buffer.byteLength(reason) <= 123 ? reason : '');
  }

  /** Ends what runs here; nothing is sent any more. */
  abandon(): void {
    this.isClosed = true;
    this.#gone?.abort();
    const operations = this.#operations;
    this.#operations = null;
    if (operations) for (const operation of operations.values()) operation.leave();
  }

  forget(operation: Operation): void {
    this.#operations?.delete(operation.id);
  }

  /** Fires when the socket has gone. A subscription is ended otherwise, and an idle one should not carry a signal. */
  #signalFor(request: OperationRequest): AbortSignal | undefined {
    if (isPlainSubscription(request)) return undefined;
    if (!this.#gone) {
      this.#gone = new AbortController();
      setMaxListeners(0, this.#gone.signal);
    }
    return this.#gone.signal;
  }

  #expire(): void {
    if (this.client) this.close(closeCodes.forbidden, 'Token expired');
    else this.close(closeCodes.initialisationTimeout, 'Connection initialisation timeout');
  }

  #subscribe(id: string, request: OperationRequest): void {
    const { limits, newRequestId, toRefusal } = this.#work;
    if (!this.client) return void this.close(closeCodes.unauthorized, 'Unauthorized');
    this.#operations ??= new Map();
    if (this.#operations.has(id))
      return void this.close(closeCodes.subscriberExists, `Subscriber for ${id} already exists`);
    if (this.#operations.size >= limits.operationsPerSocket) {
      const error = rateLimited(`A socket may run ${limits.operationsPerSocket} operations at once.`, 1);
      return void this.send(frames.error(id, toRefusal(error, newRequestId()).errors));
    }
    const operation = new Operation(this, id);
    this.#operations.set(id, operation);
    void this.#run(operation, this.client, request);
  }

  async #run(operation: Operation, client: Client, request: OperationRequest): Promise<void> {
    const { operations, newRequestId, toRefusal } = this.#work;
    const requestId = newRequestId();
    try {
      const admitted = await operations.admit(client, request, { requestId, signal: this.#signalFor(request) });
      if (operation.isOver) return admitted.abandon();
      if (admitted.kind === 'subscription') return operation.began(await admitted.listen(operation));
      operation.next(await admitted.run());
      operation.end();
    } catch (error) {
      operation.end(toRefusal(error, requestId).errors);
    }
  }
}

/** Whether it can only be a subscription, as nearly all that stay are. Others may be taken for something else, and lose nothing. */
const isPlainSubscription = ({ query }: OperationRequest) => /^\s*subscription\b/.test(String(query));

/** One operation of a socket: its answers go there under its id. */
class Operation implements Sink {
  readonly id: string;
  isOver = false;
  readonly #session: Session<Caller>;
  #stop: (() => void) | null = null;

  constructor(session: Session<Caller>, id: string) {
    this.#session = session;
    this.id = id;
  }

  began(stop: () => void): void {
    if (this.isOver) stop();
    else this.#stop = stop;
  }

  next(text: string): void {
    if (!this.isOver) this.#session.send(frames.next(this.id, text));
  }

  end(errors?: readonly GraphQLFormattedError[]): void {
    if (this.isOver) return;
    this.leave();
    this.#session.send(errors ? frames.error(this.id, errors) : frames.complete(this.id));
  }

  /** The client wants no more of it. */
  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#session.forget(this);
    this.#stop?.();
    this.#stop = null;
  }
}
