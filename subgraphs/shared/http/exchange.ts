import type { IncomingHttpHeaders } from 'node:http';
import type { Agent, Dispatcher } from 'undici';
import { acceptedEncodings, readBody } from './bodies.ts';
import type { Deadline } from './deadline.ts';
import { headerOf } from './headers.ts';
import { refusalOf, tooLarge } from './refusals.ts';

export interface Request {
  method: Dispatcher.HttpMethod;
  url: URL;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** Most bytes of an answer, and what becomes of longer ones. */
  maxBytes: number;
  overflow: 'refuse' | 'cut';
  /** Looks at the head of the answer and says whether its body is of interest; throws when it is not wanted at all. */
  wants(status: number, headers: IncomingHttpHeaders): boolean;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Empty when it was not wanted. */
  body: Uint8Array;
}

/**
 * One request and its answer; redirects are an answer like any other.
 * @throws FetchRefused, or the reason of the caller's signal.
 */
export async function exchange(agent: Agent, request: Request, deadline: Deadline): Promise<Answer> {
  try {
    return await deadline.within(send(agent, request, deadline));
  } catch (error) {
    // However the parts below take the end of their time: this is why.
    throw deadline.signal.aborted ? deadline.signal.reason : refusalOf(error);
  }
}

async function send(agent: Agent, request: Request, deadline: Deadline): Promise<Answer> {
  const { method, url, maxBytes, overflow } = request;
  const { statusCode, headers, body } = await agent.request({
    method,
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    headers: { ...request.headers, 'accept-encoding': acceptedEncodings },
    body: request.body ?? null,
    signal: deadline.signal,
  });
  // Destroyed below before its end, it says so to nobody.
  body.on('error', () => {});
  try {
    if (!request.wants(statusCode, headers)) return { status: statusCode, headers, body: new Uint8Array() };
    if (overflow === 'refuse' && Number(headerOf(headers, 'content-length')) > maxBytes) throw tooLarge(maxBytes);
    const reading = { limit: maxBytes, overflow, arrived: deadline.expectBytes() };
    return { status: statusCode, headers, body: await readBody(body, headerOf(headers, 'content-encoding'), reading) };
  } finally {
    body.destroy();
  }
}
