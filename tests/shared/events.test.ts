import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Actor,
  events,
  findEvent,
  latestSeq,
  type Publisher,
  publish,
  readEvents,
  readNews,
  subscriptionEvents,
} from '../../subgraphs/shared/events.ts';
import { kinds, newId } from '../../subgraphs/shared/ids.ts';
import { transaction } from '../../subgraphs/shared/subgraph.ts';
import { startTestPlatform } from '../support/platform.ts';

let house: Awaited<ReturnType<typeof startTestPlatform>>;
beforeAll(async () => {
  house = await startTestPlatform();
});
afterAll(() => house.stop());

const actor: Actor = { kind: 'user', id: 'user_x' };
const goal = newId('goal');
const publisher = (userId: string, db: Publisher['db'] = house.db): Publisher => ({
  db,
  userId,
  actor,
  now: house.platform.now,
});
const logged = { type: 'progress.logged', data: { goalId: goal, localDate: '2026-03-10' } } as const;

describe('the event log', () => {
  test('numbers each user from 1, several at a time in the order given', async () => {
    const [ana, ben] = [newId('user'), newId('user')];
    const created = { type: 'goal.created', subjectId: goal, data: {} } as const;
    await publish(publisher(ana), created, { ...logged, subjectId: newId('entry') });
    await publish(publisher(ben), created);
    await publish({ ...publisher(ana), causationId: 'event_before' }, { ...created, type: 'goal.completed' });
    await publish(publisher(ana));
    const rows = await readEvents(house.db, ana, 0n);
    expect(rows.map(({ seq, type, causationId }) => [seq, type, causationId])).toEqual([
      [1n, 'goal.created', null],
      [2n, 'progress.logged', null],
      [3n, 'goal.completed', 'event_before'],
    ]);
    expect(rows[1]).toMatchObject({ userId: ana, data: logged.data, actor, at: house.platform.now() });
    expect([await latestSeq(house.db, ana), await latestSeq(house.db, ben)]).toEqual([3n, 1n]);
    expect(await latestSeq(house.db, newId('user'))).toBe(0n);
  });

  test('says what several logs have gained, in one answer and of one moment', async () => {
    const [ana, ben, carl, nobody] = [newId('user'), newId('user'), newId('user'), newId('user')];
    for (const user of [ana, ben, carl]) {
      for (let i = 0; i < 3; i++) await publish(publisher(user), { ...logged, subjectId: newId('entry') });
      await publish(publisher(user), { type: 'goal.created', subjectId: goal, data: {} });
    }
    const positions = [
      { userId: ana, after: 1n },
      { userId: ben, after: null },
      { userId: carl, after: 4n },
      { userId: nobody, after: null },
    ];
    const news = await readNews(house.db, positions, { types: ['progress.logged'], limit: 10 });
    const seen = new Map(news.map(({ userId, end, events }) => [userId, [end, events.map(({ seq }) => seq)]]));
    expect(seen).toEqual(
      new Map([
        [ana, [4n, [2n, 3n]]],
        [ben, [4n, []]],
      ]),
    );
    expect(news.find(({ userId }) => userId === ana)!.events).toEqual(
      await readEvents(house.db, ana, 1n, { types: ['progress.logged'] }),
    );
    const [page] = await readNews(house.db, [{ userId: ana, after: 0n }], { types: ['progress.logged'], limit: 2 });
    expect(page!.events.map(({ seq }) => seq)).toEqual([1n, 2n]);
  });

  test('has no gaps and follows the order of commits, whatever commits or rolls back beside it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ count: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), {
          minLength: 20,
          maxLength: 20,
        }),
        async (plans) => {
          const userId = newId('user');
          const committed: string[] = [];
          await Promise.all(
            plans.map(async ({ count, fails }, i) => {
              const names = Array.from({ length: count }, (_, j) => `entry_${i}_${j}`);
              const news = names.map((subjectId) => ({ ...logged, subjectId }));
              await transaction(house.db, async (tx) => {
                await publish(publisher(userId, tx), ...news);
                if (fails) throw new Error('rolled back');
                // Still under the counter's lock: this is the order in which they will commit.
                committed.push(...names);
              }).catch((error) => expect(error.message).toBe('rolled back'));
            }),
          );
          const rows = await readEvents(house.db, userId, 0n);
          expect(rows.map(({ seq }) => seq)).toEqual(committed.map((_, i) => BigInt(i + 1)));
          expect(rows.map(({ subjectId }) => subjectId)).toEqual(committed);
          expect(await latestSeq(house.db, userId)).toBe(BigInt(committed.length));
        },
      ),
      { numRuns: 12 },
    );
  });

  test('is read from a number on, by type, and in bounded portions', async () => {
    const userId = newId('user');
    const news = Array.from({ length: 6 }, (_, i) =>
      i % 2
        ? ({ ...logged, subjectId: `entry_${i}` } as const)
        : ({ type: 'goal.updated', subjectId: `goal_${i}`, data: {} } as const),
    );
    await publish(publisher(userId), ...news);
    const subjects = async (...args: [bigint, Parameters<typeof readEvents>[3]?]) =>
      (await readEvents(house.db, userId, ...args)).map(({ subjectId }) => subjectId);
    expect(await subjects(4n)).toEqual(['goal_4', 'entry_5']);
    expect(await subjects(0n, { types: ['progress.logged'] })).toEqual(['entry_1', 'entry_3', 'entry_5']);
    expect(await subjects(1n, { types: ['progress.logged'], limit: 2 })).toEqual(['entry_1', 'entry_3']);
    expect(await subjects(0n, { types: [] })).toEqual([]);
    expect(await subjects(6n)).toEqual([]);
  });

  test('shows nobody what is another’s, even with the right id', async () => {
    const [ana, ben] = [newId('user'), newId('user')];
    await publish(publisher(ana), { ...logged, subjectId: 'entry_a' });
    const [event] = await readEvents(house.db, ana, 0n);
    expect(await findEvent(house.db, ana, event!.id)).toEqual(event);
    expect(await findEvent(house.db, ben, event!.id)).toBeNull();
    expect(await findEvent(house.db, ana, 'event_nothing')).toBeNull();
    expect(await readEvents(house.db, ben, 0n)).toEqual([]);
  });

  test.each([
    ['a missing field', { goalId: goal }],
    ['a field too many, such as a copy of an entity', { ...logged.data, title: 'Run' }],
    ['a field of another kind', { goalId: 7, localDate: '2026-03-10' }],
  ])('refuses data with %s, and stores nothing', async (_, data) => {
    const userId = newId('user');
    const news = { type: 'progress.logged', subjectId: 'entry_a', data: data as never } as const;
    await expect(publish(publisher(userId), { ...logged, subjectId: 'entry_b' }, news)).rejects.toThrow();
    expect(await latestSeq(house.db, userId)).toBe(0n);
  });

  test('keeps every text in its data as it was', async () => {
    const userId = newId('user');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (name) => {
        fc.pre(!name.includes('\0'));
        await publish(publisher(userId), {
          type: 'achievement.earned',
          subjectId: 'achievement_a',
          data: { goalId: null, name },
        });
        const [event] = await readEvents(house.db, userId, (await latestSeq(house.db, userId)) - 1n);
        expect(event!.data).toEqual({ goalId: null, name });
      }),
      { numRuns: 30 },
    );
  });
});

test('every event is about a kind of object that exists, and every subscription is fed by events that exist', () => {
  for (const { subject } of Object.values(events)) expect(Object.keys(kinds)).toContain(subject);
  for (const types of Object.values(subscriptionEvents)) {
    for (const type of types) expect(Object.keys(events)).toContain(type);
  }
});
