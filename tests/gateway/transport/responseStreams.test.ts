import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../gateway/admission/caller.ts';
import { toRefusal } from '../../../gateway/admission/errors.ts';
import type { Operations, Sink } from '../../../gateway/admission/operation.ts';
import { multipartDefer, multipartSubscription } from '../../../gateway/transport/multipart.ts';
import {
  createResponseStreams,
  type ResponseStreamsOptions,
  type StreamFormat,
  streamRefusal,
} from '../../../gateway/transport/responseStreams.ts';
import { sse } from '../../../gateway/transport/sse.ts';
import { startEvents } from '../../support/memoryFeed.ts';
import { callerOf, openOperations } from '../../support/operations.ts';
import { until } from '../../support/until.ts';

const EVENTS = 'subscription ($after: ID) { happened(after: $after) { number } }';

let stop: () => Promise<void>;
afterEach(() => stop());

/** A server that streams one operation to whoever asks, as the HTTP handler does. */
async function start(format: StreamFormat, options: Partial<ResponseStreamsOptions> = {}, given?: Operations) {
  const events = startEvents();
  const operations = given ?? openOperations(events.gateway);
  const clock = { time: 1_000_000 };
  let sweep = () => {};
  const streams = createResponseStreams<Caller>({
    now: () => clock.time,
    everySecond: (work) => {
      sweep = work;
      return () => {};
    },
    ...options,
  });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const search = new URL(request.url!, 'http://host').searchParams;
    const expiresAt = search.get('expiresAt');
    const caller = callerOf(search.get('account') ?? 'ana', expiresAt ? new Date(Number(expiresAt)) : null);
    const variables = JSON.parse(search.get('variables') ?? '{}');
    try {
      const admitted = await operations.admit(caller, { query: search.get('query'), variables }, { requestId: 'r' });
      await streams.stream(response, format, caller, admitted);
    } catch (error) {
      streamRefusal(response, format, toRefusal(error, 'r', { now: () => new Date(clock.time) }).errors);
    }
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  stop = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const ask = (query: string, more: Record<string, string> = {}) => {
    const state = {
      text: '',
      headers: {} as IncomingMessage['headers'],
      isOver: false,
      isCut: false,
      pause: () => {},
      leave: () => {},
    };
    const request = get(`http://127.0.0.1:${port}/?${new URLSearchParams({ query, ...more })}`, (response) => {
      state.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (text) => {
        state.text += text;
      });
      response.on('end', () => {
        state.isOver = true;
      });
      response.on('error', () => {
        state.isCut = true;
      });
      state.pause = () => response.pause();
    });
    request.on('error', () => {
      state.isCut = true;
    });
    state.leave = () => request.destroy();
    return state;
  };
  return { ...events, streams, clock, ask, sweep: () => sweep() };
}

/** Reads Server-Sent Events as a browser does. */
function readEvents(text: string) {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith(':')))
    .filter((lines) => lines.length > 0)
    .map((lines) => Object.fromEntries(lines.map((line) => [line.split(':')[0], line.replace(/^\w+: ?/, '')])));
}

/** Reads parts as Apollo's clients do: cut at the delimiter, headers, an empty line, JSON. Only parts that have ended count. */
function readParts(text: string, contentType: string) {
  const delimiter = `\r\n--${/boundary="([^"]+)"/.exec(contentType)![1]}`;
  const [preamble, ...chunks] = text.split(delimiter);
  expect(preamble).toBe('');
  const rest = chunks.pop();
  const parts = chunks.map((chunk) => {
    const [headers, body, ...more] = chunk.split('\r\n\r\n');
    expect([headers, more]).toEqual(['\r\ncontent-type: application/json', []]);
    return JSON.parse(body!);
  });
  return { parts, isOver: rest === '--\r\n' };
}

