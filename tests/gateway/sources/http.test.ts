import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createHttpSource, type HttpSourceOptions } from '../../../gateway/sources/http.ts';
import { plainData, type SubgraphRequest } from '../../../gateway/sources/source.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A subgraph that really listens, and a source for it. */
async function subgraph(listener: RequestListener, options: Partial<HttpSourceOptions> = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => end(server));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const source = createHttpSource({ url, ...options });
  closing.push(() => source.close());
  return { source, server };
}

const end = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const ask = (parts: Partial<SubgraphRequest> = {}): SubgraphRequest => ({
  query: '{ a }',
  operationKind: 'query',
  context: {},
  signal: new AbortController().signal,
  deadline: Date.now() + 20_000,
  ...parts,
});

/** An answer that had no backslash. */
const plain = (answer: { data?: object | null; errors?: object[] }) => ({ ...answer, [plainData]: answer.data });

const json = { 'content-type': 'application/json' };

test('names the data of an answer without escapes, and none may do so itself', async () => {
  const texts = [
    '{"data":{"a":"plain"}}',
    '{"data":{"a":"\\n"}}',
    '{"data":{"a":"\\""},"plainData":{},"Symbol(plain data)":{}}',
  ];
  const marks: unknown[] = [];
  for (const text of texts) {
    const { source } = await subgraph((_request, response) => response.writeHead(200, json).end(text));
    marks.push((await source.execute(ask()))[plainData]);
  }
  expect(marks).toEqual([{ a: 'plain' }, undefined, undefined]);
});

test('posts the request and reads the answer', async () => {
  const seen: { method?: string; url?: string; headers: Record<string, unknown>; body: string }[] = [];
  const { source } = await subgraph(
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end('{"data":{"a":"ü ✓"}}');
    },
    { headers: ({ operationName }) => ({ 'x-operation': operationName ?? '' }) },
  );
  const request = ask({ operationName: 'A', variables: { x: 1 } });
  await expect(source.execute(request)).resolves.toEqual(plain({ data: { a: 'ü ✓' } }));
  await source.execute(ask({ body: '{"query":"{ b }"}' }));
  const [first, second] = seen;
  expect(first).toMatchObject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'x-operation': 'A',
    },
  });
  expect(JSON.parse(first!.body)).toEqual({ query: '{ a }', operationName: 'A', variables: { x: 1 } });
  expect(second!.body).toBe('{"query":"{ b }"}');
});

test('sends nothing of the client’s request on its own', async () => {
  let sent: string[] = [];
  const { source } = await subgraph((request, response) => {
    sent = Object.keys(request.headers).sort();
    response.writeHead(200, json).end('{"data":null}');
  });
  await source.execute(ask({ context: { headers: { authorization: 'Bearer x', 'x-user-id': '1', connection: 'x' } } }));
  expect(sent).toEqual(['accept', 'connection', 'content-length', 'content-type', 'host']);
});

test('uses its connections again', async () => {
  const ports = new Set<number | undefined>();
  const { source } = await subgraph((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(200, json).end('{"data":{}}');
  });
  for (let count = 0; count < 10; count++) await source.execute(ask());
  // A connection is free again a moment after its answer is read, so two take turns.
  expect(ports.size).toBeLessThan(3);
});

test('reads an answer that comes in pieces, cut inside a character', async () => {
  const bytes = Buffer.from('{"data":{"a":"✓✓✓"}}');
  const { source } = await subgraph((_request, response) => {
    response.writeHead(200, json);
    response.write(bytes.subarray(0, 15), () =>
      response.write(bytes.subarray(15, 17), () => response.end(bytes.subarray(17))),
    );
  });
  await expect(source.execute(ask())).resolves.toEqual(plain({ data: { a: '✓✓✓' } }));
});

test.each([
  ['200 with another type of content', 200, 'text/html', '{"data":{}}'],
  ['200 without a type of content', 200, '', '{"data":{}}'],
  ['204', 204, 'application/json', ''],
  ['200 with bad JSON', 200, 'application/json', '{"data":'],
  ['200 with nothing', 200, 'application/json', ''],
  ['500 with a page', 500, 'text/html', '<h1>postgres://secret</h1>'],
  ['500 without a body', 500, '', ''],
  ['500 with JSON of anybody', 500, 'application/json', '{"data":{}}'],
  ['a redirect', 302, 'application/json', '{"data":{}}'],
])('rejects %s', async (_what, status, type, body) => {
  let count = 0;
  const { source } = await subgraph((_request, response) => {
    count++;
    response.writeHead(status, { ...(type && { 'content-type': type }), location: '/elsewhere' }).end(body);
  });
  const failure = await source.execute(ask()).catch((error: Error) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).toMatch(/^Error: The subgraph answered /);
  expect(String(failure)).not.toContain('secret');
  expect(count).toBe(1);
});

