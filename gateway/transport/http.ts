import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Caller, RequestFacts } from '../admission/caller.ts';
import { InvalidOperation, type OperationRequest, type Operations, type Refusal } from '../admission/operation.ts';
import type { Route } from './door.ts';
import { multipartDefer, multipartSubscription } from './multipart.ts';
import { type Accepted, readAccept } from './negotiation.ts';
import { Presence } from './presence.ts';
import { readOperation } from './requestBody.ts';
import { type ResponseStreams, type StreamFormat, streamRefusal } from './responseStreams.ts';
import { sse } from './sse.ts';

export interface GraphqlHttpOptions<Client extends Caller> {
  readonly operations: Operations;
  /** Where subscriptions stay open. */
  readonly streams: ResponseStreams<Client>;
  /**
   * Who sends a request.
   * @throws GraphQLError UNAUTHENTICATED when what was sent to prove it is not valid.
   */
  identify(request: IncomingMessage): Promise<Client>;
  /** Any thrown thing as a refusal, in the form of all our errors. What is unexpected is logged and masked. */
  toRefusal(error: unknown, requestId: string): Refusal;
  /** Whether pages of this origin may ask. */
  isAllowedOrigin(origin: string, request: IncomingMessage): boolean;
  /** Largest body, in bytes. */
  readonly maxBodyBytes: number;
}

/**
 * GraphQL over HTTP. Every operation takes one way, whatever its form: identity, body, admission, execution; only the last step differs: a
 * text, the parts of a deferred answer, or the events of a subscription.
 */
export function createGraphqlHttp<Client extends Caller>(options: GraphqlHttpOptions<Client>): Route {
  const { operations, streams, identify, toRefusal, isAllowedOrigin, maxBodyBytes } = options;

  /** Answers a request in the form that its client reads. */
  async function answer(request: IncomingMessage, response: ServerResponse, accepted: Accepted, requestId: string) {
    const caller = await identify(request);
    const asked = await readOperation(request, maxBodyBytes);
    const wantsPlan = wantedPlan(request, asked);
    const admitted = await operations.admit(caller, asked, {
      requestId,
      signal: new Presence(response),
      idempotencyKey: header(request, 'idempotency-key')?.slice(0, 255) || null,
      isReadOnly: request.method === 'GET',
      takesParts: accepted.defer,
      traceparent: header(request, 'traceparent'),
      wantsCost: header(request, 'x-cost') === '1',
      wantsPlan,
    });
    for (const name in admitted.headers) response.setHeader(name, admitted.headers[name] as string);
    // A plan is one answer, of a subscription too.
    const isOne = admitted.isAnsweredOnce || wantsPlan === 'only';
    const isStream = admitted.kind === 'subscription' && !(isOne && accepted.type);
    if (isStream || (!accepted.type && accepted.subscription)) {
      const format = accepted.subscription && formats[accepted.subscription];
      if (format) return streams.stream(response, format, caller, admitted);
      admitted.abandon();
      throw noStream();
    }
    const text = accepted.defer ? await admitted.runInParts() : await admitted.run();
    if (typeof text !== 'string') return writeParts(response, text);
    response.setHeader('content-type', `${accepted.type ?? 'application/json'}; charset=utf-8`);
    // A short text goes out in one piece with the headers. A long one is encoded once, not measured first and encoded then.
    const body = text.length < 4_000 ? text : Buffer.from(text);
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  }

  return async function handle(request, response) {
    const requestId = readRequestId(request);
    const accepted = readAccept(request.headers.accept);
    response.setHeader('x-request-id', requestId);
    response.setHeader('cache-control', 'no-store');
    try {
      if (!accepted.type && !accepted.subscription && !accepted.defer) throw notAcceptable();
      if (isForeignPage(request, isAllowedOrigin)) throw foreignPage();
      await answer(request, response, accepted, requestId);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(request, response, accepted, toRefusal(error, requestId));
    }
  };
}

const formats: Record<'sse' | 'multipart', StreamFormat> = { sse, multipart: multipartSubscription };

