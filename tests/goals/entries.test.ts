import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph } from '../support/begin.ts';
import { log, makeGoal, mutate, read, told } from './fixtures/graph.ts';

beginGraph();

describe('updateProgressEntry and deleteProgressEntry', () => {
  test('count the old day and the new one anew', async () => {
    const goal = await makeGoal(ana, {});
    const { entry } = await log(ana, { goalId: goal.id, value: '5' });
    await log(ana, { goalId: goal.id, value: '1' });
    const updated = await mutate(
      ana,
      'updateProgressEntry',
      { id: entry.id, value: '7', localDate: '2026-03-01', note: 'n' },
      'entry { value note version } goal { currentValue }',
    );
    expect(updated).toEqual({ entry: { value: '7', note: 'n', version: 2 }, goal: { currentValue: '8' }, errors: [] });
    const series = async () => (await read(ana, goal.id, 'series { localDate value }')).series;
    expect(await series()).toEqual([
      { localDate: '2026-03-01', value: '7' },
      { localDate: '2026-03-10', value: '1' },
    ]);
    const gone = await mutate(
      ana,
      'deleteProgressEntry',
      { id: entry.id },
      'deletedId goal { currentValue entryCount }',
    );
    expect(gone).toEqual({ deletedId: entry.id, goal: { currentValue: '1', entryCount: 1 }, errors: [] });
    expect(await series()).toEqual([{ localDate: '2026-03-10', value: '1' }]);
    expect(told(await mutate(ana, 'deleteProgressEntry', { id: entry.id }, 'deletedId'))).toEqual(['NOT_FOUND id']);
  });

  test('refuse what logging would refuse, and versions that are old', async () => {
    const goal = await makeGoal(ana, {});
    const { entry } = await log(ana, { goalId: goal.id, value: '5' });
    const update = (input: object) =>
      mutate(ana, 'updateProgressEntry', { id: entry.id, ...input }, 'entry { value version }');
    expect(told(await update({ value: '1000000000001' }))).toEqual(['INVALID value']);
    expect(told(await update({ value: null }))).toEqual(['REQUIRED value']);
    expect(told(await update({ localDate: '2027-01-01' }))).toEqual(['INVALID localDate']);
    expect(told(await update({ occurredAt: '2027-01-01T00:00:00Z' }))).toEqual(['INVALID occurredAt']);
    const conflict = await update({ value: '6', expectedVersion: 9 });
    expect(told(conflict)).toEqual(['CONFLICT expectedVersion']);
    expect(conflict.entry).toEqual({ value: '5', version: 1 });
    expect(
      told(await mutate(ana, 'deleteProgressEntry', { id: entry.id, expectedVersion: 9 }, 'entry { id }')),
    ).toEqual(['CONFLICT expectedVersion']);
  });
});
