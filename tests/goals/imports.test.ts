import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { eventTypes, makeGoal, mutate, read, told } from './fixtures/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const counts = 'dryRun goalsCreated goalsMatched entriesCreated entriesUpdated entriesUnchanged';
const run = (person: Person, input: Record<string, unknown>) =>
  mutate(
    person,
    'importProgress',
    input,
    `report { ${counts} goals { id title kind frequency { times period } currentValue entryCount } problems { path message } }`,
  );
const stored = async (person: Person) => ({
  goals: await graph.db.goal.count({ where: { userId: person.userId } }),
  entries: await graph.db.progressEntry.count({ where: { userId: person.userId } }),
});

const loop = () => {
  const names = {
    'Habits.csv': 'Habits.csv',
    '001 Wake up early/Checkmarks.csv': '001.csv',
    '002 Run outside/Checkmarks.csv': '002.csv',
    '003 Gym/Checkmarks.csv': '003.csv',
  };
  const files = Object.entries(names).map(([name, file]) => [name, strToU8(fixture(`loop/${file}`))]);
  return Buffer.from(zipSync(Object.fromEntries(files))).toString('base64');
};

describe('importProgress', () => {
  test.each([
    ['BEEMINDER', () => ({ content: fixture('beeminder.json') })],
    ['HABITICA', () => ({ content: Buffer.from(fixture('habitica.json')).toString('base64'), base64: true })],
    ['LOOP', () => ({ content: loop(), base64: true })],
  ])('takes over a %s export once, and a dry run tells the same without storing anything', async (format, content) => {
    const ana = await graph.person();
    const area = (await mutate(ana, 'createLifeArea', { kind: 'HEALTH', name: 'A' }, 'lifeArea { id }')).lifeArea.id;
    const input = { format, ...content(), lifeAreaId: area };
    const { report: dry } = await run(ana, { ...input, dryRun: true });
    expect(dry.goalsCreated).toBeGreaterThan(0);
    expect(await stored(ana)).toEqual({ goals: 0, entries: 0 });
    const { report: first } = await run(ana, input);
    expect(first).toMatchObject({ ...dry, dryRun: false, goals: first.goals });
    expect(await stored(ana)).toEqual({ goals: first.goalsCreated, entries: first.entriesCreated });
    const { report: again } = await run(ana, input);
    expect(again).toMatchObject({
      goalsCreated: 0,
      goalsMatched: first.goalsCreated,
      entriesCreated: 0,
      entriesUpdated: 0,
      entriesUnchanged: first.entriesCreated,
    });
    expect(await stored(ana)).toEqual({ goals: first.goalsCreated, entries: first.entriesCreated });
    expect((await eventTypes(graph, ana)).filter((type) => type === 'progress.logged')).toHaveLength(
      first.entriesCreated,
    );
    expect(await graph.db.goal.count({ where: { userId: ana.userId, lifeAreaId: area } })).toBe(first.goalsCreated);
    expect(await graph.db.progressEntry.count({ where: { userId: ana.userId, source: 'IMPORT' } })).toBe(
      first.entriesCreated,
    );
  });

  test('reads a table by its mapping, tells of each line it cannot read, and follows a newer export', async () => {
    const ana = await graph.person();
    const mapping = {
      date: 'Day',
      value: 'Amount',
      goal: 'What',
      note: 'Note',
      unit: 'km',
      dateFormat: 'DMY',
      decimalMark: ',',
      delimiter: ';',
    };
    const table = (...lines: string[]) => ['Day;Amount;What;Note', ...lines].join('\n');
    const lines = [
      '01.03.2026;5,5;Run;fine',
      '02.03.2026;3;Run;',
      '02.03.2026;20;Read;',
      '31.02.2026;1;Run;',
      '03.03.2026;many;Run;',
    ];
    const first = await run(ana, { format: 'CSV', content: table(...lines), mapping });
    expect(first.report).toMatchObject({
      goalsCreated: 2,
      entriesCreated: 3,
      problems: [{ path: ['line', '5', 'date'] }, { path: ['line', '6', 'value'] }],
    });
    expect(first.report.goals.map(({ title, currentValue }: Record<string, string>) => [title, currentValue])).toEqual([
      ['Run', '8.5'],
      ['Read', '20'],
    ]);
    const newer = await run(ana, {
      format: 'CSV',
      content: table('01.03.2026;6;Run;fine', ...lines.slice(1, 3), '04.03.2026;4;Run;'),
      mapping,
    });
    expect(newer.report).toMatchObject({
      goalsMatched: 2,
      goalsCreated: 0,
      entriesCreated: 1,
      entriesUpdated: 1,
      entriesUnchanged: 2,
      problems: [],
    });
    expect(newer.report.goals[0]).toMatchObject({ title: 'Run', currentValue: '13', entryCount: 3 });
  });

  test('gives a table without names to one goal, old or new', async () => {
    const ana = await graph.person();
    const goal = await makeGoal(ana, { title: 'Mine', targetValue: '1000' });
    const content = 'date,km\n2026-03-01,5\n2026-03-02,7';
    const mapping = { date: 'date', value: 'km' };
    const { report } = await run(ana, { format: 'CSV', content, mapping, goalId: goal.id });
    expect(report).toMatchObject({
      goalsMatched: 1,
      goalsCreated: 0,
      entriesCreated: 2,
      goals: [{ id: goal.id, currentValue: '12' }],
    });
    const fresh = await run(ana, {
      format: 'CSV',
      content,
      mapping: { ...mapping, title: 'Days run', frequency: { times: 3, period: 'WEEK' } },
    });
    expect(fresh.report.goals).toMatchObject([
      { title: 'Days run', kind: 'HABIT', frequency: { times: 3, period: 'WEEK' } },
    ]);
  });

  test('earns streaks from history, but no comebacks', async () => {
    const ana = await graph.person();
    const days = [
      '2025-06-01',
      ...Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2026, 0, 20 + i)).toISOString().slice(0, 10)),
    ];
    const mapping = { date: 'd', frequency: { times: 1, period: 'DAY' } };
    const { report } = await run(ana, { format: 'CSV', content: ['d', ...days].join('\n'), mapping });
    const { achievements } = await read(ana, report.goals[0].id, 'achievements { name }');
    expect(achievements.map(({ name }: { name: string }) => name).sort()).toEqual([
      'FIRST_ENTRY',
      'STREAK_30',
      'STREAK_7',
    ]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', { format: 'BEEMINDER', content: '' }, ['REQUIRED content']],
    ['what is not JSON', { format: 'BEEMINDER', content: '{' }, ['INVALID content']],
    ['JSON of another kind', { format: 'HABITICA', content: '[]' }, ['INVALID content']],
    ['what is not base64', { format: 'LOOP', content: 'ä', base64: true }, ['INVALID content']],
    ['what is not a ZIP', { format: 'LOOP', content: 'aGVsbG8=', base64: true }, ['INVALID content']],
    ['a ZIP as text', { format: 'LOOP', content: 'PK' }, ['INVALID base64']],
    ['a table without mapping', { format: 'CSV', content: 'a' }, ['REQUIRED mapping']],
    [
      'a mapping for what is no table',
      { format: 'BEEMINDER', content: '[]', mapping: { date: 'd' } },
      ['INVALID mapping'],
    ],
    [
      'a column that is not there',
      { format: 'CSV', content: 'a\n1', mapping: { date: 'd' } },
      ['INVALID mapping.date'],
    ],
    [
      'a delimiter of two signs',
      { format: 'CSV', content: 'a\n1', mapping: { date: 'a', delimiter: ';;' } },
      ['INVALID mapping.delimiter'],
    ],
    [
      'a frequency of zero',
      { format: 'CSV', content: 'a\n1', mapping: { date: 'a', frequency: { times: 0, period: 'DAY' } } },
      ['INVALID mapping.frequency.times'],
    ],
    [
      'too many entries',
      { format: 'CSV', content: `d\n${'2026-01-01\n'.repeat(20_001)}`, mapping: { date: 'd' } },
      ['LIMIT content'],
    ],
  ])('refuses %s', async (_, input, errors) => {
    const ana = await graph.person();
    const payload = await run(ana, input);
    expect(told(payload)).toEqual(errors);
    expect(payload.report).toBeNull();
    expect(await stored(ana)).toEqual({ goals: 0, entries: 0 });
  });
});
