import { describe, expect, test } from '@jest/globals';
import { addDays } from '../../subgraphs/goals/calendar.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { makeGoal, mutate } from './fixtures/graph.ts';

beginGraph();

/** Logs one value a day, ending today; null leaves the day out. */
async function fill(person: Person, goalId: string, values: readonly (number | null)[]) {
  const entries = values.flatMap((value, i) =>
    value === null ? [] : [{ goalId, value: String(value), localDate: addDays('2026-03-10', i - values.length + 1) }],
  );
  for (let i = 0; i < entries.length; i += 500)
    await mutate(person, 'logProgressBatch', { entries: entries.slice(i, i + 500) }, 'results { errors { code } }');
}

const ask = async (person: Person, query: string) =>
  (await person.data(`{ viewer { analytics { ${query} } } }`)).viewer.analytics;

describe('progress', () => {
  test('comes in buckets of every length, of the range’s own days only', async () => {
    const bob = await graph.person();
    const goal = await makeGoal(bob, { title: 'Read', targetValue: '100000' });
    await fill(bob, goal.id, [1, 2, null, 4, 5, 6, 7, 8, 9, 10]);
    await mutate(bob, 'skipDay', { goalId: goal.id, localDate: '2026-03-03' }, 'entry { id }');
    const buckets = async (bucket: string, from: string) =>
      (
        await ask(
          bob,
          `progress(range: { from: "${from}", to: "2026-03-10" }, bucket: ${bucket}) { goal { title } buckets { start end sum mean min max last days skippedDays entries } }`,
        )
      ).progress[0].buckets;
    expect(await buckets('DAY', '2026-03-09')).toEqual([
      {
        start: '2026-03-09',
        end: '2026-03-09',
        sum: '9',
        mean: '9',
        min: '9',
        max: '9',
        last: '9',
        days: 1,
        skippedDays: 0,
        entries: 1,
      },
      {
        start: '2026-03-10',
        end: '2026-03-10',
        sum: '10',
        mean: '10',
        min: '10',
        max: '10',
        last: '10',
        days: 1,
        skippedDays: 0,
        entries: 1,
      },
    ]);
    // 2026-03-02 and 2026-03-09 are Mondays.
    expect(await buckets('WEEK', '2026-03-02')).toEqual([
      {
        start: '2026-03-02',
        end: '2026-03-08',
        sum: '32',
        mean: '5.333333333333',
        min: '2',
        max: '8',
        last: '8',
        days: 6,
        skippedDays: 1,
        entries: 6,
      },
      {
        start: '2026-03-09',
        end: '2026-03-15',
        sum: '19',
        mean: '9.5',
        min: '9',
        max: '10',
        last: '10',
        days: 2,
        skippedDays: 0,
        entries: 2,
      },
    ]);
    expect(await buckets('MONTH', '2026-02-01')).toMatchObject([{ start: '2026-03-01', end: '2026-03-31', sum: '52' }]);
    expect(await buckets('QUARTER', '2026-03-09')).toMatchObject([
      { start: '2026-01-01', end: '2026-03-31', sum: '19' },
    ]);
    expect(await buckets('YEAR', '2026-02-01')).toMatchObject([{ start: '2026-01-01', end: '2026-12-31', sum: '52' }]);
    await graph.db.user.update({ where: { id: bob.userId }, data: { weekStart: 7 } });
    expect(
      (await buckets('WEEK', '2026-03-01')).map(({ start, end, sum }: Record<string, string>) => [start, end, sum]),
    ).toEqual([
      ['2026-03-01', '2026-03-07', '25'],
      ['2026-03-08', '2026-03-14', '27'],
    ]);
  });

  test.each([
    'progress(range: { from: "2026-03-02", to: "2026-03-01" }) { buckets { sum } }',
    'progress(range: { from: "2000-01-01", to: "2026-03-01" }) { buckets { sum } }',
    `progress(goalIds: [${Array.from({ length: 51 }, () => '"x"')}]) { buckets { sum } }`,
    'correlations(maximumLag: 8) { r }',
    `correlations(goalIds: [${Array.from({ length: 21 }, () => '"x"')}]) { r }`,
  ])('refuses %s', async (query) => {
    const { errors } = await ana.run(`{ viewer { analytics { ${query} } } }`);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

test('trends say where goals are heading, and compare with the days before', async () => {
  const bob = await graph.person();
  const level = await makeGoal(bob, { title: 'Weight', startValue: '100', targetValue: '50' });
  await fill(
    bob,
    level.id,
    Array.from({ length: 20 }, (_, i) => 100 - i),
  );
  const sum = await makeGoal(bob, { title: 'Pages', targetValue: '100000' });
  await fill(
    bob,
    sum.id,
    Array.from({ length: 20 }, (_, i) => (i < 10 ? 10 : 15)),
  );
  const empty = await makeGoal(bob, { title: 'None' });
  const { trends } = await ask(
    bob,
    `trends(range: { from: "2026-03-01", to: "2026-03-10" }, goalIds: ["${level.id}", "${sum.id}", "${empty.id}"]) {
    goal { title } direction ratePerDay days sum mean previousSum previousMean changePercent }`,
  );
  expect(trends).toEqual([
    {
      goal: { title: 'Weight' },
      direction: 'FALLING',
      ratePerDay: '-1',
      days: 10,
      sum: '855',
      mean: '85.5',
      previousSum: '955',
      previousMean: '95.5',
      changePercent: -10.4712,
    },
    {
      goal: { title: 'Pages' },
      direction: 'STEADY',
      ratePerDay: '0',
      days: 10,
      sum: '150',
      mean: '15',
      previousSum: '100',
      previousMean: '10',
      changePercent: 50,
    },
    {
      goal: { title: 'None' },
      direction: null,
      ratePerDay: null,
      days: 0,
      sum: '0',
      mean: null,
      previousSum: '0',
      previousMean: null,
      changePercent: null,
    },
  ]);
});

test('correlations find which goals go together, at which lag, and say so without claiming causes', async () => {
  const bob = await graph.person();
  // A fixed sequence without rhythm: the digits of pi.
  const digits = [...'314159265358979323846264338327950288419716939937510582097494459230781640628620'].map(Number);
  const walk = await makeGoal(bob, { title: 'Walk', targetValue: '100000' });
  graph.clock.advance(1000);
  const sleep = await makeGoal(bob, { title: 'Sleep', targetValue: '100000' });
  graph.clock.advance(1000);
  const noise = await makeGoal(bob, { title: 'Noise', targetValue: '100000' });
  await fill(bob, walk.id, digits);
  await fill(bob, sleep.id, [5, ...digits.slice(0, -1).map((digit) => 20 + 2 * digit)]);
  await fill(
    bob,
    noise.id,
    [...digits].reverse().map((digit, i) => (digit * 7 + i * 13) % 11),
  );
  const { correlations } = await ask(
    bob,
    'correlations { a { title } b { title } lag n r rLow rHigh p q effect summary }',
  );
  expect(correlations).toHaveLength(3);
  expect(correlations[0]).toMatchObject({
    a: { title: 'Walk' },
    b: { title: 'Sleep' },
    lag: 1,
    n: 77,
    effect: 'STRONG',
  });
  expect(correlations[0].r).toBeGreaterThan(0.9);
  expect(correlations[0].q).toBeLessThan(1e-6);
  expect(correlations[0].summary).toMatch(/^More Walk is associated with more Sleep the day after/);
  expect(correlations[1].q).toBeGreaterThan(0.05);
  const some = await ask(bob, `correlations(goalIds: ["${walk.id}", "${sleep.id}"], maximumLag: 0) { lag }`);
  expect(some.correlations).toEqual([{ lag: 0 }]);
});
