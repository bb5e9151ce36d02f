import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { eventTypes, log, makeGoal, makeHabit, mutate, read, told } from './fixtures/graph.ts';

beginGraph();

describe('logProgress', () => {
  test.each([
    ['SUM', '12'],
    ['LAST', '4'],
    ['MIN', '3'],
    ['MAX', '5'],
    ['MEAN', '4'],
  ])('makes of several entries a day their %s', async (aggregation, value) => {
    const goal = await makeGoal(ana, { aggregation, cumulative: false });
    for (const each of ['3', '5', '4']) await log(ana, { goalId: goal.id, value: each });
    expect(await read(ana, goal.id, 'currentValue entryCount series { localDate value entryCount skipped }')).toEqual({
      currentValue: value,
      entryCount: 3,
      series: [{ localDate: '2026-03-10', value, entryCount: 3, skipped: false }],
    });
  });

  test('adds exact decimals', async () => {
    const goal = await makeGoal(ana, {});
    await log(ana, { goalId: goal.id, value: '0.1' });
    const { goal: after } = await log(ana, { goalId: goal.id, value: '0.2' });
    expect(after.currentValue).toBe('0.3');
  });

  test('LAST is what happened last, whenever it was logged', async () => {
    const goal = await makeGoal(ana, { aggregation: 'LAST', cumulative: false });
    await log(ana, { goalId: goal.id, value: '2', occurredAt: '2026-03-10T10:00:00Z' });
    const { goal: after } = await log(ana, { goalId: goal.id, value: '1', occurredAt: '2026-03-10T09:00:00Z' });
    expect(after.currentValue).toBe('2');
  });

  test('increments what the goal has', async () => {
    const level = await makeGoal(ana, { startValue: '10', aggregation: 'LAST', cumulative: false });
    const value = async (goalId: string, increment: string) => (await log(ana, { goalId, increment })).entry.value;
    expect(await value(level.id, '2')).toBe('12');
    expect(await value(level.id, '-0.5')).toBe('11.5');
    const sum = await makeGoal(ana, {});
    expect(await value(sum.id, '2')).toBe('2');
  });

  test('a habit needs no value: it is done once', async () => {
    const habit = await makeHabit(ana, { times: 1, period: 'DAY' });
    expect((await log(ana, { goalId: habit.id })).entry.value).toBe('1');
    const number = await makeGoal(ana, {});
    expect(told(await log(ana, { goalId: number.id }))).toEqual(['REQUIRED value']);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['a value beyond bounds', { value: '-1000000000001' }, ['INVALID value']],
    ['value and increment together', { value: '1', increment: '1' }, ['INVALID increment']],
    ['an increment with an external id', { value: null, increment: '1', externalId: 'x' }, ['INVALID increment']],
    ['the day after tomorrow', { localDate: '2026-03-12' }, ['INVALID localDate']],
    ['a day before 1970', { localDate: '1969-12-31' }, ['INVALID localDate']],
    ['an instant in the future', { occurredAt: '2026-03-12T12:00:00Z' }, ['INVALID occurredAt']],
    ['an unknown goal', { goalId: newId('goal') }, ['NOT_FOUND goalId']],
    ['a malformed goal id', { goalId: "' OR 1=1" }, ['NOT_FOUND goalId']],
    ['a note of 1 MB', { note: 'x'.repeat(1_000_000) }, ['LIMIT note']],
    ['a NUL character', { note: '\0' }, ['INVALID note']],
    ['an empty external id', { externalId: ' ' }, ['INVALID externalId']],
    ['an id of another kind', { id: newId('goal') }, ['INVALID id']],
  ])('refuses %s, and stores nothing', async (_, input, errors) => {
    const goal = await makeGoal(ana, {});
    const before = await graph.db.event.count();
    const payload = await log(ana, { goalId: goal.id, value: '1', ...input });
    expect(told(payload)).toEqual(errors);
    expect(payload).toMatchObject({ entry: null, goal: null });
    expect(await graph.db.progressEntry.count({ where: { goalId: goal.id } })).toBe(0);
    expect(await graph.db.event.count()).toBe(before);
  });

  test('refuses an unknown time zone and a number with exponent as bad input of the operation', async () => {
    for (const input of [{ timeZone: 'Mars/Olympus' }, { value: '1e99' }]) {
      const { errors } = await ana.run(
        'mutation($input: LogProgressInput!) { logProgress(input: $input) { entry { id } } }',
        {
          input: { goalId: newId('goal'), value: '1', ...input },
        },
      );
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });

  test('refuses entries of a milestone goal', async () => {
    const goal = await makeGoal(ana, { kind: 'MILESTONE', targetValue: null });
    expect(told(await log(ana, { goalId: goal.id, value: '1' }))).toEqual(['INVALID goalId']);
  });

  test('stores one entry for the same id, even of fifty parallel calls', async () => {
    const goal = await makeGoal(ana, {});
    const input = { id: newId('entry'), goalId: goal.id, value: '2', note: 'once' };
    const payloads = await Promise.all(Array.from({ length: 50 }, () => log(ana, input, 'entry { id value version }')));
    expect(new Set(payloads.map((payload) => JSON.stringify(payload)))).toEqual(
      new Set([JSON.stringify({ entry: { id: input.id, value: '2', version: 1 }, errors: [] })]),
    );
    expect(await read(ana, goal.id, 'currentValue entryCount')).toEqual({ currentValue: '2', entryCount: 1 });
    expect(told(await log(ana, { ...input, value: '3' }))).toEqual(['CONFLICT id']);
    const other = await makeGoal(ana, {});
    expect(told(await log(ana, { ...input, goalId: other.id }))).toEqual(['CONFLICT id']);
    expect(await graph.db.event.count({ where: { subjectId: input.id } })).toBe(1);
  });

  test('an external id is an upsert: the same is ignored, other content replaces it', async () => {
    const bob = await graph.person();
    const goal = await makeGoal(bob, {});
    const send = (value: string, more = {}) =>
      log(
        bob,
        { goalId: goal.id, externalId: 'watch-1', value, ...more },
        'entry { id value version localDate } goal { currentValue entryCount }',
      );
    const first = await send('5');
    expect(await send('5')).toEqual(first);
    const changed = await send('7', { localDate: '2026-03-09' });
    expect(changed).toMatchObject({
      entry: { id: first.entry.id, value: '7', version: 2, localDate: '2026-03-09' },
      goal: { currentValue: '7', entryCount: 1 },
    });
    const other = await makeGoal(bob, {});
    const elsewhere = await log(bob, { goalId: other.id, externalId: 'watch-1', value: '1' });
    expect(elsewhere.entry.id).not.toBe(first.entry.id);
    expect((await eventTypes(graph, bob)).filter((type) => type.startsWith('progress.'))).toEqual([
      'progress.logged',
      'progress.updated',
      'progress.logged',
    ]);
    expect((await read(bob, goal.id, 'series { localDate }')).series).toEqual([{ localDate: '2026-03-09' }]);
  });

  test('says where an entry came from', async () => {
    const goal = await makeGoal(ana, {});
    const source = async (person: Person, input = {}) =>
      (await log(person, { goalId: goal.id, value: '1', ...input }, 'entry { source }')).entry.source;
    expect(await source(ana)).toBe('MANUAL');
    expect(await source(ana, { source: 'APPLE_HEALTH' })).toBe('APPLE_HEALTH');
    const key = graph.as({ ...ana.viewer, kind: 'apiKey', credentialId: newId('apikey') });
    expect(await source(key)).toBe('API');
  });
});

describe('logProgressBatch', () => {
  const batch = (person: Person, entries: unknown[]) =>
    mutate(
      person,
      'logProgressBatch',
      { entries },
      'results { entry { id value } errors { code path message } } goals { id currentValue entryCount }',
    );

  test('an item that fails costs only itself', async () => {
    const bob = await graph.person();
    const [a, b] = [await makeGoal(bob, {}), await makeGoal(bob, {})];
    const id = newId('entry');
    const payload = await batch(bob, [
      { goalId: a.id, value: '1' },
      { goalId: newId('goal'), value: '1' },
      { goalId: b.id, value: '2', id },
      { goalId: b.id, value: '2', id },
      { goalId: b.id, value: '3', id },
      { goalId: b.id, value: '1', localDate: '2030-01-01' },
      { goalId: a.id, value: '4', externalId: 'x' },
      { goalId: a.id, value: '6', externalId: 'x' },
      { goalId: b.id, value: '1', note: 'x'.repeat(10_001) },
    ]);
    expect(payload.errors).toEqual([]);
    expect(payload.results.map((result: { errors: never[] }) => told(result))).toEqual([
      [],
      ['NOT_FOUND entries.1.goalId'],
      [],
      [],
      ['CONFLICT entries.4.id'],
      ['INVALID entries.5.localDate'],
      [],
      [],
      ['LIMIT entries.8.note'],
    ]);
    expect(payload.results[3].entry).toEqual({ id, value: '2' });
    expect(payload.results[7].entry).toEqual({ id: payload.results[6].entry.id, value: '6' });
    const sorted = [...payload.goals].sort((x, y) => x.entryCount - y.entryCount);
    expect(sorted).toEqual([
      { id: b.id, currentValue: '2', entryCount: 1 },
      { id: a.id, currentValue: '7', entryCount: 2 },
    ]);
    expect(await graph.db.progressEntry.count({ where: { userId: bob.userId } })).toBe(3);
  });

  test('takes 500 items; 501, 10,000 and none are refused', async () => {
    const bob = await graph.person();
    const goals = await Promise.all(Array.from({ length: 10 }, () => makeGoal(bob, {})));
    const items = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        goalId: goals[i % 10].id,
        value: '1',
        localDate: `2026-02-${String(1 + (i % 28)).padStart(2, '0')}`,
      }));
    const document =
      'mutation($input: LogProgressBatchInput!) { logProgressBatch(input: $input) { results { entry { id } } errors { code path } } }';
    await bob.data(document, { input: { entries: items(500) } });
    for (const [n, error] of [
      [501, 'LIMIT entries'],
      [10_000, 'LIMIT entries'],
      [0, 'REQUIRED entries'],
    ] as const) {
      expect(told(await batch(bob, items(n)))).toEqual([error]);
    }
    expect(await graph.db.progressEntry.count({ where: { userId: bob.userId } })).toBe(500);
  });
});

