import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { integrations } from '../../../subgraphs/integrations/index.ts';
import { nextOnce } from '../../../subgraphs/integrations/notifications/reminders/occurrences.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph, testTime } from '../../support/graph.ts';
import { happens, makeGoal } from '../goals.ts';

let graph: TestGraph;
/** In Berlin, where it is 13:00 on Tuesday, 10 March 2026. */
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
beforeEach(async () => {
  graph.clock.set(testTime);
  ana = await graph.person({ timeZone: 'Europe/Berlin' });
});
afterAll(() => graph?.stop());

const payload = `{
  reminder { id message date timeOfDay weekdays daysBeforeDeadline active version goal { title } nextOccurrenceAt }
  errors { code path message }
}`;
const create = `mutation ($input: CreateReminderInput!) { createReminder(input: $input) ${payload} }`;
const update = `mutation ($input: UpdateReminderInput!) { updateReminder(input: $input) ${payload} }`;
const make = async (input: object, person = ana) => (await person.data(create, { input })).createReminder;
const change = async (input: object) => (await ana.data(update, { input })).updateReminder;
const refusals = ({ reminder, errors }: { reminder: unknown; errors: { code: string; path: string[] }[] }) => {
  expect(reminder).toBeNull();
  return errors.map(({ code, path }) => [code, ...path]);
};
const list = async (filter: object = {}) =>
  (
    await ana.data(
      'query ($f: ReminderFilter) { viewer { reminders(filter: $f) { nodes { id nextOccurrenceAt } } } }',
      {
        f: filter,
      },
    )
  ).viewer.reminders.nodes;
const upcoming = async () =>
  (await ana.data('{ viewer { dashboard { upcomingReminders { message } } } }')).viewer.dashboard.upcomingReminders.map(
    ({ message }: { message: string }) => message,
  );

const stretch = { message: 'Stretch', date: '2026-03-11', timeOfDay: '08:00' };

