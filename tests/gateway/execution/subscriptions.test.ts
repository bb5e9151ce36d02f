import { describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import type { SubscriptionRequest } from '../../../gateway/sources/source.ts';
import { federate } from './federation.ts';

/** Events that a test pushes by hand. */
class Channel implements AsyncIterable<unknown> {
  readonly #waiting: ((result: IteratorResult<unknown>) => void)[] = [];
  readonly #events: unknown[] = [];
  returned = 0;

  push(event: unknown) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting({ done: false, value: event });
    else this.#events.push(event);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return {
      next: () =>
        this.#events.length
          ? Promise.resolve({ done: false, value: this.#events.shift() })
          : new Promise((resolve) => this.#waiting.push(resolve)),
      return: async () => {
        this.returned++;
        return { done: true, value: undefined };
      },
    };
  }
}

const graph = (events: (request: SubscriptionRequest) => AsyncIterable<unknown>) =>
  federate({
    goals: {
      sdl: `
        type Query { goal(id: ID!): Goal }
        type Subscription { progressed(after: ID, kinds: [String!] = ["all"]): Progressed!  quiet: Int }
        type Progressed { at: String  goal: Goal  by(unit: String): String }
        type Goal @key(fields: "id") { id: ID!  title: String }`,
      resolvers: {
        Subscription: { progressed: (event: { at: string; goalId: string }) => event },
        Progressed: {
          goal: ({ goalId }: { goalId: string }) => ({ id: goalId, title: `Goal ${goalId}` }),
          by: (_: unknown, { unit }: { unit: string }) => unit,
        },
      },
      events,
    },
    chat: {
      sdl: 'type Goal @key(fields: "id") { id: ID!  talks: [String!] }',
      resolvers: { Goal: { talks: ({ id }: { id: string }) => [`Talk on ${id}`] } },
    },
  });

const QUERY = `subscription Progress($after: ID, $unit: String) {
  done: progressed(after: $after) { at goal { title talks } by(unit: $unit) }
}`;

const generator = (value: unknown) => value as AsyncGenerator<ExecutionResult, void>;

describe('a subscription', () => {
  test('runs its operation for each event, across subgraphs', async () => {
    const channel = new Channel();
    const requests: SubscriptionRequest[] = [];
    const { subscribe } = graph((request) => {
      requests.push(request);
      return channel;
    });
    const answers = generator(await subscribe(QUERY, { after: 'e1', unit: 'km' }));
    channel.push({ at: 'noon', goalId: '7' });
    channel.push({ at: 'night', goalId: '8' });
    const answer = (at: string, id: string) => ({
      data: { done: { at, goal: { title: `Goal ${id}`, talks: [`Talk on ${id}`] }, by: 'km' } },
    });
    expect((await answers.next()).value).toEqual(answer('noon', '7'));
    expect((await answers.next()).value).toEqual(answer('night', '8'));
    await answers.return();
    expect(requests).toEqual([
      expect.objectContaining({
        field: 'progressed',
        arguments: { after: 'e1', kinds: ['all'] },
        variables: { after: 'e1', unit: 'km' },
      }),
    ]);
  });

  test('answers one event alone, for those who share its answer', async () => {
    const { runEvent } = graph(() => new Channel());
    expect(await runEvent('subscription { progressed { __typename at } }', { at: 'now' })).toEqual({
      data: { progressed: { __typename: 'Progressed', at: 'now' } },
    });
  });

  test('answers one event from several subgraphs, whichever executor does', async () => {
    const { runEvent, calls } = graph(() => new Channel());
    expect(
      await runEvent('subscription { progressed { at goal { title talks } } }', { at: 'now', goalId: '7' }),
    ).toEqual({ data: { progressed: { at: 'now', goal: { title: 'Goal 7', talks: ['Talk on 7'] } } } });
    expect(calls.map(({ subgraph }) => subgraph)).toEqual(['goals', 'chat']);
  });

  test('goes on when a subgraph fails for an event', async () => {
    const channel = new Channel();
    const { subscribe, replace, sources } = graph(() => channel);
    const chat = sources.get('chat')!;
    replace('chat', { execute: () => Promise.reject(new Error('down')) });
    const answers = generator(await subscribe('subscription { progressed { goal { title talks } } }'));
    channel.push({ goalId: '1' });
    expect((await answers.next()).value).toMatchObject({
      data: { progressed: { goal: { title: 'Goal 1', talks: null } } },
      errors: [{ path: ['progressed', 'goal'], extensions: { code: 'UPSTREAM_FAILED' } }],
    });
    replace('chat', chat);
    channel.push({ goalId: '2' });
    expect((await answers.next()).value).toMatchObject({ data: { progressed: { goal: { talks: ['Talk on 2'] } } } });
  });

  test('that is ended ends its source at once, while no event comes', async () => {
    const channel = new Channel();
    let signal: AbortSignal | undefined;
    const { subscribe } = graph((request) => {
      signal = request.signal;
      return channel;
    });
    const answers = generator(await subscribe(QUERY));
    const pending = answers.next();
    await answers.return();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(channel.returned).toBe(1);
    expect(signal?.aborted).toBe(true);
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });

  test('ends when its client leaves', async () => {
    const channel = new Channel();
    const client = new AbortController();
    const { subscribe } = graph(() => channel);
    const answers = generator(await subscribe(QUERY, {}, client.signal));
    const pending = answers.next();
    client.abort();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(channel.returned).toBe(1);
  });

  test('ends with its source, and with one masked error when that breaks', async () => {
    const finite = graph(async function* () {
      yield { at: 'once' };
      throw new Error('ECONNRESET 10.0.0.1');
    });
    const answers = generator(await finite.subscribe('subscription { progressed { at } }'));
    expect((await answers.next()).value).toEqual({ data: { progressed: { at: 'once' } } });
    expect(JSON.parse(JSON.stringify((await answers.next()).value))).toEqual({
      errors: [
        {
          message: 'The subgraph "goals" did not answer.',
          path: ['progressed'],
          extensions: { code: 'UPSTREAM_FAILED', subgraph: 'goals' },
        },
      ],
    });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });

  test('that cannot start says why', async () => {
    const broken = graph(() => {
      throw new Error('secret');
    });
    const failed = (await broken.subscribe(QUERY)) as ExecutionResult;
    expect(failed.errors?.[0]?.message).toBe('The subgraph "goals" did not answer.');
    const refused = (await broken.subscribe(QUERY, { after: {} })) as ExecutionResult;
    expect(refused.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
  });
});