describe('server-sent events', () => {
  test('bring each answer as it comes, and end with the source', async () => {
    const { ask, happen, live } = await start(sse);
    const client = ask(EVENTS);
    await until('it is connected', () => client.text === ':\n\n' && live.size === 1);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    happen();
    happen();
    await until('two have come', () => readEvents(client.text).length === 2);
    for (const listener of live) listener.end();
    await until('it is over', () => client.isOver);
    expect(readEvents(client.text)).toEqual([
      { event: 'next', data: '{"data":{"happened":{"number":1}}}' },
      { event: 'next', data: '{"data":{"happened":{"number":2}}}' },
      { event: 'complete', data: '' },
    ]);
  });

  test('answer queries, and carry what was refused', async () => {
    const { ask } = await start(sse);
    const [answer, refusal] = [ask('{ goal { id } }'), ask('{ nothing }')];
    await until('both are over', () => answer.isOver && refusal.isOver);
    expect(readEvents(answer.text)).toEqual([
      { event: 'next', data: '{"data":{"goal":{"id":"ana"}}}' },
      { event: 'complete', data: '' },
    ]);
    const [next, complete] = readEvents(refusal.text);
    expect(JSON.parse(next!.data!)).toMatchObject({ errors: [{ message: expect.stringContaining('nothing') }] });
    expect(complete).toEqual({ event: 'complete', data: '' });
  });

  test('keep an answer on one line', () => {
    expect(sse.next('{\n  "a": 1\r\n}')).toBe('event: next\ndata: {   "a": 1 }\n\n');
  });
});

describe('multipart subscriptions', () => {
  test('bring each answer as the payload of a part that has ended', async () => {
    const { ask, happen, live } = await start(multipartSubscription);
    const client = ask(EVENTS);
    await until('it has begun', () => live.size === 1 && client.text !== '');
    const type = client.headers['content-type']!;
    expect(type).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    happen();
    await until('it has come', () => readParts(client.text, type).parts.length === 1);
    for (const listener of live) listener.end();
    await until('it is over', () => client.isOver);
    expect(readParts(client.text, type)).toEqual({
      parts: [{ payload: { data: { happened: { number: 1 } } } }],
      isOver: true,
    });
  });

  test('tell of a failure beside the payload', async () => {
    const { ask, live } = await start(multipartSubscription);
    const client = ask(EVENTS);
    await until('it has begun', () => live.size === 1 && client.text !== '');
    for (const listener of live) listener.end(new Error('secret'));
    await until('it is over', () => client.isOver);
    expect(readParts(client.text, client.headers['content-type']!)).toMatchObject({
      parts: [{ payload: null, errors: [{ message: 'The subgraph "goals" did not answer.' }] }],
      isOver: true,
    });
  });

  test('never hold their own boundary, whatever a person writes', () => {
    const { parts } = readParts(
      multipartSubscription.start +
        multipartSubscription.next(JSON.stringify({ text: '\r\n--graphql--\r\n \\--graphql' })),
      multipartSubscription.contentType,
    );
    expect(parts).toEqual([{ payload: { text: '\r\n--graphql--\r\n \\--graphql' } }]);
    expect(multipartSubscription.next('{"text":"--graphql"}').split('--graphql')).toHaveLength(2);
  });

  test('of @defer have the whole answer first and end with the closing delimiter', () => {
    const { contentType, start, next, end } = multipartDefer;
    expect(contentType).toBe('multipart/mixed;boundary="graphql";deferSpec=20220824');
    const text = start + next('{"data":{},"hasNext":true}') + next('{"hasNext":false}') + end;
    expect(readParts(text, contentType)).toEqual({
      parts: [{ data: {}, hasNext: true }, { hasNext: false }],
      isOver: true,
    });
  });
});