describe('a reminder that falls once', () => {
  test('needs no goal, and falls by the clock of the person', async () => {
    const newYork = await graph.person({ timeZone: 'America/New_York' });
    for (const [person, expected] of [
      [ana, '2026-03-11T07:00:00.000Z'],
      [newYork, '2026-03-11T12:00:00.000Z'],
    ] as const) {
      expect(await make(stretch, person)).toMatchObject({
        reminder: { ...stretch, weekdays: [], daysBeforeDeadline: null, goal: null, nextOccurrenceAt: expected },
        errors: [],
      });
    }
  });

  test('may be for a goal, and goes with it', async () => {
    const goalId = await makeGoal(graph, ana);
    expect((await make({ ...stretch, goalId, message: null })).reminder).toMatchObject({
      message: null,
      goal: { title: 'Run a marathon' },
      nextOccurrenceAt: '2026-03-11T07:00:00.000Z',
    });
    const { reminder: ofNoGoal } = await make(stretch);
    await happens(graph, ana, 'goal.deleted', goalId, {});
    await graph.settle();
    expect((await list()).map(({ id }: { id: string }) => id)).toEqual([ofNoGoal.id]);
  });

  test('is past from its instant on: listed, but no longer coming', async () => {
    const { reminder } = await make(stretch);
    const { id } = reminder;
    await make({ message: 'Read', timeOfDay: '21:00' });
    expect(await upcoming()).toEqual(['Read', 'Stretch']);
    graph.clock.set('2026-03-11T06:59:59.999Z');
    expect((await list())[0]).toEqual({ id, nextOccurrenceAt: '2026-03-11T07:00:00.000Z' });
    graph.clock.set('2026-03-11T07:00:00Z');
    expect((await list())[0]).toEqual({ id, nextOccurrenceAt: null });
    expect(await upcoming()).toEqual(['Read']);
    expect(await list({ past: true })).toEqual([]);
    expect(await list({ past: false })).toHaveLength(2);
    graph.clock.set('2026-03-11T23:00:00Z');
    expect(await list({ past: true })).toEqual([{ id, nextOccurrenceAt: null }]);
    expect(await list({ past: false })).toHaveLength(1);
    expect(await list()).toHaveLength(2);
  });

  test('does not count among those of its goal once its day is over', async () => {
    const goalId = await makeGoal(graph, ana);
    for (let i = 0; i < 20; i++) expect((await make({ ...stretch, goalId })).errors).toEqual([]);
    expect(refusals(await make({ ...stretch, goalId }))).toEqual([['LIMIT', 'goalId']]);
    const { reminder } = await make(stretch);
    const moved = await change({ id: reminder.id, goalId });
    expect(refusals(moved)).toEqual([['LIMIT', 'goalId']]);
    graph.clock.set('2026-03-12T12:00:00Z');
    expect((await make({ message: 'Run', timeOfDay: '08:00', goalId })).errors).toEqual([]);
    const { goals } = (await ana.data('{ viewer { goals { nodes { reminders { message } } } } }')).viewer;
    expect(goals.nodes).toEqual([{ reminders: [{ message: 'Run' }] }]);
  });

  test('is made once for the same id and input, even when the second time comes too late', async () => {
    const input = { ...stretch, id: newId('reminder') };
    const { reminder } = await make(input);
    graph.clock.set('2026-03-12T12:00:00Z');
    expect(await make(input)).toMatchObject({ reminder: { id: reminder.id, nextOccurrenceAt: null }, errors: [] });
  });

  test.each([
    ['yesterday', { ...stretch, date: '2026-03-09' }, ['INVALID', 'date']],
    ['a time of today that is over', { ...stretch, date: '2026-03-10', timeOfDay: '12:59' }, ['INVALID', 'date']],
    ['exactly now', { ...stretch, date: '2026-03-10', timeOfDay: '13:00' }, ['INVALID', 'date']],
    ['a date and days of the week', { ...stretch, weekdays: ['MONDAY'] }, ['INVALID', 'date']],
    ['neither goal nor message', { ...stretch, message: undefined }, ['REQUIRED', 'message']],
    ['days before no deadline', { message: 'Go', timeOfDay: '08:00', daysBeforeDeadline: 1 }, ['REQUIRED', 'goalId']],
    ['a goal that is none', { ...stretch, goalId: newId('goal') }, ['NOT_FOUND', 'goalId']],
    ['no clock time', { ...stretch, timeOfDay: '25:00' }, ['INVALID', 'timeOfDay']],
  ])('%s is refused and stores nothing', async (_, input, error) => {
    expect(refusals(await make(input))).toEqual([error]);
    expect(await graph.db.reminder.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('is exported with its day as a day', async () => {
    await make(stretch);
    const reminders = integrations.exports!.find(({ name }) => name === 'reminders')!;
    for await (const row of await reminders.rows(graph.db, ana.userId)) expect(row).toMatchObject(stretch);
  });

  test('says in a sentence that it would be too late', async () => {
    const { errors } = await make({ ...stretch, date: '2026-03-09' });
    expect(errors[0].message).toBe('08:00 on 2026-03-09 is over already: choose a later time.');
  });

  test('is too late by the clock of the person, not by ours', async () => {
    const newYork = await graph.person({ timeZone: 'America/New_York' });
    const noon = { message: 'Lunch', date: '2026-03-10', timeOfDay: '12:00' };
    expect(refusals(await make(noon))).toEqual([['INVALID', 'date']]);
    expect((await make(noon, newYork)).reminder.nextOccurrenceAt).toBe('2026-03-10T16:00:00.000Z');
  });
});

describe('a change', () => {
  test('makes one that repeats fall once, and the other way round', async () => {
    const { id } = (await make({ message: 'Stretch', timeOfDay: '08:00', weekdays: ['MONDAY'] })).reminder;
    const once = await change({ id, date: '2026-03-11' });
    expect(once.reminder).toMatchObject({ date: '2026-03-11', weekdays: [], version: 2 });
    expect((await change({ id, date: '2026-03-11', timeOfDay: '08:00' })).reminder.version).toBe(2);
    const again = await change({ id, weekdays: ['FRIDAY'] });
    expect(again.reminder).toMatchObject({ date: null, weekdays: ['FRIDAY'], version: 3 });
    await change({ id, date: '2026-03-11' });
    const daily = (await change({ id, date: null })).reminder;
    expect([daily.date, daily.weekdays.length]).toEqual([null, 7]);
  });

  test('gives it a goal or takes it away', async () => {
    const goalId = await makeGoal(graph, ana, { deadline: '2026-04-10' });
    const { id } = (await make(stretch)).reminder;
    expect((await change({ id, goalId, daysBeforeDeadline: 7 })).reminder).toMatchObject({
      goal: { title: 'Run a marathon' },
      date: null,
      nextOccurrenceAt: '2026-04-03T06:00:00.000Z',
    });
    expect(refusals(await change({ id, goalId: null }))).toEqual([['REQUIRED', 'goalId']]);
    expect(refusals(await change({ id, goalId: null, weekdays: null, message: null }))).toEqual([
      ['REQUIRED', 'message'],
    ]);
    expect((await change({ id, goalId: null, weekdays: null })).reminder).toMatchObject({ goal: null, date: null });
    expect(refusals(await change({ id, message: null }))).toEqual([['REQUIRED', 'message']]);
    expect(refusals(await change({ id, goalId: newId('goal') }))).toEqual([['NOT_FOUND', 'goalId']]);
  });

  test('cannot move it into the past, but whatever else of a past one may change', async () => {
    const { id } = (await make(stretch)).reminder;
    expect(refusals(await change({ id, date: '2026-03-09' }))).toEqual([['INVALID', 'date']]);
    expect(refusals(await change({ id, date: '2026-03-12', weekdays: ['MONDAY'] }))).toEqual([['INVALID', 'date']]);
    graph.clock.set('2026-03-11T12:00:00Z');
    expect(refusals(await change({ id, timeOfDay: '09:00' }))).toEqual([['INVALID', 'timeOfDay']]);
    expect((await change({ ...stretch, id, message: 'Stretch!' })).reminder).toMatchObject({ message: 'Stretch!' });
    expect((await change({ id, date: '2026-03-12' })).reminder.nextOccurrenceAt).toBe('2026-03-12T07:00:00.000Z');
  });
});

test.each([
  [
    'in the spring gap of Berlin comes an hour later',
    'Europe/Berlin',
    '2026-03-29',
    '02:30',
    '2026-03-29T01:30:00.000Z',
  ],
  ['that comes twice in Berlin is the first', 'Europe/Berlin', '2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
  ['in the gap of New York comes an hour later', 'America/New_York', '2027-03-14', '02:30', '2027-03-14T07:30:00.000Z'],
  ['that comes twice in New York is the first', 'America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00.000Z'],
])('a time %s', async (_, timeZone, date, timeOfDay, expected) => {
  const person = await graph.person({ timeZone });
  const { reminder } = await make({ message: 'Now', date, timeOfDay }, person);
  expect(reminder.nextOccurrenceAt).toBe(expected);
  // Between the two times of an autumn pair it is over.
  expect(nextOnce(new Date(expected), timeZone, timeOfDay, new Date(date))).toBeNull();
});
