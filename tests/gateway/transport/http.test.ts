import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import type { Caller, RequestFacts } from '../../../gateway/admission/caller.ts';
import { InvalidOperation, type OperationRequest, Refusal } from '../../../gateway/admission/operation.ts';
import { createGraphqlHttp } from '../../../gateway/transport/http.ts';
import { createResponseStreams } from '../../../gateway/transport/responseStreams.ts';
import { until } from '../../support/until.ts';

const nobody: Caller = {
  account: 'address:127.0.0.1',
  sharing: 'address:127.0.0.1',
  isAuthenticated: false,
  scopes: [],
  isDeveloper: false,
  isTrusted: false,
  client: null,
  expiresAt: null,
  contextOf: (facts) => facts,
};
const seen: { request: OperationRequest; facts: RequestFacts }[] = [];
let server: Server;
let url: string;

/** What admission would say, by the query. */
const refusals: Record<string, () => Error> = {
  invalid: () => new InvalidOperation([{ message: 'No.' }]),
  limited: () => new Refusal([{ message: 'Slow.' }], 429, 1.2),
  busy: () => new Refusal([{ message: 'Busy.' }], 503, 3),
  broken: () => new Error('postgres://secret'),
};

beforeAll(async () => {
  const handle = createGraphqlHttp({
    operations: {
      async admit(_caller, request, facts) {
        seen.push({ request, facts });
        const refusal = refusals[String(request.query)];
        if (refusal) throw refusal();
        return {
          kind: 'query',
          run: async () => '{"data":{"a":"ö"}}',
          runInParts: async () => '{"data":{"a":"ö"}}',
          abandon: () => {},
          listen: async () => () => {},
        };
      },
    },
    streams: createResponseStreams(),
    async identify({ headers }) {
      if (headers.authorization === 'Bearer wrong')
        throw new GraphQLError('Who?', { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
      return nobody;
    },
    toRefusal(error) {
      if (error instanceof Refusal) return error;
      const { message, extensions } = error instanceof GraphQLError ? error : new GraphQLError('Our fault.');
      return new Refusal([{ message }], (extensions.http as { status: number } | undefined)?.status ?? 500);
    },
    isAllowedOrigin: (origin) => origin === 'https://app.example.com',
    maxBodyBytes: 1_000,
  });
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});
afterAll(() => new Promise((done) => server.close(done)));

const post = (query: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

describe('an answer', () => {
  test('comes in the media type that the client likes best, with its request id, and is not to be stored', async () => {
    const response = await post('ok', { accept: 'application/graphql-response+json', 'x-request-id': 'my-request-1' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(response.headers.get('x-request-id')).toBe('my-request-1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ data: { a: 'ö' } });
  });

  test('has a request id of ours where the client’s is not a plain one', async () => {
    const response = await post('ok', { 'x-request-id': 'a b c d e f g h' });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('tells admission the idempotency key, and that a GET changes nothing', async () => {
    await post('ok', { 'idempotency-key': 'k1' });
    expect(seen.at(-1)?.facts).toMatchObject({ idempotencyKey: 'k1', isReadOnly: false });
    await fetch(`${url}?query=ok&variables={"a":1}&operationName=Q&extensions={"b":2}`);
    expect(seen.at(-1)).toMatchObject({
      request: { query: 'ok', variables: { a: 1 }, operationName: 'Q', extensions: { b: 2 } },
      facts: { idempotencyKey: null, isReadOnly: true },
    });
  });
});

describe('a refusal', () => {
  const statusOf = async (query: string, accept: string) => (await post(query, { accept })).status;

  test('of a wrong operation is 200 for clients of application/json and 400 for others', async () => {
    expect(await statusOf('invalid', 'application/json')).toBe(200);
    expect(await statusOf('invalid', '*/*')).toBe(200);
    expect(await statusOf('invalid', 'application/graphql-response+json')).toBe(400);
  });

  test('for another reason has its own status, whatever the client reads, and says when to come back', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const limited = await post('limited', { accept });
      expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
      expect(await statusOf('busy', accept)).toBe(503);
    }
  });

  test('that nobody expected says nothing of its cause', async () => {
    const response = await post('broken');
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')]);
  });

  test.each([
    ['PUT', {}, 405],
    ['DELETE', {}, 405],
    ['POST', { 'content-type': 'text/plain' }, 415],
    ['POST', { 'content-type': 'application/jsonx' }, 415],
    ['POST', { 'content-type': 'application/json; charset=latin1' }, 415],
    ['POST', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
    ['POST', { 'content-type': 'application/json', authorization: 'Bearer wrong' }, 401],
    ['POST', { 'content-type': 'application/json', accept: 'text/html' }, 406],
  ])('of %s with %j is %i', async (method, headers, status) => {
    const response = await fetch(url, { method, headers: headers as Record<string, string>, body: '{"query":"ok"}' });
    expect(response.status).toBe(status);
    expect(Object.keys((await response.json()) as object)).toEqual(['errors', 'extensions']);
    if (status === 401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="jarvis"(, error="invalid_token")?$/);
    if (status === 405) expect(response.headers.get('allow')).toBe('GET, POST');
  });

  test.each([
    ['announced', { 'content-length': '2000' }],
    ['sent in pieces', { 'transfer-encoding': 'chunked' }],
  ])('of a body that is too large, %s, comes before the body has ended', async (_, headers) => {
    const status = await new Promise((resolve, reject) => {
      const asked = httpRequest(
        url,
        { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        (response) => {
          resolve(response.statusCode);
          asked.destroy();
        },
      );
      asked.on('error', reject);
      asked.write(' '.repeat(1_500));
    });
    expect(status).toBe(413);
  });

  test('of a GET meets pages of other origins only', async () => {
    const get = async (headers: Record<string, string>) => (await fetch(`${url}?query=ok`, { headers })).status;
    expect(await get({ origin: 'https://evil.example' })).toBe(403);
    expect(await get({ origin: 'https://app.example.com' })).toBe(200);
    expect(await get({})).toBe(200);
    // What a browser says of an image or a link, where it sends no origin. `fetch` may not set it, so it is sent by hand.
    for (const [site, status] of [
      ['cross-site', 403],
      ['same-origin', 200],
      ['none', 200],
    ] as const) {
      const found = await new Promise((resolve, reject) =>
        httpRequest(`${url}?query=ok`, { headers: { 'sec-fetch-site': site } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end(),
      );
      expect(found).toBe(status);
    }
  });
});

const rest = Buffer.alloc(20_000_000, ' ');
test.each([
  ['announced', `content-length: ${rest.length + 1}`, ['{'], [rest]],
  ['sent in pieces', 'transfer-encoding: chunked', ['7d0\r\n', rest.subarray(0, 2_000), '\r\n'], pieces(rest)],
])(
  'a body that is too large, %s, is refused before it has come, and its client may send it to the end',
  async (_, framing, first, more) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    let failure: Error | undefined;
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.write(`POST / HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`);
    for (const piece of first) socket.write(piece);
    await until('the refusal', () => text.endsWith('}'));
    const ended = new Promise((done) => socket.once('close', done));
    for (const piece of more) socket.write(piece);
    socket.end();
    await ended;
    expect(text).toMatch(/^HTTP\/1.1 413 .*\r\nconnection: close\r\n/is);
    expect(failure).toBeUndefined();
    // Nobody else is the worse for it.
    expect((await post('ok')).status).toBe(200);
  },
);

/** As `transfer-encoding: chunked` has it, with the last that says it is over. */
function pieces(body: Buffer): (Buffer | string)[] {
  const size = 1_000_000;
  const chunks = Array.from({ length: body.length / size }, (_, at) => body.subarray(at * size, (at + 1) * size));
  return [...chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']), '0\r\n\r\n'];
}