describe.each([
  ['server-sent events', sse],
  ['multipart', multipartSubscription],
])('a stream of %s', (_name, format) => {
  test('beats while nothing happens', async () => {
    const { ask, sweep, live } = await start(format, { heartbeatSeconds: 2 });
    const client = ask(EVENTS);
    await until('it has begun', () => live.size === 1 && client.text === format.start);
    for (let i = 0; i < 4; i++) sweep();
    await until('it has beaten twice', () => client.text === format.start + format.heartbeat.repeat(2));
  });

  test('ends what it listens to when its client leaves', async () => {
    const { ask, live, streams } = await start(format);
    const client = ask(EVENTS);
    await until('it has begun', () => live.size === 1 && client.text !== '');
    client.leave();
    await until('it has ended', () => live.size === 0 && streams.size === 0);
  });

  test('is cut when the credential ends, and tells nothing after that', async () => {
    const { ask, happen, sweep, clock, live } = await start(format);
    const [client, idle] = [
      ask(EVENTS, { expiresAt: String(clock.time + 10) }),
      ask(EVENTS, { account: 'ben', expiresAt: String(clock.time + 10) }),
    ];
    await until('both have begun', () => live.size === 2 && client.text !== '' && idle.text !== '');
    clock.time += 10;
    happen();
    await until('it is cut', () => client.isCut && idle.isCut);
    sweep();
    expect([client.text, idle.text]).toEqual([format.start, format.start]);
    expect(live.size).toBe(0);
  });

  test('is cut when its client is found not to be valid any more, and when all stop', async () => {
    const { ask, streams, live } = await start(format);
    const [ana, ben] = [ask(EVENTS), ask(EVENTS, { account: 'ben' })];
    await until('both have begun', () => live.size === 2 && ana.text !== '' && ben.text !== '');
    await streams.recheck(
      ({ account }) => account === 'ana',
      async () => false,
    );
    await until('one is cut', () => ana.isCut);
    expect(ben.isCut).toBe(false);
    streams.stop();
    await until('the other is cut', () => ben.isCut && live.size === 0);
  });

  test('is one of so many of its account; who leaves makes room', async () => {
    const { ask, live, streams } = await start(format, { streamsPerAccount: 2 });
    const mine = [ask(EVENTS), ask(EVENTS)];
    await until('both have begun', () => mine.every(({ text }) => text !== ''));
    const third = ask(EVENTS);
    await until('it is refused', () => third.isOver);
    expect(third.text).toMatch(/"An account may have 2 .*"code":"RATE_LIMITED","retryAfter":5/);
    const others = ask(EVENTS, { account: 'ben' });
    await until('another account’s begins', () => live.size === 2 && others.text !== '');
    expect(streams.size).toBe(3);
    mine[0]!.leave();
    await until('it has left', () => streams.size === 2);
    const fourth = ask(EVENTS);
    await until('it begins', () => fourth.text === format.start);
  });

  test('that comes when all have been stopped is abandoned, and cut', async () => {
    const abandoned: string[] = [];
    const operations: Operations = {
      admit: async (caller) => ({
        kind: 'subscription',
        run: () => Promise.reject(new Error('A subscription.')),
        runInParts: () => Promise.reject(new Error('A subscription.')),
        abandon: () => void abandoned.push(caller.account),
        listen: () => Promise.reject(new Error('It must not be listened to.')),
      }),
    };
    const { ask, streams } = await start(format, {}, operations);
    streams.stop();
    const client = ask(EVENTS);
    await until('it is cut', () => client.isCut);
    expect([abandoned, streams.size, client.text]).toEqual([['ana'], 0, '']);
  });

  test('is cut when its client reads too slowly', async () => {
    const sinks: Sink[] = [];
    const operations: Operations = {
      admit: async () => ({
        kind: 'subscription',
        run: () => Promise.reject(new Error('A subscription.')),
        runInParts: () => Promise.reject(new Error('A subscription.')),
        abandon: () => {},
        async listen(sink) {
          sinks.push(sink);
          return () => sinks.splice(sinks.indexOf(sink), 1);
        },
      }),
    };
    const { ask, streams } = await start(format, { bufferedBytes: 100_000 }, operations);
    const client = ask(EVENTS);
    await until('it has begun', () => sinks.length === 1 && client.text !== '');
    client.pause();
    const text = JSON.stringify({ data: 'x'.repeat(100_000) });
    // What the network keeps for a client is not known: until that is full.
    for (let told = 0; sinks.length === 1 && told < 1_000; told++) {
      sinks[0]!.next(text);
      await new Promise(setImmediate);
    }
    expect([streams.size, sinks.length]).toEqual([0, 0]);
  });
});
