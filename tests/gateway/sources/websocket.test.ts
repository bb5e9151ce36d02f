import { afterEach, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { withFinishedAnswers } from '../../../gateway/sources/finishedAnswers.ts';
import {
  createWebSocketSource,
  type WebSocketSource,
  type WebSocketSourceOptions,
  webSocketAddress,
} from '../../../gateway/sources/websocket.ts';
import { until } from '../../support/until.ts';
import { federate } from '../execution/federation.ts';
import { goalsSdl, startSubscribableSubgraph } from './subscribableSubgraph.ts';

type Subgraph = Awaited<ReturnType<typeof startSubscribableSubgraph>>;

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

async function start(port?: number): Promise<Subgraph> {
  const subgraph = await startSubscribableSubgraph(port);
  opened.push({ close: subgraph.stop });
  return subgraph;
}

function connect(subgraph: { url: string }, more: Partial<WebSocketSourceOptions> = {}): WebSocketSource {
  const source = createWebSocketSource({ url: webSocketAddress(subgraph.url), backoff: async () => {}, ...more });
  opened.push(source);
  return source;
}

/** A gateway of two subgraphs, of which one runs its subscriptions itself. */
function graph(source: WebSocketSource) {
  const federation = federate({
    goals: { sdl: goalsSdl, events: source.events },
    chat: {
      sdl: 'type Goal @key(fields: "id") { id: ID!  talks: [String!] }',
      resolvers: { Goal: { talks: ({ id }: { id: string }) => [`Talk on ${id}`] } },
    },
  });
  federation.replace('goals', withFinishedAnswers(federation.sources.get('goals')!));
  return federation;
}

const generator = (value: unknown) => value as AsyncGenerator<ExecutionResult, void>;
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
const QUERY = 'subscription ($unit: String) { done: progressed(unit: $unit) { at unit goal { title talks } } }';
const event = (id: string) => ({ at: 'noon', goal: { id, title: `Goal ${id}` } });

/** Asks for the next answer, and waits until the subgraph would give it. */
async function listening(subgraph: Subgraph, answers: AsyncGenerator<ExecutionResult, void>) {
  const next = answers.next();
  await until('the subgraph has the subscription', () => subgraph.running === 1);
  return { next };
}

describe('an address for subscriptions', () => {
  test.each([
    ['http://goals:4001/graphql?a=1', 'ws://goals:4001/graphql?a=1'],
    ['https://goals.example/', 'wss://goals.example/'],
    ['ws://goals/sockets', 'ws://goals/sockets'],
  ])('for %s is %s', (routing, address) => expect(webSocketAddress(routing)).toBe(address));
});

describe("a subgraph's own subscription", () => {
  test('brings its answers, with the rest from the other subgraph', async () => {
    const subgraph = await start();
    const source = connect(subgraph);
    const { subscribe } = graph(source);
    const answers = generator(await subscribe(QUERY, { unit: 'km' }));
    const { next: first } = await listening(subgraph, answers);
    subgraph.publish(event('7'));
    expect(plain((await first).value)).toEqual({
      data: { done: { at: 'noon', unit: 'km', goal: { title: 'Goal 7', talks: ['Talk on 7'] } } },
    });
    subgraph.publish(event('8'));
    expect(plain((await answers.next()).value)).toMatchObject({ data: { done: { goal: { talks: ['Talk on 8'] } } } });
    await answers.return();
    await until('nothing is left', () => subgraph.running === 0 && subgraph.connections === 0);
    expect([source.connections, source.subscriptions]).toEqual([0, 0]);
  });

  test('shares one connection with others of the same credentials', async () => {
    const subgraph = await start();
    const source = connect(subgraph, { connectionParams: (context) => context as Record<string, unknown> });
    const subscribeAs = (authorization: string, unit: string) => {
      const query = 'subscription ($unit: String) { progressed(unit: $unit) { unit } }';
      const request = { field: 'progressed', arguments: {}, query, variables: { unit } };
      const signal = new AbortController().signal;
      return source.events({ ...request, context: { authorization }, signal }) as AsyncIterableIterator<unknown>;
    };
    const streams = [subscribeAs('a', 'km'), subscribeAs('a', 'h'), subscribeAs('b', 'mi')];
    await until('the subgraph has all three', () => subgraph.running === 3);
    expect(subgraph.connections).toBe(2);
    expect(subgraph.connectionParams).toEqual([{ authorization: 'a' }, { authorization: 'b' }]);
    subgraph.publish({ at: 'noon' });
    const units = await Promise.all(streams.map(async (stream) => (await stream.next()).value));
    expect(units).toEqual(['km', 'h', 'mi'].map((unit) => ({ data: { progressed: { unit } } })));
    await streams[2]!.return!();
    await until('one connection is left', () => subgraph.connections === 1);
    expect(source.subscriptions).toBe(2);
  });

  test('refuses more connections than it may have', () => {
    const source = connect({ url: 'http://127.0.0.1:9/' }, { maxConnections: 1, connectionParams: (c) => ({ c }) });
    const request = { field: 'a', arguments: {}, query: '{ a }', signal: new AbortController().signal };
    source.events({ ...request, context: 1 });
    expect(() => source.events({ ...request, context: 2 })).toThrow('More than 1 connections');
    source.events({ ...request, context: 1 });
  });

  test('that the subgraph refuses says why, and ends', async () => {
    const { subscribe } = graph(connect(await start()));
    const answers = generator(await subscribe('subscription { guarded }'));
    expect(plain((await answers.next()).value)).toEqual({
      data: { guarded: null },
      errors: [{ message: 'Not for you.', path: ['guarded'], extensions: { code: 'FORBIDDEN' } }],
    });
    expect((await answers.next()).done).toBe(true);
  });

  test('ends when its connection breaks, and can be started again', async () => {
    const subgraph = await start();
    const source = connect(subgraph);
    const { subscribe } = graph(source);
    const answers = generator(await subscribe(QUERY));
    const { next: broken } = await listening(subgraph, answers);
    subgraph.cut();
    expect(plain((await broken).value)).toEqual({
      errors: [
        {
          message: 'The subscription was interrupted at its source. Start it again.',
          extensions: { code: 'UPSTREAM_FAILED', resumable: true, retryAfter: 1 },
        },
      ],
    });
    expect((await answers.next()).done).toBe(true);
    await until('the subgraph has let go', () => subgraph.running === 0);
    expect(subgraph.operations).toBe(1);

    const again = generator(await subscribe(QUERY));
    const { next } = await listening(subgraph, again);
    subgraph.publish(event('9'));
    expect((await next).value).toMatchObject({ data: { done: { goal: { title: 'Goal 9' } } } });
  });

  test('ends when the subgraph shows no sign of life', async () => {
    const subgraph = await start();
    const { subscribe } = graph(connect(subgraph, { heartbeat: { every: 20, within: 20 } }));
    const answers = generator(await subscribe(QUERY));
    const { next: broken } = await listening(subgraph, answers);
    subgraph.freeze();
    expect((await broken).value).toMatchObject({ errors: [{ extensions: { resumable: true } }] });
  });

  test('waits for a subgraph that comes up late', async () => {
    const first = await start();
    await first.stop();
    opened.length = 0;
    let restarted: Subgraph | undefined;
    const source = connect(first, {
      backoff: async () => {
        restarted ??= await start(first.port);
      },
    });
    const { subscribe } = graph(source);
    const answers = generator(await subscribe(QUERY));
    const next = answers.next();
    await until('the subgraph has the subscription', () => restarted?.running === 1);
    restarted!.publish(event('1'));
    expect((await next).value).toMatchObject({ data: { done: { goal: { title: 'Goal 1' } } } });
  });

  test('that reaches nobody says so without the address', async () => {
    const gone = await start();
    await gone.stop();
    opened.length = 0;
    const { subscribe } = graph(connect(gone, { attempts: 2 }));
    const answers = generator(await subscribe(QUERY));
    expect(plain((await answers.next()).value)).toEqual({
      errors: [
        {
          message: 'The subgraph "goals" could not be reached.',
          path: ['done'],
          extensions: { code: 'UPSTREAM_FAILED', subgraph: 'goals' },
        },
      ],
    });
  });

  test('is refused at once to somebody whom the subgraph does not let in', async () => {
    const subgraph = await start();
    const { subscribe } = graph(connect(subgraph, { connectionParams: () => ({ authorization: 'nobody' }) }));
    const answers = generator(await subscribe(QUERY));
    expect((await answers.next()).value).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_FAILED' } }] });
    expect(subgraph.connectionParams).toHaveLength(1);
  });

  test('ends for a client that reads too slowly, and not for others', async () => {
    const subgraph = await start();
    const source = connect(subgraph, { queueLimit: 3 });
    const request = { field: 'progressed', arguments: {}, query: 'subscription { progressed { at } }', context: {} };
    const open = (signal = new AbortController().signal) =>
      source.events({ ...request, signal }) as AsyncIterableIterator<unknown>;
    const slow = open();
    const quick = open();
    await until('the subgraph has both', () => subgraph.running === 2);
    for (let n = 0; n < 4; n++) {
      const next = quick.next();
      subgraph.publish({ at: String(n) });
      expect((await next).value).toEqual({ data: { progressed: { at: String(n) } } });
    }
    await expect(slow.next()).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED', resumable: true } });
    expect((await slow.next()).done).toBe(true);
    await until('the subgraph has one', () => subgraph.running === 1);
  });

  test('ends with its client', async () => {
    const subgraph = await start();
    const client = new AbortController();
    const answers = generator(await graph(connect(subgraph)).subscribe(QUERY, {}, client.signal));
    const { next } = await listening(subgraph, answers);
    client.abort();
    expect((await next).done).toBe(true);
    await until('nothing is left', () => subgraph.running === 0 && subgraph.connections === 0);
  });

  test('can be started again elsewhere when the gateway leaves', async () => {
    const subgraph = await start();
    const source = connect(subgraph);
    const { subscribe } = graph(source);
    const answers = generator(await subscribe(QUERY));
    const { next } = await listening(subgraph, answers);
    source.close();
    expect((await next).value).toMatchObject({ errors: [{ extensions: { resumable: true } }] });
    await until('nothing is left', () => subgraph.running === 0 && subgraph.connections === 0);
    expect(await subscribe(QUERY)).toMatchObject({ errors: [{ extensions: { resumable: true } }] });
  });
});
