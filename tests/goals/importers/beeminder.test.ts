import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importBeeminder } from '../../../subgraphs/goals/importers/beeminder.ts';

const FILE = readFileSync(new URL('../fixtures/beeminder.json', import.meta.url));
const history = importBeeminder(FILE, { timeZone: 'Asia/Tokyo' });
const entriesOf = (goal: number) => history.entries.filter((e) => e.goalExternalId === history.goals[goal]!.externalId);

describe('a Beeminder export', () => {
  test('gives goals with the two of date, value and rate that were set', () => {
    expect(history.goals).toEqual([
      {
        externalId: '5016fa9adad11576ad00000f',
        title: 'Read more',
        description: 'Books only',
        kind: 'NUMERIC',
        direction: 'AT_LEAST',
        cumulative: true,
        aggregation: 'SUM',
        startValue: '0',
        targetValue: '3650',
        startDate: '2024-01-01',
        deadline: '2025-01-01',
        unit: 'pages',
      },
      expect.objectContaining({
        title: 'weight',
        direction: 'AT_MOST',
        cumulative: false,
        aggregation: 'MIN',
        startValue: '80.5',
        targetValue: '70',
        ratePerDay: '-0.1',
        archived: true,
      }),
      // Thirty a month, of which Beeminder's year of 365.25 days has twelve; its far goal date means "no end".
      expect.objectContaining({ title: 'Bike', aggregation: 'LAST', ratePerDay: '0.9856262834' }),
    ]);
    expect(history.goals[2]).not.toHaveProperty('deadline');
  });

  test('takes the daystamp, else the timestamp in the user’s zone with the goal’s day boundary', () => {
    expect(entriesOf(0)).toEqual([
      { goalExternalId: '5016fa9adad11576ad00000f', externalId: 'd2', localDate: '2024-01-01', value: '10' },
      expect.objectContaining({ externalId: 'd3', localDate: '2024-01-02', value: '12.5', note: 'finished chapter 2' }),
      expect.objectContaining({ externalId: 'req-5', localDate: '2024-01-03', value: '3' }),
    ]);
  });

  test('keeps the initial value of a level, which is a measurement', () => {
    expect(entriesOf(1).map((e) => e.value)).toEqual(['80.5']);
  });

  test('lets an odometer go on counting over a reset', () => {
    expect(entriesOf(2).map((e) => e.value)).toEqual(['100', '150', '170']);
  });

  test('tells what it could not take over', () => {
    expect(history.problems).toEqual([
      { path: ['goals', 0, 'datapoints', 5, 'value'], message: 'not a usable number: "many"' },
      { path: ['goals', 2, 'aggday'], message: 'aggregation "truemean" is unknown here; last is used' },
      { path: ['goals', 3], message: 'only the name of the goal is in the file' },
    ]);
  });

  test('may be a list of goals or a single goal', () => {
    const user = JSON.parse(FILE.toString()) as { goals: object[] };
    expect(importBeeminder(JSON.stringify(user.goals), { timeZone: 'UTC' }).goals).toHaveLength(3);
    expect(importBeeminder(JSON.stringify(user.goals[0]), { timeZone: 'UTC' }).goals).toHaveLength(1);
  });

  test.each([
    ['not JSON', '{'],
    ['a number', '5'],
    ['something else', '{"a":1}'],
  ])('that is %s says so', (_, text) => {
    const result = importBeeminder(text, { timeZone: 'UTC' });
    expect(result).toMatchObject({ goals: [], entries: [], problems: [{ path: [] }] });
  });

  test('with two goals of one id keeps the first', () => {
    const result = importBeeminder('[{"slug":"a","datapoints":[]},{"slug":"a","datapoints":[]}]', { timeZone: 'UTC' });
    expect(result.goals).toHaveLength(1);
    expect(result.problems).toHaveLength(1);
  });

  test('never throws, and every entry has a goal, a date and a decimal', () => {
    const datapoint = fc.record(
      {
        id: fc.oneof(fc.string(), fc.anything()),
        timestamp: fc.oneof(fc.double(), fc.integer(), fc.anything()),
        daystamp: fc.oneof(fc.constant('20240101'), fc.string(), fc.anything()),
        value: fc.oneof(fc.double(), fc.string(), fc.anything()),
        comment: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const goal = fc.record(
      {
        slug: fc.string(),
        id: fc.anything(),
        rate: fc.oneof(fc.double(), fc.anything()),
        runits: fc.constantFrom('d', 'w', 'x', null),
        goaldate: fc.oneof(fc.double(), fc.anything()),
        goalval: fc.oneof(fc.double(), fc.anything()),
        deadline: fc.oneof(fc.double(), fc.anything()),
        odom: fc.boolean(),
        kyoom: fc.boolean(),
        datapoints: fc.oneof(fc.array(fc.oneof(datapoint, fc.anything())), fc.anything()),
      },
      { requiredKeys: ['slug'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(goal, fc.anything())), (goals) => {
        let text: string;
        try {
          text = JSON.stringify(goals);
        } catch {
          return; // fc.anything() makes bigints, too.
        }
        const result = importBeeminder(text, { timeZone: 'Europe/Berlin' });
        const ids = new Set(result.goals.map((g) => g.externalId));
        for (const entry of result.entries) {
          expect(ids.has(entry.goalExternalId)).toBe(true);
          expect(entry.localDate).toMatch(/^\d{4}-\d\d-\d\d$/);
          expect(entry.value).toMatch(/^-?\d+(\.\d+)?$/);
        }
      }),
    );
  });
});