describe('skipDay', () => {
  test('excuses a day once, and a value of the same day counts all the same', async () => {
    const bob = await graph.person();
    const habit = await makeHabit(bob, { times: 1, period: 'DAY' }, { startDate: '2026-03-01' });
    const skip = (input = {}) =>
      mutate(bob, 'skipDay', { goalId: habit.id, ...input }, 'entry { id skip value localDate note }');
    const first = await skip({ note: 'ill' });
    expect(first.entry).toMatchObject({ skip: true, value: '0', localDate: '2026-03-10', note: 'ill' });
    expect((await skip()).entry).toEqual(first.entry);
    expect((await read(bob, habit.id, 'series { skipped value }')).series).toEqual([{ skipped: true, value: '0' }]);
    await log(bob, { goalId: habit.id, value: '3' });
    expect((await read(bob, habit.id, 'series { skipped value entryCount }')).series).toEqual([
      { skipped: false, value: '3', entryCount: 1 },
    ]);
    expect((await skip({ localDate: '2027-03-01' })).errors).toEqual([]);
    expect(told(await skip({ localDate: '2027-04-01' }))).toEqual(['INVALID localDate']);
    expect(told(await skip({ goalId: newId('goal') }))).toEqual(['NOT_FOUND goalId']);
    const value = await mutate(bob, 'updateProgressEntry', { id: first.entry.id, value: '1' }, 'entry { id }');
    expect(told(value)).toEqual(['INVALID value']);
  });

  test('neither breaks nor lengthens a streak', async () => {
    const bob = await graph.person();
    const habit = await makeHabit(bob, { times: 1, period: 'DAY' }, { startDate: '2026-03-06' });
    await log(bob, { goalId: habit.id, localDate: '2026-03-06' });
    await mutate(bob, 'skipDay', { goalId: habit.id, localDate: '2026-03-07' }, 'entry { id }');
    await log(bob, { goalId: habit.id, localDate: '2026-03-08' });
    await log(bob, { goalId: habit.id, localDate: '2026-03-09' });
    expect(await read(bob, habit.id, 'streak { current best currentStart } percent')).toEqual({
      streak: { current: 3, best: 3, currentStart: '2026-03-06' },
      percent: 100,
    });
  });
});
