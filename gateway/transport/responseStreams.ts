import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { rateLimited } from '../../subgraphs/shared/errors.ts';
import type { Caller } from '../admission/caller.ts';
import type { Admitted, Sink } from '../admission/operation.ts';
import { everySecond } from './everySecond.ts';

/** How answers are written to a response that stays open. Each text is written as it is. */
export interface StreamFormat {
  readonly contentType: string;
  readonly start: string;
  /** Shows proxies and clients that we are still here. */
  readonly heartbeat: string;
  next(text: string): string;
  /** The last that is written; with errors, the subscription failed. */
  end(errors?: readonly GraphQLFormattedError[]): string;
}

export interface ResponseStreamsOptions {
  readonly heartbeatSeconds?: number;
  /** Subscriptions of one account that may stay open at once. */
  readonly streamsPerAccount?: number;
  /** What may wait for a client that reads slowly. One with more is cut off, and resumes. */
  readonly bufferedBytes?: number;
  readonly now?: () => number;
  /** Runs something every second until it is told to stop; a timer unless told otherwise. */
  readonly everySecond?: (work: () => void) => () => void;
}

export interface ResponseStreams<Client extends Caller> {
  /**
   * Writes the answers of an admitted operation to a response that has no headers yet: of a subscription until it ends, the client goes or
   * its credential ends; of a query or mutation one.
   * @throws Refusal when it cannot start, or variables do not fit; GraphQLError RATE_LIMITED when its account has too many open. Nothing has
   * been written then.
   */
  stream(response: ServerResponse, format: StreamFormat, client: Client, admitted: Admitted): Promise<void>;
  readonly size: number;
  /** Looks at the clients that this concerns again, and ends the streams of those that are not valid any more. */
  recheck(concerns: (client: Client) => boolean, isValid: (client: Client) => Promise<boolean>): Promise<void>;
  /** Ends all, so that their clients connect to another server. */
  stop(): void;
}

/** Writes a refusal where the format has a place for it: one that ends before it began. */
export function streamRefusal(
  response: ServerResponse,
  format: StreamFormat,
  errors: readonly GraphQLFormattedError[],
): void {
  writeHead(response, format);
  response.end(format.start + format.end(errors));
}

/** Subscriptions over HTTP responses that stay open, with one sweep a second for all of them. */
export function createResponseStreams<Client extends Caller>(
  options: ResponseStreamsOptions = {},
): ResponseStreams<Client> {
  const { heartbeatSeconds = 10, bufferedBytes = 1_000_000, streamsPerAccount = 50, now = Date.now } = options;
  const open = new Set<ResponseStream<Client>>();
  const openOf = new Map<string, number>();
  let seconds = 0;
  let stopped = false;
  const endSweep = (options.everySecond ?? everySecond)(() => {
    const isBeat = ++seconds % heartbeatSeconds === 0;
    const time = now();
    for (const stream of open) {
      if (time >= stream.endsAt) stream.cut();
      else if (isBeat) stream.write(stream.format.heartbeat);
    }
  });

  return {
    async stream(response, format, client, admitted) {
      if (admitted.kind !== 'subscription') {
        const text = await admitted.run();
        writeHead(response, format);
        return void response.end(format.start + format.next(text) + format.end());
      }
      if (stopped) {
        admitted.abandon();
        return void response.destroy();
      }
      const { account } = client;
      const others = openOf.get(account) ?? 0;
      if (others >= streamsPerAccount) {
        admitted.abandon();
        throw rateLimited(`An account may have ${streamsPerAccount} subscriptions over HTTP at once.`, RETRY_AFTER);
      }
      const stream = new ResponseStream(response, format, client, bufferedBytes, now, () => {
        open.delete(stream);
        const left = openOf.get(account)! - 1;
        if (left > 0) openOf.set(account, left);
        else openOf.delete(account);
      });
      open.add(stream);
      openOf.set(account, others + 1);
      response.once('close', () => stream.leave());
      try {
        stream.began(await admitted.listen(stream));
      } catch (error) {
        stream.leave();
        if (response.headersSent) return void response.destroy();
        throw error;
      }
    },
    get size() {
      return open.size;
    },
    async recheck(concerns, isValid) {
      const concerned = [...open].filter(({ client }) => concerns(client));
      await Promise.all(
        concerned.map(async (stream) => {
          if (!(await isValid(stream.client))) stream.cut();
        }),
      );
    },
    stop() {
      stopped = true;
      endSweep();
      for (const stream of [...open]) stream.cut();
    },
  };
}

/** Seconds: one of the others may have ended by then. */
const RETRY_AFTER = 5;

/** One open response. */
class ResponseStream<Client extends Caller> implements Sink {
  readonly client: Client;
  readonly format: StreamFormat;
  readonly endsAt: number;
  readonly #response: ServerResponse;
  readonly #bufferedBytes: number;
  readonly #now: () => number;
  readonly #left: () => void;
  #isOver = false;
  #stop: (() => void) | null = null;

  constructor(
    response: ServerResponse,
    format: StreamFormat,
    client: Client,
    bufferedBytes: number,
    now: () => number,
    left: () => void,
  ) {
    this.#response = response;
    this.format = format;
    this.client = client;
    this.endsAt = client.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
    this.#bufferedBytes = bufferedBytes;
    this.#now = now;
    this.#left = left;
  }

  began(stop: () => void): void {
    if (this.#isOver) return void stop();
    this.#stop = stop;
    this.#open();
  }

  next(text: string): void {
    if (this.#now() >= this.endsAt) return void this.cut();
    this.write(this.format.next(text));
  }

  end(errors?: readonly GraphQLFormattedError[]): void {
    if (this.#isOver) return;
    this.#open();
    this.leave();
    this.#response.end(this.format.end(errors));
  }

  write(text: string): void {
    if (this.#isOver) return;
    this.#open();
    if (this.#response.writableLength > this.#bufferedBytes) {
      this.leave();
      this.#response.destroy();
    } else this.#response.write(text);
  }

  /** Ends without a last word, as a broken connection does: clients that can resume do. */
  cut(): void {
    if (this.#isOver) return;
    this.leave();
    this.#response.destroy();
  }

  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#left();
    this.#stop?.();
    this.#stop = null;
  }

  /** Headers wait for the start, which may still be refused. */
  #open(): void {
    if (this.#response.headersSent) return;
    writeHead(this.#response, this.format);
    this.#response.write(this.format.start);
  }
}

function writeHead(response: ServerResponse, format: StreamFormat): void {
  // Proxies must neither store nor collect it.
  response.writeHead(200, {
    'content-type': format.contentType,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
}
