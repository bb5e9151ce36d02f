import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { abuses } from '../support/abuse.ts';
import { startStandalone } from '../support/standalone.ts';
import { until } from '../support/until.ts';

let gateway: Awaited<ReturnType<typeof startStandalone>>;

beforeAll(async () => {
  gateway = await startStandalone({
    things: {
      sdl: `type Query { thing: Thing  things(first: Int!): [Thing] @listSize(slicingArguments: ["first"]) }
        type Thing @key(fields: "id") { id: ID!  thing: Thing  things(first: Int!): [Thing] @listSize(slicingArguments: ["first"]) }`,
      resolvers: { Query: { thing: () => ({ id: '1' }) } },
    },
  });
}, 60_000);
afterAll(() => gateway.stop(), 30_000);
beforeEach(() => {
  gateway.asked.length = 0;
});

const leaks = /node_modules|at \w+ \(|\/work\/|127\.0\.0\.1|localhost/;

describe('over HTTP', () => {
  const send = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body,
    });

  test.each(abuses)('$name is refused with $status, and no subgraph hears of it', async (abuse) => {
    for (const _ of ['first', 'remembered']) {
      const response = await send(abuse.body, abuse.headers);
      const text = await response.text();
      const { errors } = JSON.parse(text);
      expect([response.status, errors[0].extensions.code]).toEqual([abuse.status, abuse.code]);
      expect(errors.length).toBeLessThanOrEqual(10);
      expect(text.length).toBeLessThan(20_000);
      expect(text).not.toMatch(leaks);
    }
    expect(gateway.asked).toEqual([]);
  });

  test('nested lists are refused for what they would cost', async () => {
    const deep = 'things(first: 100) { '.repeat(6);
    const { status, answer } = await gateway.ask(`{ ${deep} id ${'}'.repeat(6)} }`);
    expect([status, answer.errors[0].extensions.code]).toEqual([400, 'COST_LIMIT_EXCEEDED']);
    expect(gateway.asked).toEqual([]);
  });

  test('names of prototypes are names like any other', async () => {
    const { status, answer } = await gateway.ask(
      'query ($constructor: Boolean = true) { constructor: __typename @include(if: $constructor) toString: __typename }',
      { variables: { constructor: true, hasOwnProperty: 1 } },
    );
    expect([status, answer.data]).toEqual([200, { constructor: 'Query', toString: 'Query' }]);
    const polluted = await send(
      '{"query":"{ __typename }","variables":{"__proto__":{"polluted":true}},"extensions":{"__proto__":{"polluted":true}}}',
    );
    expect(polluted.status).toBe(400);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a flood of different documents leaves a bounded memory of them', async () => {
    const flood = async (worker: number) => {
      for (let n = 0; n < 140; n++) await (await send(JSON.stringify({ query: `{ a${worker}_${n} }` }))).arrayBuffer();
    };
    await Promise.all(Array.from({ length: 8 }, (_, worker) => flood(worker)));
    const metrics = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
    expect(metrics).toMatch(/^jarvis_document_cache_refused 1000$/m);
  });
});

describe('over WebSocket', () => {
  const open = async () => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    const received: { id?: string; type: string; payload?: any }[] = [];
    const state = { socket, received, code: undefined as number | undefined };
    socket.on('message', (data) => received.push(JSON.parse(String(data))));
    socket.on('close', (code) => Object.assign(state, { code }));
    socket.on('error', () => {});
    await new Promise((done) => socket.once('open', done));
    return state;
  };
  const enter = async () => {
    const state = await open();
    state.socket.send('{"type":"connection_init"}');
    await until('it is let in', () => state.received.some(({ type }) => type === 'connection_ack'));
    return state;
  };
  const subscribe = (id: string, payload: unknown) => JSON.stringify({ id, type: 'subscribe', payload });

  test('the same documents are refused, on their operation alone', async () => {
    const { socket, received } = await enter();
    // Those that are messages of the protocol at all: the others close the socket, as the next test has it.
    const documents = abuses.filter(
      ({ name, body, headers }) =>
        !headers &&
        typeof body === 'string' &&
        /^\{"query":".*\}$/s.test(body) &&
        body.length < 250_000 &&
        !/variables that are a list|extensions that are text/.test(name),
    );
    expect(documents.length).toBeGreaterThan(15);
    for (const [index, { body }] of documents.entries()) {
      socket.send(`{"id":"${index}","type":"subscribe","payload":${body}}`);
      await until('it is refused', () => received.some(({ id }) => id === String(index)));
      const answer = received.find(({ id }) => id === String(index));
      expect(answer).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      expect(JSON.stringify(answer)).not.toMatch(leaks);
    }
    expect(gateway.asked).toEqual([]);
    socket.close();
  }, 30_000);

  test.each([
    ['a message of 1 MB', () => `{"type":"ping","payload":{"x":"${'x'.repeat(1_000_000)}"}}`, 1009],
    ['a message that is not JSON', () => '{', 4400],
    ['a message of no known kind', () => '{"type":"hack"}', 4400],
    ['an operation without a query', () => subscribe('1', {}), 4400],
    ['binary', () => Buffer.from([1, 2, 3]), 1003],
    ['a second ConnectionInit', () => '{"type":"connection_init"}', 4429],
  ])('%s ends what it must', async (_, message, code) => {
    const state = await enter();
    state.socket.send(message());
    await until('it is closed', () => state.code !== undefined);
    expect(state.code).toBe(code);
    expect(gateway.asked).toEqual([]);
  });

  test('a socket that floods is closed, and one that subscribes before it is let in', async () => {
    const early = await open();
    early.socket.send(subscribe('1', { query: '{ __typename }' }));
    await until('it is closed', () => early.code !== undefined);
    expect(early.code).toBe(4401);
    const flood = await enter();
    for (let n = 0; n < 1_000; n++) flood.socket.send(subscribe(String(n), { query: '{ thing { id } }' }));
    await until('it is closed', () => flood.code !== undefined);
    expect(flood.code).toBe(4291);
    expect(gateway.asked.length).toBeLessThan(200);
  });

  test('one address has so many sockets and no more', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, enter));
    const over = await open();
    over.socket.send('{"type":"connection_init"}');
    await until('it is closed', () => over.code !== undefined);
    expect(over.code).toBe(4292);
    for (const { socket } of sockets) socket.close();
    await until('all have left', async () => {
      const text = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
      return /jarvis_websocket_connections 0/.test(text);
    });
  });
});

test('an unknown hash of an automatic persisted query is told as Apollo’s clients know it', async () => {
  const sha256Hash = createHash('sha256').update('{ __typename }').digest('hex');
  const { status, answer } = await gateway.ask(undefined as never, {
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  });
  expect([status, answer.errors[0].message]).toEqual([200, 'PersistedQueryNotFound']);
});
