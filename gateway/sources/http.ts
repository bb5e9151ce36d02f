import { type Dispatcher, Pool } from 'undici';
import { Deadlines, type Waiting } from './deadlines.ts';
import { StatusFailure } from './failures.ts';
import { parseAnswer, type Source, type SubgraphRequest, type SubgraphResponse } from './source.ts';

export interface HttpSourceOptions {
  readonly url: string;
  /**
   * Headers of a call besides those of GraphQL over HTTP. What a client sent is not passed on unless this does, which must then choose by
   * name: never identity, never what belongs to one connection.
   */
  headers?(request: SubgraphRequest, body: string): Readonly<Record<string, string>>;
  /** What is posted, where that is more than GraphQL's own request. */
  body?(request: SubgraphRequest): string;
  /** Of the time that the operation has left, the part that one call may take. */
  readonly share?: number;
  /** Connections at most. Calls beyond wait for one, within their time. */
  readonly connections?: number;
  /** Largest answer that is read, in bytes. */
  readonly largestAnswer?: number;
}

/** A subgraph over HTTP: pooled keep-alive connections, each call with a deadline, each answer within bounds. Redirects are not followed. */
export function createHttpSource(options: HttpSourceOptions): Source & { close(): Promise<void> } {
  const { url, share = 1, connections = 64, largestAnswer = 50_000_000 } = options;
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  // Deadlines are ours: undici's timers run for headers and body apart, and to the second.
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connectTimeout: 2_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const deadlines = new Deadlines();
  return {
    execute: (request) =>
      new Promise((resolve, reject) => {
        const body = options.body?.(request) ?? bodyOf(request);
        const headers = options.headers ? { ...HEADERS, ...options.headers(request, body) } : HEADERS;
        const now = Date.now();
        const deadline = now + (request.deadline - now) * share;
        const call = new Call(request, deadline, largestAnswer, deadlines, resolve, reject);
        if (call.start(now)) pool.dispatch({ path, method: 'POST', headers, body }, call);
      }),
    close: () => pool.destroy(),
  };
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/** Variables are looked at only where there is no body: the executor makes them when they are asked for. */
const bodyOf = (request: SubgraphRequest) =>
  request.body ??
  JSON.stringify({ query: request.query, operationName: request.operationName, variables: request.variables });

/** One call, from the moment it waits for a connection. Settles once; the connection of a call that was given up is closed. */
class Call implements Dispatcher.DispatchHandler, Waiting {
  readonly deadline: number;
  place = -1;
  readonly #request: SubgraphRequest;
  readonly #largest: number;
  readonly #deadlines: Deadlines;
  readonly #resolve: (response: SubgraphResponse) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #size = 0;

  constructor(
    request: SubgraphRequest,
    deadline: number,
    largest: number,
    deadlines: Deadlines,
    resolve: (response: SubgraphResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#request = request;
    this.deadline = deadline;
    this.#largest = largest;
    this.#deadlines = deadlines;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Returns whether there is anybody to ask for. */
  start(now: number): boolean {
    const { signal } = this.#request;
    if (signal.aborted) {
      this.#reject(signal.reason);
      return false;
    }
    signal.addEventListener('abort', this.#leave, { once: true });
    this.#deadlines.add(this, now);
    return true;
  }

  expire(): void {
    this.#giveUp(new Error('The subgraph took too long.'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have been given up while it waited for a connection. Thrown, because `abort` would close the connection.
    if (this.#isOver) throw new Error('Nobody waits for this call any more.');
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // Informational: the answer comes after it.
    if (status < 200) return;
    const problem = problemOf(status, String(headers['content-type'] ?? ''));
    if (problem) this.#giveUp(problem);
    else if (Number(headers['content-length']) > this.#largest) this.#giveUp(tooLarge());
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#size += chunk.length;
    if (this.#size > this.#largest) this.#giveUp(tooLarge());
    else if (!this.#first) this.#first = chunk;
    else if (this.#more) this.#more.push(chunk);
    else this.#more = [this.#first, chunk];
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#settle();
    const bytes = this.#more ? Buffer.concat(this.#more, this.#size) : this.#first;
    try {
      this.#resolve(parseAnswer(bytes?.toString('utf8') ?? ''));
    } catch {
      // The parser's message shows what it read.
      this.#reject(new Error('The subgraph answered what is not JSON.'));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver) return;
    this.#settle();
    this.#reject(error);
  }

  readonly #leave = () => this.#giveUp(this.#request.signal.reason);

  #settle(): void {
    this.#isOver = true;
    this.#deadlines.delete(this);
    this.#request.signal.removeEventListener('abort', this.#leave);
  }

  #giveUp(reason: unknown): void {
    if (this.#isOver) return;
    this.#settle();
    this.#reject(reason);
    this.#controller?.abort(new Error('This call was given up.'));
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const tooLarge = () => new Error('The subgraph answered with too much.');

/**
 * Why an answer is none, or undefined. GraphQL over HTTP: under its own media type an answer is GraphQL's whatever the status; under
 * `application/json` only with 2xx, because anything between us and the subgraph may say that.
 */
function problemOf(status: number, contentType: string): Error | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/graphql-response+json') return undefined;
  if (status < 200 || status > 299) return new StatusFailure(status);
  return type === 'application/json'
    ? undefined
    : new Error('The subgraph answered with a type of content that is not JSON.');
}