/** An answer in parts, each as soon as it is there. The source ends when the client goes: the operation's signal fires then. */
async function writeParts(response: ServerResponse, parts: AsyncIterable<string>): Promise<void> {
  response.setHeader('content-type', multipartDefer.contentType);
  response.write(multipartDefer.start);
  for await (const part of parts) {
    const isTaken = response.write(multipartDefer.next(part));
    if (!isTaken && !response.destroyed) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (response.destroyed) return;
  }
  response.end(multipartDefer.end);
}

/** `?plan` beside the answer; `"extensions": { "plan": "only" }` without one. */
function wantedPlan({ url = '' }: IncomingMessage, { extensions }: OperationRequest): RequestFacts['wantsPlan'] {
  const plan = typeof extensions === 'object' && extensions !== null && (extensions as Record<string, unknown>).plan;
  if (plan === 'only') return 'only';
  return plan === true || /[?&]plan(&|=|$)/.test(url) ? 'too' : null;
}

/** RFC 6750, section 3: the scheme is followed by a parameter, and an error only where a token was sent. Clients trip over a bare scheme. */
function challenge({ headers }: IncomingMessage): string {
  return headers.authorization ? 'Bearer realm="jarvis", error="invalid_token"' : 'Bearer realm="jarvis"';
}

function refuse(request: IncomingMessage, response: ServerResponse, accepted: Accepted, refusal: Refusal): void {
  // Whoever listens to a stream reads refusals there; a browser's EventSource tells nothing of other statuses than 200.
  if (!accepted.type && accepted.subscription)
    return void streamRefusal(response, formats[accepted.subscription], refusal.errors);
  const type = accepted.type ?? 'application/json';
  response.statusCode = refusal instanceof InvalidOperation && type === 'application/json' ? 200 : refusal.status;
  response.setHeader('content-type', `${type}; charset=utf-8`);
  if (refusal.retryAfter !== undefined) response.setHeader('retry-after', String(Math.ceil(refusal.retryAfter)));
  if (refusal.status === 401) response.setHeader('www-authenticate', challenge(request));
  if (refusal.status === 405) response.setHeader('allow', 'GET, POST');
  const requestId = String(response.getHeader('x-request-id'));
  const text = JSON.stringify({ errors: refusal.errors, extensions: { requestId } });
  if (request.complete) return void response.end(text);
  response.shouldKeepAlive = false;
  response.setHeader('content-length', Buffer.byteLength(text));
  response.write(text);
  discard(request, () => response.end());
}

/** Most bytes of a refused body that are thrown away; then the connection is cut. */
const patience = 32_000_000;

/** Lets a client that still sends read its answer: were the connection closed at once, the answer would be lost with it. */
function discard(request: IncomingMessage, whenOver: () => void): void {
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > patience) request.destroy();
  });
  request.once('close', whenOver);
  request.once('end', whenOver);
  request.resume();
}

/**
 * A page of another origin may send a GET without asking (no preflight). It cannot read the answer, and identities never come in cookies, so
 * there is little to gain; it is refused all the same, as what no client of ours does.
 */
function isForeignPage(
  request: IncomingMessage,
  isAllowedOrigin: GraphqlHttpOptions<Caller>['isAllowedOrigin'],
): boolean {
  if (request.method !== 'GET') return false;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined) return !isAllowedOrigin(origin, request);
  return site === 'cross-site' || site === 'same-site';
}

const foreignPage = () =>
  new GraphQLError('Pages of other origins may not ask by GET.', {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  });

const noStream = () =>
  new GraphQLError(
    'A subscription is answered over WebSocket, or to those who accept "text/event-stream" or "multipart/mixed;subscriptionSpec=1.0".',
    { extensions: { code: 'BAD_USER_INPUT', http: { status: 406 } } },
  );

const notAcceptable = () =>
  new GraphQLError(
    'An answer is "application/json", "application/graphql-response+json", or for subscriptions "text/event-stream" or "multipart/mixed;subscriptionSpec=1.0".',
    { extensions: { code: 'BAD_USER_INPUT', http: { status: 406 } } },
  );

/** The client's own request id when it is a plain one (so that a log can be searched for it), else a new one. */
function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
}

function header({ headers }: IncomingMessage, name: string): string | null {
  const given = headers[name];
  return typeof given === 'string' ? given : null;
}
