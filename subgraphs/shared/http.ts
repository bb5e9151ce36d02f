import { setMaxListeners } from 'node:events';
import { callHeaders, callWants } from './http/calls.ts';
import { createConnections, type Outside, theInternet } from './http/connections.ts';
import { startDeadline } from './http/deadline.ts';
import { type Answer, exchange } from './http/exchange.ts';
import { headerOf, readContentType, readRetryAfter, validatorOf } from './http/headers.ts';
import { robotName } from './http/identity.ts';
import { travel } from './http/journeys.ts';
import { createRobots, robotsBytes } from './http/robots.ts';
import { createTurns } from './http/turns.ts';
import { checkUrl, hostOf, usualPorts } from './http/urls.ts';

export { FetchRefused, type RefusalCode } from './http/refusals.ts';

export interface HttpOptions {
  /** Whether addresses of private networks and of this machine may be reached: for development only. */
  allowPrivate?: boolean;
  /** Ports that may be connected to. Default: 80, 443, 8080 and 8443. */
  ports?: readonly number[];
  /** Milliseconds for a fetch with all its redirects, not counting the wait for its turn. Default: 15 s. */
  timeout?: number;
  /** Milliseconds between two requests for pages of a host; more where its robots.txt says so. Default: 1 s. */
  pause?: number;
}

export interface GetOptions {
  /** Media types wanted, like `text/html`, `text/*`, `application/*+xml`. Answers that state another are refused. */
  accept?: readonly string[];
  /** Validators of what is known already: while it is still so, the answer is `notModified`. */
  etag?: string | null;
  lastModified?: string | null;
  /** Most bytes, both as they come and decompressed. Default: 5 MB. */
  maxBytes?: number;
  /** Ends the fetch, which then throws the signal's reason. */
  signal?: AbortSignal;
}

export interface Fetched {
  requestedUrl: string;
  /** Where the redirects led. */
  url: string;
  status: number;
  /** The media type that the site states, in small letters; '' when it states none. */
  contentType: string;
  /** The charset that it states. */
  charset: string | null;
  /** Decompressed; empty when not modified. */
  body: Uint8Array;
  etag: string | null;
  lastModified: string | null;
  fetchedAt: Date;
  notModified: boolean;
}

export interface SendOptions {
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Most bytes of the answer. Default: 1 MB. */
  maxBytes?: number;
  /** What becomes of a longer answer: `refuse` it (default), or `cut` it, for who only wants to know what it began with. */
  overflow?: 'refuse' | 'cut';
  signal?: AbortSignal;
}

export interface Sent {
  status: number;
  contentType: string;
  charset: string | null;
  body: Uint8Array;
  /** From when on the host wants to be asked again, where it says so. */
  retryAfter: Date | null;
}

/** The one way to addresses that people, models or pages name. */
export interface HttpClient {
  /**
   * Reads a page: follows redirects, heeds robots.txt, and asks no host more often than is polite.
   * @throws FetchRefused for everything but an answer of 2xx, or 304 to validators.
   */
  get(url: string, options?: GetOptions): Promise<Fetched>;
  /**
   * Sends one request, whose headers and body are for that address and no other: redirects are refused. Every other
   * status is an answer.
   * @throws FetchRefused
   */
  send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, options?: SendOptions): Promise<Sent>;
  /** Ends what is under way, and closes the connections. */
  close(): Promise<void>;
}

/**
 * The guarded client. Addresses are checked when they are dialled, at every redirect anew; sizes while bytes come and
 * while they are inflated. `outside` is for tests, which bring an internet of their own; the guard is the same there.
 */
export function createHttpClient(options: HttpOptions = {}, outside: Outside = theInternet): HttpClient {
  const { allowPrivate = false, ports = usualPorts, timeout = 15_000, pause = 1_000 } = options;
  const { clock } = outside;
  const agent = createConnections(outside, allowPrivate);
  const pages = { agent, clock, ports, timeout, pause, turns: createTurns(clock, { atOnce: 8, perHost: 1 }) };
  const calls = createTurns(clock, { atOnce: 16, perHost: 2 });
  const { rulesFor } = createRobots(clock, robotName, async (url) => {
    const { answer } = await travel(pages, checkUrl(url, ports), { maxBytes: robotsBytes, overflow: 'cut' });
    return new TextDecoder().decode(answer.body);
  });
  return {
    async get(requestedUrl, { maxBytes = 5_000_000, ...wishes } = {}) {
      shared(wishes.signal);
      const start = checkUrl(requestedUrl, ports);
      const { url, answer } = await travel(pages, start, { ...wishes, maxBytes, overflow: 'refuse', rulesFor });
      return {
        requestedUrl,
        url: url.href,
        ...contentOf(answer),
        etag: validatorOf(headerOf(answer.headers, 'etag')),
        lastModified: validatorOf(headerOf(answer.headers, 'last-modified')),
        fetchedAt: new Date(clock.now()),
        notModified: answer.status === 304,
      };
    },
    async send(method, address, { headers = {}, body, maxBytes = 1_000_000, overflow = 'refuse', signal } = {}) {
      shared(signal);
      const url = checkUrl(address, ports);
      const request = { method, url, headers: callHeaders(headers), body, maxBytes, overflow, wants: callWants };
      return calls.take(hostOf(url), 0, signal, async () => {
        const deadline = startDeadline(clock, timeout, signal);
        try {
          const answer = await exchange(agent, request, deadline);
          const rest = readRetryAfter(headerOf(answer.headers, 'retry-after'), clock.now());
          return { ...contentOf(answer), retryAfter: rest === null ? null : new Date(clock.now() + rest) };
        } finally {
          deadline.end();
        }
      });
    },
    close: () => agent.destroy(),
  };
}

/** One signal may stop any number of fetches: Node takes more than ten that listen for a leak. */
function shared(signal: AbortSignal | undefined): void {
  if (signal) setMaxListeners(0, signal);
}

function contentOf({ status, headers, body }: Answer) {
  return { status, ...readContentType(headerOf(headers, 'content-type')), body };
}