test.each([400, 422, 500, 503])('takes an answer of GraphQL’s own type with status %i', async (status) => {
  const { source } = await subgraph((_request, response) => {
    response
      .writeHead(status, { 'content-type': 'application/graphql-response+json; charset=utf-8' })
      .end('{"errors":[{"message":"no"}]}');
  });
  await expect(source.execute(ask())).resolves.toEqual(plain({ errors: [{ message: 'no' }] }));
});

test('rejects when nobody listens', async () => {
  const { source, server } = await subgraph(() => undefined);
  await end(server);
  await expect(source.execute(ask())).rejects.toThrow();
});

test('rejects an answer that is cut off, and can be asked again', async () => {
  let cut = true;
  const { source } = await subgraph((_request, response) => {
    if (!cut) return response.writeHead(200, json).end('{"data":{}}');
    cut = false;
    response.writeHead(200, { ...json, 'content-length': 1000 });
    response.write('{"data":{', () => response.socket?.destroy());
  });
  await expect(source.execute(ask())).rejects.toThrow();
  await expect(source.execute(ask())).resolves.toEqual(plain({ data: {} }));
});

test.each([
  ['announced', { 'content-length': '2000' }],
  ['only sent', {}],
])('reads no answer that is too large, %s', async (_what, headers) => {
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { source } = await subgraph(
    (_request, response) => {
      response.once('close', closed);
      response.writeHead(200, { ...json, ...headers });
      response.write(' '.repeat(1001));
    },
    { largestAnswer: 1000 },
  );
  await expect(source.execute(ask())).rejects.toThrow('The subgraph answered with too much.');
  // Nothing more of it is taken in.
  await isClosed;
});

test('waits for its share of the time and no longer', async () => {
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { source } = await subgraph((_request, response) => void response.once('close', closed), { share: 0.001 });
  const patient = ask({ deadline: Date.now() + 20_000 });
  await expect(source.execute(patient)).rejects.toThrow('The subgraph took too long.');
  await isClosed;
});

test('each call has its own deadline, whichever was set first', async () => {
  const { source } = await subgraph(() => undefined);
  const client = new AbortController();
  const within = (left: number) => source.execute(ask({ deadline: Date.now() + left, signal: client.signal }));
  const patient = expect(within(20_000)).rejects.toThrow('gone');
  const hasty = await Promise.allSettled([10, 40, 20].map(within));
  for (const call of hasty) expect(String((call as PromiseRejectedResult).reason)).toContain('took too long');
  client.abort(new Error('gone'));
  await patient;
});

test('an answer that began in time has to end in time', async () => {
  const { source } = await subgraph(
    (_request, response) => {
      response.writeHead(200, json);
      response.write('{"data":');
    },
    { share: 0.001 },
  );
  await expect(source.execute(ask())).rejects.toThrow('The subgraph took too long.');
});

test('a call that nobody waits for is given up', async () => {
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const client = new AbortController();
  const { source } = await subgraph((_request, response) => {
    response.once('close', closed);
    client.abort(new Error('gone'));
  });
  await expect(source.execute(ask({ signal: client.signal }))).rejects.toThrow('gone');
  await isClosed;
  await expect(source.execute(ask({ signal: client.signal }))).rejects.toThrow('gone');
});

test('a call that is given up while it waits for a connection is never sent, and costs no connection', async () => {
  const queries: string[] = [];
  const ports = new Set<number | undefined>();
  let answerFirst: (() => void) | undefined;
  const client = new AbortController();
  const { source } = await subgraph(
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { query } = JSON.parse(body);
      queries.push(query);
      ports.add(request.socket.remotePort);
      const answer = () => response.writeHead(200, json).end('{"data":{}}');
      if (query !== '{ first }') return answer();
      answerFirst = answer;
      client.abort(new Error('gone'));
    },
    { connections: 1 },
  );
  const first = source.execute(ask({ query: '{ first }' }));
  const second = source.execute(ask({ query: '{ second }', signal: client.signal }));
  const third = source.execute(ask({ query: '{ third }' }));
  await expect(second).rejects.toThrow('gone');
  answerFirst?.();
  await Promise.all([first, third]);
  expect(queries).toEqual(['{ first }', '{ third }']);
  expect(ports.size).toBe(1);
});

test('whoever waits when the source closes is told', async () => {
  let arrived: () => void;
  const hasArrived = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { source } = await subgraph(() => arrived());
  const call = source.execute(ask());
  const rejected = expect(call).rejects.toThrow();
  await hasArrived;
  await source.close();
  await rejected;
  await expect(source.execute(ask())).rejects.toThrow();
});
