import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEventFeed } from '../../../gateway/sources/eventFeed.ts';
import type { EventListener } from '../../../gateway/sources/source.ts';
import { createMemoryBus } from '../../../subgraphs/shared/bus.ts';
import { type LoggedEvent, publish } from '../../../subgraphs/shared/events.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

let house: Awaited<ReturnType<typeof startTestPlatform>>;
let statements: string[];
beforeAll(async () => {
  house = await startTestPlatform();
  statements = [];
  house.pool.on('connect', (client) => {
    const query = client.query;
    client.query = function (this: typeof client, ...args: unknown[]) {
      const [first] = args as [string | { text: string }];
      statements.push(typeof first === 'string' ? first : first.text);
      return (query as (...a: unknown[]) => unknown).apply(this, args);
    } as typeof client.query;
  });
});
afterAll(() => house.stop());

let feed: ReturnType<typeof createEventFeed>;
let bus: ReturnType<typeof createMemoryBus>;
beforeEach(() => {
  bus = createMemoryBus(house.platform.log);
  feed = createEventFeed({ db: house.db, bus, log: house.platform.log });
});
afterEach(() => feed.close());

const goal = newId('goal');
/** Writes events of a user, without saying so on the bus. */
const write = (userId: string, ...types: ('goal.completed' | 'goal.created' | 'goal.deleted')[]) =>
  publish(
    { db: house.db, userId, actor: { kind: 'user', id: userId }, now: house.platform.now },
    ...types.map((type) => ({ type, subjectId: goal, data: {} })),
  );
const happen = async (userId: string, ...types: Parameters<typeof write>[1][]) => {
  await write(userId, ...types);
  bus.publish('events', userId);
};

function recorder() {
  const told: LoggedEvent[] = [];
  const state = { told, isCaughtUp: false, ended: undefined as unknown };
  const listener: EventListener = {
    event: (event) => void told.push(event as LoggedEvent),
    caughtUp: () => {
      state.isCaughtUp = true;
    },
    end: (failure) => {
      state.ended = failure ?? 'ended';
    },
  };
  return { state, told, listener, numbers: () => told.map(({ seq }) => Number(seq)) };
}

async function listen(userId: string | null, after?: string | null, listener = recorder()) {
  const viewer = userId && { userId, kind: 'session', credentialId: 's', scopes: [], roles: ['USER'] };
  const request = { requestId: 'r', viewer, ip: null, userAgent: null, idempotencyKey: null };
  const stop = await feed.listen(
    { field: 'goalCompleted', arguments: { after }, query: '', context: { request } },
    listener.listener,
  );
  return { ...listener, stop };
}

