import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importHabitica } from '../../../subgraphs/goals/importers/habitica.ts';

const FILE = readFileSync(new URL('../fixtures/habitica.json', import.meta.url));
const BERLIN = { timeZone: 'Europe/Berlin' };
const history = importHabitica(FILE, BERLIN);
const entriesOf = (id: string) =>
  history.entries.filter((e) => e.goalExternalId === id).map((e) => [e.localDate, e.value]);

describe('a Habitica export', () => {
  test('makes a goal of each plus, each minus and each daily', () => {
    expect(
      history.goals.map(({ externalId, title, direction, frequency }) => [externalId, title, direction, frequency]),
    ).toEqual([
      ['h1', 'Drink water', 'AT_LEAST', { times: 1, period: 'DAY' }],
      ['h2', 'Snacks', 'AT_LEAST', { times: 1, period: 'WEEK' }],
      ['h2:down', 'Snacks (−)', 'AT_MOST', { times: 1, period: 'WEEK' }],
      ['d1', 'Stretch', 'AT_LEAST', { times: 3, period: 'WEEK' }],
      ['d2', 'Rent', 'AT_LEAST', { times: 1, period: 'MONTH' }],
      ['d3', 'Every third day', 'AT_LEAST', { times: 1, period: 'DAY', interval: 3 }],
    ]);
    expect(history.goals[2]).toMatchObject({ cumulative: true, targetValue: '0' });
    expect(history.goals[3]).toMatchObject({ startDate: '2024-01-01' });
  });

  test('counts the taps of a habit, by the user’s day start', () => {
    // The second was at 03:00 in Berlin, when the user's day begins.
    expect(entriesOf('h1')).toEqual([
      ['2024-01-01', '2'],
      ['2024-01-02', '1'],
    ]);
    const earlier = importHabitica(FILE, { timeZone: 'Europe/London' });
    expect(earlier.entries[1]!.localDate).toBe('2024-01-01');
  });

  test('keeps pluses and minuses apart', () => {
    expect(entriesOf('h2')).toEqual([['2024-01-01', '1']]);
    expect(entriesOf('h2:down')).toEqual([['2024-01-01', '3']]);
  });

  test('puts a daily that was missed on the day before the reset, and leaves out days not due', () => {
    expect(entriesOf('d1')).toEqual([
      ['2024-01-01', '1'],
      ['2024-01-03', '0'],
    ]);
  });

  test('tells what it left out', () => {
    expect(history.problems).toEqual([
      {
        path: ['tasks', 'habits', 0, 'history'],
        message: 'Drink water: 1 old entry that Habitica averaged was left out',
      },
      { path: ['tasks', 'habits', 2], message: 'not a task: it has no id or no text' },
      { path: ['tasks', 'dailys', 0, 'history', 3], message: 'a history entry without a usable date' },
    ]);
  });

  test('that is another file says so', () => {
    for (const text of ['[]', '{"tasks":{}}', 'x']) {
      expect(importHabitica(text, BERLIN)).toMatchObject({ goals: [], entries: [], problems: [{ path: [] }] });
    }
  });

  test('reads past what is no text where a text belongs', () => {
    const odd = { toString: {}, valueOf: {} };
    const habit = { id: 'h', text: 'Water', frequency: odd, history: [{ date: odd, scoredUp: 1 }] };
    const named = { ...habit, id: 'n', frequency: 'constructor' };
    const result = importHabitica(
      JSON.stringify({ preferences: { dayStart: odd }, tasks: { habits: [habit, named] } }),
      BERLIN,
    );
    expect(result.goals.map(({ frequency }) => frequency?.period)).toEqual(['DAY', 'DAY', 'DAY', 'DAY']);
  });

  test('never throws, and gives a daily one entry a day', () => {
    const entry = fc.record(
      {
        date: fc.oneof(fc.integer({ min: 1.7e12, max: 1.71e12 }), fc.anything()),
        completed: fc.oneof(fc.boolean(), fc.anything()),
        isDue: fc.boolean(),
        scoredUp: fc.oneof(fc.nat(5), fc.anything()),
        scoredDown: fc.nat(5),
      },
      { requiredKeys: [] },
    );
    const task = fc.record(
      {
        id: fc.oneof(fc.uuid(), fc.anything()),
        text: fc.string({ minLength: 1 }),
        frequency: fc.oneof(fc.constantFrom('daily', 'weekly', 'monthly', 'yearly'), fc.anything()),
        everyX: fc.oneof(fc.integer(), fc.anything()),
        repeat: fc.anything(),
        daysOfMonth: fc.anything(),
        history: fc.oneof(fc.array(fc.oneof(entry, fc.anything())), fc.anything()),
      },
      { requiredKeys: ['id', 'text'] },
    );
    const tasks = fc.array(fc.oneof(task, fc.anything()), { maxLength: 5 });
    fc.assert(
      fc.property(tasks, tasks, (habits, dailys) => {
        let text: string;
        try {
          text = JSON.stringify({ tasks: { habits, dailys } });
        } catch {
          return;
        }
        const result = importHabitica(text, BERLIN);
        const dailyIds = new Set(dailys.map((d) => (d as { id?: unknown } | null)?.id));
        const days = result.entries
          .filter((e) => dailyIds.has(e.goalExternalId))
          .map((e) => `${e.goalExternalId} ${e.localDate}`);
        expect(new Set(days).size).toBe(days.length);
      }),
    );
  });
});
