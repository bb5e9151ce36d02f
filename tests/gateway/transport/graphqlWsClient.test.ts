import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startSockets } from '../../support/sockets.ts';
import { until } from '../../support/until.ts';

// The same server with the client that the apps use: the contract.

let house: Awaited<ReturnType<typeof startSockets>>;
let clients: Client[];
beforeEach(async () => {
  house = await startSockets();
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.dispose();
  await house.stop();
});

const connect = (options: Partial<ClientOptions> = {}) => {
  const client = createClient({
    url: house.url,
    webSocketImpl: WebSocket,
    connectionParams: { account: 'ana' },
    retryWait: async () => {},
    ...options,
  });
  clients.push(client);
  return client;
};

function collect(client: Client, query: string, variables?: Record<string, unknown>) {
  const answers: any[] = [];
  const state = { answers, error: undefined as any, isComplete: false };
  const stop = client.subscribe(
    { query, variables },
    {
      next: (answer) => answers.push(answer),
      error: (error) => {
        state.error = error;
      },
      complete: () => {
        state.isComplete = true;
      },
    },
  );
  return { answers, state, stop };
}

const EVENTS = 'subscription ($after: ID) { happened(after: $after) { number } }';

describe('the client of graphql-ws', () => {
  test('runs queries and mutations', async () => {
    const client = connect();
    const query = collect(client, '{ goal { id talks } }');
    const mutation = collect(client, 'mutation { add(number: 1) }');
    await until('both are complete', () => query.state.isComplete && mutation.state.isComplete);
    expect(query.answers).toEqual([{ data: { goal: { id: 'ana', talks: ['one'] } } }]);
    expect(mutation.answers).toEqual([{ data: { add: 5 } }]);
  });

  test('is told what is wrong with an operation', async () => {
    const client = connect();
    const wrong = collect(client, '{ nothing }');
    await until('it has failed', () => wrong.state.error);
    expect(wrong.state.error).toMatchObject([{ message: expect.stringContaining('Cannot query field') }]);
  });

  test('hears events until it leaves', async () => {
    const client = connect({ lazyCloseTimeout: 60_000 });
    const [first, second] = [collect(client, EVENTS), collect(client, EVENTS)];
    await until('both have begun', () => house.operations.fanOut.subscribers === 2);
    house.happen();
    await until('both have heard', () => first.answers.length === 1 && second.answers.length === 1);
    first.stop();
    await until('one has left', () => house.operations.fanOut.subscribers === 1);
    house.happen();
    await until('the other has heard', () => second.answers.length === 2);
    expect(first.answers).toEqual([{ data: { happened: { number: 1 } } }]);
    expect(first.state.isComplete).toBe(true);
  });

  test.each([4290, 4291, 4292, 1001, 1013, 4403])(
    'comes again after %s, and resumes with "after" without loss or repetition',
    async (code) => {
      const closed: number[] = [];
      const client = connect({ on: { closed: (event) => closed.push((event as { code: number }).code) } });
      const numbers: number[] = [];
      const variables = {
        get after() {
          return numbers.length === 0 ? null : String(numbers.at(-1));
        },
      };
      client.subscribe<{ happened: { number: number } }>(
        { query: EVENTS, variables },
        { next: ({ data }) => numbers.push(data!.happened.number), error: () => {}, complete: () => {} },
      );
      await until('it has begun', () => house.live.size === 1);
      house.happen();
      await until('it has heard', () => numbers.length === 1);
      house.closeWith(code);
      house.happen();
      await until('it has come again and heard', () => numbers.length === 2);
      house.happen();
      await until('it is live again', () => numbers.length === 3);
      expect(numbers).toEqual([1, 2, 3]);
      expect(closed).toEqual([code]);
    },
  );

  test('gives up for what it did wrong itself', async () => {
    const client = connect({ connectionParams: {}, retryAttempts: 0 });
    const { state } = collect(client, EVENTS);
    await until('it has failed', () => state.error);
    expect(state.error).toMatchObject({ code: 4403 });
  });

  test('keeps the connection alive with its own pings', async () => {
    let pongs = 0;
    const client = connect({
      keepAlive: 20,
      lazy: false,
      onNonLazyError: () => {},
      on: { pong: (received) => received && pongs++ },
    });
    await until('it is answered', () => pongs >= 2);
    await client.dispose();
  });
});
