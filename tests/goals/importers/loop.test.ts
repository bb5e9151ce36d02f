import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { importLoop } from '../../../subgraphs/goals/importers/loop.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/loop/${name}`, import.meta.url), 'utf8');

/** The export as Loop lays it out, from the fixture files. */
function exported(files: Record<string, string> = {}): Uint8Array {
  const layout: Record<string, string> = {
    'Habits.csv': read('Habits.csv'),
    '001 Wake up early/Checkmarks.csv': read('001.csv'),
    '001 Wake up early/Scores.csv': 'Date,Score\n2024-03-05,0.1\n',
    '002 Run outside/Checkmarks.csv': read('002.csv'),
    '003 Gym/Checkmarks.csv': read('003.csv'),
    'Checkmarks.csv': read('Checkmarks.csv'),
    ...files,
  };
  return zipSync(Object.fromEntries(Object.entries(layout).map(([name, text]) => [name, strToU8(text)])));
}

const entriesOf = (id: string, history = importLoop(exported())) =>
  history.entries
    .filter((e) => e.goalExternalId === id)
    .map(({ goalExternalId: _, externalId: __, ...entry }) => entry);

describe('a Loop export', () => {
  test('gives each habit with its frequency, target and direction', () => {
    const { goals } = importLoop(exported());
    expect(goals).toEqual([
      {
        externalId: 'loop:Wake up early',
        title: 'Wake up early',
        description: 'Did you wake up before 6am today?',
        kind: 'HABIT',
        direction: 'AT_LEAST',
        cumulative: false,
        aggregation: 'SUM',
        frequency: { times: 1, period: 'DAY' },
      },
      {
        externalId: 'loop:Run, outside',
        title: 'Run, outside',
        description: 'How many km did you run?\n\nPark or forest',
        kind: 'HABIT',
        direction: 'AT_LEAST',
        cumulative: true,
        aggregation: 'SUM',
        frequency: { times: 1, period: 'WEEK' },
        targetValue: '20',
        unit: 'km',
      },
      expect.objectContaining({ title: 'Gym', frequency: { times: 3, period: 'WEEK' }, archived: true }),
      expect.objectContaining({ title: 'Coffee', direction: 'AT_MOST', targetValue: '2', unit: 'cups' }),
      expect.objectContaining({ title: 'Water plants', frequency: { times: 1, period: 'DAY', interval: 3 } }),
    ]);
  });

  test('keeps what the user entered, and skips, but nothing Loop filled in', () => {
    expect(entriesOf('loop:Wake up early')).toEqual([
      { localDate: '2024-03-05', value: '1', note: 'early, before the alarm' },
      { localDate: '2024-03-04', value: '0', skipped: true },
      { localDate: '2024-03-03', value: '0' },
    ]);
  });

  test('reads measured values from thousandths, and tells of lines it cannot read', () => {
    expect(entriesOf('loop:Run, outside')).toEqual([
      { localDate: '2024-03-05', value: '5.25' },
      { localDate: '2024-03-04', value: '0' },
      { localDate: '2024-03-02', value: '12', note: 'long run' },
    ]);
    expect(importLoop(exported()).problems).toEqual([
      { path: ['002 Run outside/Checkmarks.csv', 'line', 5], message: 'not a date: "2024-02-30"' },
      { path: ['002 Run outside/Checkmarks.csv', 'line', 6], message: 'not a value: "fast"' },
    ]);
  });

  test('reads the codes and the missing header of older versions', () => {
    expect(entriesOf('loop:Gym')).toEqual([
      { localDate: '2024-03-05', value: '1' },
      { localDate: '2024-03-03', value: '0' },
      { localDate: '2024-03-02', value: '0', skipped: true },
    ]);
    const old = 'Name,Description,NumRepetitions,Interval,Color\nRead,,2,7,#000000\n';
    expect(importLoop(exported({ 'Habits.csv': old })).goals).toMatchObject([
      { title: 'Read', frequency: { times: 2, period: 'WEEK' } },
    ]);
  });

  test('falls back to the table of all habits for one without a folder', () => {
    expect(entriesOf('loop:Coffee')).toEqual([
      { localDate: '2024-03-05', value: '3' },
      { localDate: '2024-03-04', value: '1.5' },
    ]);
    expect(entriesOf('loop:Water plants')).toEqual([{ localDate: '2024-03-05', value: '1' }]);
  });

  test('is found in a folder, and numbers habits of the same name', () => {
    const habits = `${read('Habits.csv').split('\n').slice(0, 2).join('\n')}\n002,Wake up early,YES_NO,,,1,1,#000000,,,,false\n`;
    const history = importLoop(
      zipSync({ 'x/Habits.csv': strToU8(habits), 'x/001 Wake/Checkmarks.csv': strToU8(read('001.csv')) }),
    );
    expect(history.goals.map((g) => g.externalId)).toEqual(['loop:Wake up early', 'loop:Wake up early (2)']);
    expect(history.entries).toHaveLength(3);
    expect(history.problems).toEqual([
      { path: ['x/Habits.csv'], message: 'Wake up early: the archive has no checkmarks for it' },
    ]);
  });

  test('gives the same ids when imported again', () => {
    expect(importLoop(exported())).toEqual(importLoop(exported()));
    const ids = importLoop(exported()).entries.map((e) => `${e.goalExternalId} ${e.externalId}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('that is another file says so', () => {
    expect(importLoop(strToU8('SQLite format 3\u0000')).problems[0]!.message).toBe('the file is not a ZIP archive');
    expect(importLoop(zipSync({ 'a.csv': strToU8('x') })).problems[0]!.message).toMatch(/no Habits.csv/);
  });

  test('never throws, whatever its files hold', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(
          fc.array(fc.oneof(fc.string(), fc.constantFrom('2024-03-05', '2', '-1', '1e999', '"')), { maxLength: 5 }),
        )
        .map((rows) => rows.map((row) => row.join(',')).join('\n')),
    );
    fc.assert(
      fc.property(text, text, (habits, marks) => {
        const history = importLoop(
          exported({ 'Habits.csv': `Position,Name,Type\n${habits}`, '001 Wake up early/Checkmarks.csv': marks }),
        );
        const goals = new Set(history.goals.map((g) => g.externalId));
        for (const entry of history.entries) expect(goals.has(entry.goalExternalId)).toBe(true);
      }),
    );
  });
});
