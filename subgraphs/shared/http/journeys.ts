import type { IncomingHttpHeaders } from 'node:http';
import type { Agent } from 'undici';
import type { Clock } from '../clock.ts';
import { startDeadline } from './deadline.ts';
import { type Answer, exchange, type Request } from './exchange.ts';
import { headerOf, matchesType, readContentType, readRetryAfter, validatorOf } from './headers.ts';
import { identity } from './identity.ts';
import { FetchRefused } from './refusals.ts';
import type { Rules } from './robotsText.ts';
import type { Turns } from './turns.ts';
import { hostOf, redirectOf } from './urls.ts';

const mostRedirects = 5;
/** How long a host is left alone that is asked too much, and does not say for how long. */
const usualRest = 30_000;

/** What is wanted of a page. */
export interface Wishes extends Pick<Request, 'maxBytes' | 'overflow'> {
  accept?: readonly string[];
  etag?: string | null;
  lastModified?: string | null;
  signal?: AbortSignal;
  /** What the site of a page asks of robots; absent for the robots.txt itself. */
  rulesFor?(page: URL, signal?: AbortSignal): Promise<Rules>;
}

export interface Arrival {
  url: URL;
  answer: Answer;
}

interface Means {
  agent: Agent;
  clock: Clock;
  turns: Turns;
  ports: readonly number[];
  /** Milliseconds for all steps together. */
  timeout: number;
  /** Milliseconds between two requests to a host. */
  pause: number;
}

/**
 * Asks for a page and goes where the answers send us, each step a turn of its own at its host and checked like the
 * first, until one of 2xx, or 304 to validators of ours.
 * @throws FetchRefused
 */
export async function travel(
  { agent, clock, turns, ports, timeout, pause }: Means,
  start: URL,
  wishes: Wishes,
): Promise<Arrival> {
  let url = start;
  let left = timeout;
  for (let redirects = 0; ; redirects += 1) {
    const rules = await wishes.rulesFor?.(url, wishes.signal);
    if (rules && !rules.allows(url)) throw new FetchRefused('ROBOTS', 'The site asks robots not to read this page.');
    const host = hostOf(url);
    const answer = await turns.take(host, Math.max(pause, rules?.crawlDelay ?? 0), wishes.signal, async () => {
      const began = clock.elapsed();
      const deadline = startDeadline(clock, left, wishes.signal);
      try {
        const answer = await exchange(agent, pageRequest(url, wishes), deadline);
        if (answer.status === 429 || answer.status === 503)
          turns.rest(host, restOf(answer, clock) ?? usualRest, answer.status);
        return answer;
      } finally {
        deadline.end();
        left -= clock.elapsed() - began;
      }
    });
    const next = redirectOf(answer.status, headerOf(answer.headers, 'location'), url, ports);
    if (!next) {
      checkStatus(answer, wishes, clock);
      return { url, answer };
    }
    if (redirects === mostRedirects)
      throw new FetchRefused('TOO_MANY_REDIRECTS', 'The page redirects too many times.', { status: answer.status });
    url = next;
  }
}

function pageRequest(url: URL, { maxBytes, overflow, accept, etag, lastModified }: Wishes): Request {
  const known = validatorOf(etag);
  const since = validatorOf(lastModified);
  return {
    method: 'GET',
    url,
    headers: {
      ...identity,
      accept: accept?.join(', ') ?? '*/*',
      ...(known && { 'if-none-match': known }),
      ...(since && { 'if-modified-since': since }),
    },
    maxBytes,
    overflow,
    wants(status, headers) {
      if (!isSuccess(status)) return false;
      if (accept) checkType(headers, accept);
      return true;
    },
  };
}

function checkType(headers: IncomingHttpHeaders, accept: readonly string[]): void {
  const { contentType } = readContentType(headerOf(headers, 'content-type'));
  if (contentType !== '' && !matchesType(contentType, accept))
    throw new FetchRefused('WRONG_TYPE', `The page is of a kind that is not read here: ${contentType}.`);
}

function checkStatus(answer: Answer, { etag, lastModified }: Wishes, clock: Clock): void {
  const { status } = answer;
  if (isSuccess(status)) return;
  if (status === 304 && (validatorOf(etag) || validatorOf(lastModified))) return;
  const rest = restOf(answer, clock);
  throw new FetchRefused('HTTP_STATUS', `The site answers with status ${status}.`, {
    status,
    ...(rest !== null && { retryAfter: new Date(clock.now() + rest) }),
  });
}

const isSuccess = (status: number) => status >= 200 && status <= 299;
const restOf = ({ headers }: Answer, clock: Clock) => readRetryAfter(headerOf(headers, 'retry-after'), clock.now());
