import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  nextBeforeDeadline,
  nextOnWeekdays,
} from '../../../subgraphs/integrations/notifications/reminders/occurrences.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph, testTime } from '../../support/graph.ts';
import { happens, makeGoal } from '../goals.ts';

let graph: TestGraph;
let ana: Person;
let goalId: string;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
beforeEach(async () => {
  graph.clock.set(testTime);
  ana = await graph.person();
  goalId = await makeGoal(graph, ana, { deadline: '2026-04-10' });
});
afterAll(() => graph.stop());

const fields = 'id kind message timeOfDay weekdays daysBeforeDeadline active version';
const create = `mutation ($input: CreateReminderInput!) { createReminder(input: $input) {
  reminder { ${fields} } errors { code path }
} }`;
const update = `mutation ($input: UpdateReminderInput!) { updateReminder(input: $input) {
  reminder { ${fields} } errors { code path }
} }`;
const remove = 'mutation ($id: ID!) { deleteReminder(input: { id: $id }) { reminderId errors { code path } } }';
const make = async (input: object) => (await ana.data(create, { input: { goalId, ...input } })).createReminder;
const change = async (input: object) => (await ana.data(update, { input })).updateReminder;

describe('reminders', () => {
  test('are several to a goal, made, changed and deleted', async () => {
    const daily = await make({ timeOfDay: '07:15' });
    expect(daily.errors).toEqual([]);
    expect(daily.reminder).toMatchObject({ kind: 'TO_DO', active: true, daysBeforeDeadline: null, version: 1 });
    expect(daily.reminder.weekdays).toHaveLength(7);
    const weekend = await make({ timeOfDay: '10:00', weekdays: ['SUNDAY', 'SATURDAY', 'SUNDAY'], kind: 'TO_LOG' });
    expect(weekend.reminder.weekdays).toEqual(['SATURDAY', 'SUNDAY']);
    const { id } = daily.reminder;
    const before = await change({ id, daysBeforeDeadline: 3, message: 'Soon' });
    expect(before.reminder).toMatchObject({ weekdays: [], daysBeforeDeadline: 3, message: 'Soon', version: 2 });
    const every = await change({ id, daysBeforeDeadline: null, message: null, expectedVersion: 2 });
    expect(every.reminder).toMatchObject({ daysBeforeDeadline: null, message: null, version: 3 });
    expect(every.reminder.weekdays).toHaveLength(7);
    expect((await change({ id, active: true })).reminder.version).toBe(3);
    const stale = await change({ id, active: false, expectedVersion: 2 });
    expect(stale).toMatchObject({
      errors: [{ code: 'CONFLICT', path: ['expectedVersion'] }],
      reminder: { version: 3 },
    });
    expect((await ana.data(remove, { id })).deleteReminder).toEqual({ reminderId: id, errors: [] });
    expect((await ana.data(remove, { id })).deleteReminder.errors).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    const listed = await ana.data(
      'query ($goalId: ID) { viewer { reminders(filter: { goalId: $goalId }) { nodes { id } } } }',
      { goalId },
    );
    expect(listed.viewer.reminders.nodes).toEqual([{ id: weekend.reminder.id }]);
  });

  test('are made once for the same id and input', async () => {
    const input = { id: newId('reminder'), timeOfDay: '07:15' };
    const [first, second] = await Promise.all([make(input), make(input)]);
    expect(first.reminder).toEqual(second.reminder);
    expect(await make({ ...input, timeOfDay: '08:00' })).toEqual({
      reminder: null,
      errors: [{ code: 'CONFLICT', path: ['id'] }],
    });
    const where = { userId: ana.userId, type: 'reminder.created' };
    expect(await graph.db.event.count({ where })).toBe(1);
  });

  test('are at most 20 to a goal', async () => {
    for (let i = 0; i < 20; i++) expect((await make({ timeOfDay: '07:15' })).errors).toEqual([]);
    expect((await make({ timeOfDay: '07:15' })).errors).toEqual([{ code: 'LIMIT', path: ['goalId'] }]);
  });

  test('go when their goal goes', async () => {
    const { reminder } = await make({ timeOfDay: '07:15' });
    const other = await make({ timeOfDay: '07:15', goalId: await makeGoal(graph, ana) });
    await happens(graph, ana, 'goal.deleted', goalId, {});
    await graph.settle();
    const rows = await graph.db.reminder.findMany({ where: { userId: ana.userId } });
    expect(rows.map(({ id }) => id)).toEqual([other.reminder.id]);
    const gone = await graph.db.event.findFirst({ where: { userId: ana.userId, type: 'reminder.deleted' } });
    expect(gone!.subjectId).toBe(reminder.id);
  });

  test('tell their next occurrence by the clock of the person', async () => {
    const tokyo = await graph.person({ timeZone: 'Asia/Tokyo' });
    for (const [person, expected] of [
      [ana, '2026-03-11T06:00:00.000Z'],
      [tokyo, '2026-03-10T22:00:00.000Z'],
    ] as const) {
      const goal = await makeGoal(graph, person);
      const input = { goalId: goal, timeOfDay: '07:00' };
      const made = await person.data(
        'mutation ($input: CreateReminderInput!) { createReminder(input: $input) { reminder { id } } }',
        { input },
      );
      expect(made.createReminder.reminder).not.toBeNull();
      const { viewer } = await person.data(
        '{ viewer { dashboard { upcomingReminders { id timeOfDay } } reminders { nodes { nextOccurrenceAt } } } }',
      );
      expect(viewer.reminders.nodes).toEqual([{ nextOccurrenceAt: expected }]);
      expect(viewer.dashboard.upcomingReminders).toHaveLength(1);
    }
  });

  test('count back from the deadline that the goals domain knows', async () => {
    for (const rest of [{ daysBeforeDeadline: 7 }, { daysBeforeDeadline: 60 }, { active: false }]) {
      await make({ timeOfDay: '09:00', ...rest });
      graph.clock.advance(1);
    }
    const query = '{ viewer { reminders { nodes { nextOccurrenceAt goal { id title } } } } }';
    const { nodes } = (await ana.data(query)).viewer.reminders;
    expect(nodes.map((node: { nextOccurrenceAt: string | null }) => node.nextOccurrenceAt)).toEqual([
      '2026-04-03T07:00:00.000Z',
      null,
      null,
    ]);
    expect(nodes[0].goal).toEqual({ id: goalId, title: 'Run a marathon' });
    const onGoal = await ana.data('{ viewer { goals { nodes { reminders { nextOccurrenceAt } } } } }');
    const occurrences = onGoal.viewer.goals.nodes[0].reminders.flatMap(Object.values);
    expect(occurrences).toEqual(['2026-04-03T07:00:00.000Z', null, null]);
  });

  test.each([
    ['no clock time', { timeOfDay: '7:00' }, 'INVALID', ['timeOfDay']],
    ['no days', { timeOfDay: '07:00', weekdays: [] }, 'REQUIRED', ['weekdays']],
    ['10,000 days', { timeOfDay: '07:00', weekdays: Array(10_000).fill('MONDAY') }, 'LIMIT', ['weekdays']],
    [
      'days of both sorts',
      { timeOfDay: '07:00', weekdays: ['MONDAY'], daysBeforeDeadline: 1 },
      'INVALID',
      ['daysBeforeDeadline'],
    ],
    ['days below zero', { timeOfDay: '07:00', daysBeforeDeadline: -1 }, 'INVALID', ['daysBeforeDeadline']],
    ['many days before', { timeOfDay: '07:00', daysBeforeDeadline: 2_000_000_000 }, 'INVALID', ['daysBeforeDeadline']],
    ['no such goal', { timeOfDay: '07:00', goalId: newId('goal') }, 'NOT_FOUND', ['goalId']],
    ['no goal id at all', { timeOfDay: '07:00', goalId: 'x' }, 'NOT_FOUND', ['goalId']],
    ['a message of 1 MB', { timeOfDay: '07:00', message: 'x'.repeat(1_000_000) }, 'LIMIT', ['message']],
    ['an empty message', { timeOfDay: '07:00', message: '' }, 'INVALID', ['message']],
    ['NUL', { timeOfDay: '07:00', message: '\0' }, 'INVALID', ['message']],
    ['a malformed id', { id: 'reminder_1', timeOfDay: '07:00' }, 'INVALID', ['id']],
  ])('%s is refused and stores nothing', async (_, input, code, path) => {
    expect(await make(input)).toEqual({ reminder: null, errors: [{ code, path }] });
    expect(await graph.db.reminder.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test("of another's goal is refused like one of none", async () => {
    const foreign = await makeGoal(graph, await graph.person());
    const answers = [
      await make({ timeOfDay: '07:00', goalId: foreign }),
      await make({ timeOfDay: '07:00', goalId: newId('goal') }),
    ];
    expect(answers[0]).toEqual(answers[1]);
  });

  test('cost no more statements for many than for few', async () => {
    const query =
      '{ viewer { reminders(first: 50) { nodes { id nextOccurrenceAt goal { id } } } dashboard { upcomingReminders { id } } } }';
    await make({ timeOfDay: '07:00' });
    const few = await graph.countQueries(() => ana.data(query));
    for (let i = 0; i < 15; i++) await make({ timeOfDay: '08:00', goalId: await makeGoal(graph, ana) });
    const many = await graph.countQueries(() => ana.data(query));
    expect(many.result.viewer.reminders.nodes).toHaveLength(16);
    expect(many.count).toBe(few.count);
  });
});

describe('occurrences', () => {
  const next = (now: string, zone: string, time: string, days = [1, 2, 3, 4, 5, 6, 7]) =>
    nextOnWeekdays(new Date(now), zone, time, days)?.toISOString();

  test.each([
    [
      'a time in the spring gap comes as much later',
      '2026-03-29T00:00:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-03-29T01:30:00.000Z',
    ],
    [
      'a time that comes twice in autumn is the first',
      '2026-10-24T22:00:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'and it does not come again that day',
      '2026-10-25T00:30:00Z',
      'Europe/Berlin',
      '02:30',
      '2026-10-26T01:30:00.000Z',
    ],
    ['a gap of half an hour', '2026-10-03T13:00:00Z', 'Australia/Lord_Howe', '02:15', '2026-10-03T15:45:00.000Z'],
    ['exactly now is over', '2026-03-10T06:00:00Z', 'Europe/Berlin', '07:00', '2026-03-11T06:00:00.000Z'],
  ])('%s', (_, now, zone, time, expected) => {
    expect(next(now, zone, time)).toBe(expected);
  });

  test('one weekday comes again a week later', () => {
    expect(next('2026-03-10T12:00:00Z', 'UTC', '12:00', [2])).toBe('2026-03-17T12:00:00.000Z');
    expect(next('2026-03-10T12:00:00Z', 'UTC', '12:00', [])).toBeUndefined();
  });

  test('before a deadline there is one, or none', () => {
    const now = new Date('2026-03-10T12:00:00Z');
    expect(nextBeforeDeadline(now, 'Europe/Berlin', '09:00', 0, '2026-03-29')?.toISOString()).toBe(
      '2026-03-29T07:00:00.000Z',
    );
    expect(nextBeforeDeadline(now, 'Europe/Berlin', '09:00', 19, '2026-03-29')).toBeNull();
    expect(nextBeforeDeadline(now, 'Europe/Berlin', '09:00', 0, null)).toBeNull();
  });

  test('always lie ahead, on one of the days, within eight days', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    );
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) });
    fc.assert(
      fc.property(zone, time, days, instant, (timeZone, [h, m], weekdays, at) => {
        const text = `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
        const found = nextOnWeekdays(new Date(at), timeZone, text, weekdays)!.getTime();
        const local = Temporal.Instant.fromEpochMilliseconds(found).toZonedDateTimeISO(timeZone);
        return found > at && found - at < 8.1 * 86_400_000 && weekdays.includes(local.dayOfWeek);
      }),
      { numRuns: 300 },
    );
  });
});