describe('the feed of the event log', () => {
  test('tells of one object alone where the subscription is narrowed to it, also when it resumes', async () => {
    const ana = newId('user');
    const [wanted, other] = [newId('run'), newId('run')];
    const begin = (subjectId: string) =>
      publish(
        { db: house.db, userId: ana, actor: { kind: 'user', id: ana }, now: house.platform.now },
        { type: 'researchRun.created', subjectId, data: { categoryId: 'c' } },
      );
    const ask = async (args: Record<string, unknown>) => {
      const viewer = { userId: ana, kind: 'session', credentialId: 's', scopes: [], roles: ['USER'] };
      const request = { requestId: 'r', viewer, ip: null, userAgent: null, idempotencyKey: null };
      const { listener, numbers } = recorder();
      const stop = await feed.listen(
        { field: 'researchProgress', arguments: args, query: '', context: { request } },
        listener,
      );
      return { numbers, stop };
    };
    for (const run of [other, wanted, other, wanted]) await begin(run);
    const [first] = await house.db.event.findMany({ where: { userId: ana }, orderBy: { seq: 'asc' } });
    const [one, all, resumed] = [
      await ask({ runId: wanted }),
      await ask({ runId: null }),
      await ask({ runId: wanted, after: first!.id }),
    ];
    for (const run of [wanted, other]) await begin(run);
    bus.publish('events', ana);
    await until('all were told', () => all.numbers().length === 2 && resumed.numbers().length === 3);
    expect([one.numbers(), all.numbers(), resumed.numbers()]).toEqual([[5], [5, 6], [2, 4, 5]]);
    for (const { stop } of [one, all, resumed]) stop();
  });

  test('tells what happens after it has begun, of its user and its field', async () => {
    const [ana, ben] = [newId('user'), newId('user')];
    await happen(ana, 'goal.completed');
    const one = await listen(ana);
    expect(one.state.isCaughtUp).toBe(true);
    await happen(ben, 'goal.completed');
    await happen(ana, 'goal.created', 'goal.completed', 'goal.deleted');
    await happen(ana, 'goal.completed');
    await until('it is told', () => one.told.length === 2);
    expect(one.numbers()).toEqual([3, 5]);
    expect(one.told[0]).toMatchObject({ userId: ana, type: 'goal.completed', subjectId: goal });
    one.stop();
    expect(feed.size).toBe(0);
  });

  test('resumes after an event, page by page, and goes on live', async () => {
    const ana = newId('user');
    for (let i = 0; i < 3; i++) await write(ana, ...Array.from({ length: 60 }, () => 'goal.completed' as const));
    const first = await listen(ana);
    const [seen] = await house.db.$queryRaw<
      { id: string }[]
    >`SELECT id FROM events WHERE user_id = ${ana} AND seq = 10`;
    const one = await listen(ana, seen!.id);
    await happen(ana, 'goal.completed');
    await until('it is live', () => one.state.isCaughtUp && one.told.length === 171);
    expect(one.numbers()).toEqual(Array.from({ length: 171 }, (_, i) => i + 11));
    await until('the other is told', () => first.told.length === 1);
  });

  test('refuses nobody, and an event that is none or another’s', async () => {
    const [ana, ben] = [newId('user'), newId('user')];
    await happen(ben, 'goal.completed');
    const [other] = await house.db.$queryRaw<{ id: string }[]>`SELECT id FROM events WHERE user_id = ${ben}`;
    await expect(listen(null)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    for (const after of [other!.id, 'event_x', ''])
      await expect(listen(ana, after)).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(feed.size).toBe(0);
  });

  test('loses and repeats nothing, however joins and events fall together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ back: fc.option(fc.nat(3)), events: fc.nat(2), waits: fc.nat(2) }), { maxLength: 12 }),
        async (steps) => {
          const ana = newId('user');
          await write(ana, 'goal.completed', 'goal.completed', 'goal.completed');
          const ids: string[] = [];
          const load = async () => {
            const rows = await house.db.$queryRaw<
              { id: string }[]
            >`SELECT id FROM events WHERE user_id = ${ana} ORDER BY seq`;
            ids.splice(0, ids.length, ...rows.map(({ id }) => id));
          };
          await load();
          const joined: { one: ReturnType<typeof listen>; from: number | null }[] = [];
          const changes: Promise<void>[] = [];
          for (const { back, events, waits } of steps) {
            const from = back === null ? null : Math.max(1, ids.length - back);
            joined.push({ one: listen(ana, from === null ? null : ids[from - 1]), from });
            for (let i = 0; i < events; i++) changes.push(happen(ana, 'goal.completed'));
            for (let i = 0; i < waits; i++) await new Promise(setImmediate);
          }
          await Promise.all(changes);
          await Promise.all(joined.map(({ one }) => one));
          await happen(ana, 'goal.completed');
          await load();
          for (const { one, from } of joined) {
            const { numbers, stop } = await one;
            await until('the last has come', () => numbers().at(-1) === ids.length);
            const start = from === null ? numbers()[0]! : from + 1;
            expect(numbers()).toEqual(Array.from({ length: ids.length - start + 1 }, (_, i) => start + i));
            stop();
          }
          expect(feed.size).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('asks once for many users, when they begin, when something happens and when hints were lost', async () => {
    const users = Array.from({ length: 300 }, () => newId('user'));
    statements.length = 0;
    const all = await Promise.all(users.map((user) => listen(user)));
    expect(statements.length).toBeLessThanOrEqual(3);
    for (const user of users) await write(user, 'goal.completed');
    statements.length = 0;
    for (const user of users) bus.publish('events', user);
    await until('all are told', () => all.every(({ told }) => told.length === 1));
    expect(statements.length).toBeLessThanOrEqual(3);
    await write(users[7]!, 'goal.completed');
    statements.length = 0;
    bus.publish('events', '*');
    await until('one more is told', () => all[7]!.told.length === 2);
    expect(statements).toHaveLength(1);
  });

  test('asks nothing for users that nobody listens to', async () => {
    const one = await listen(newId('user'));
    one.stop();
    statements.length = 0;
    await happen(newId('user'), 'goal.completed');
    bus.publish('events', '*');
    await new Promise(setImmediate);
    expect(statements.filter((text) => text.includes('unnest'))).toEqual([]);
  });

  test('does not read on for a client that has left while it caught up', async () => {
    const ana = newId('user');
    await write(ana, ...Array.from({ length: 150 }, () => 'goal.completed' as const));
    const [seen] = await house.db.$queryRaw<{ id: string }[]>`SELECT id FROM events WHERE user_id = ${ana} AND seq = 1`;
    const one = recorder();
    one.listener.settled = async () => false;
    const { told } = await listen(ana, seen!.id, one);
    expect([told.length, feed.size, one.state.isCaughtUp]).toEqual([50, 0, false]);
  });

  test('ends everybody when it closes', async () => {
    const one = await listen(newId('user'));
    feed.close();
    expect(one.state.ended).toBeInstanceOf(Error);
    await expect(listen(newId('user'))).rejects.toThrow('going away');
  });
});
