import { beforeEach, describe, expect, test } from '@jest/globals';
import { ana, beginGraph, bob, graph } from '../../support/begin.ts';

beginGraph({ people: 'EACH_TEST' });

const connect = `mutation ($provider: IntegrationProviderId!) {
  connectDeviceProvider(input: { provider: $provider }) { connection { id } }
}`;
let calendar: string;
let reminders: string;
beforeEach(async () => {
  calendar = (await ana.data(connect, { provider: 'APPLE_CALENDAR' })).connectDeviceProvider.connection.id;
  reminders = (await ana.data(connect, { provider: 'APPLE_REMINDERS' })).connectDeviceProvider.connection.id;
});

const answer = `anchor results { outcome errors { code path message } }
  counts { created updated unchanged deleted rejected } errors { code path }`;
const sendEvents = async (input: object) =>
  (
    await ana.data(
      `mutation ($input: IngestCalendarEventsInput!) { ingestCalendarEvents(input: $input) { ${answer} } }`,
      { input: { connectionId: calendar, ...input } },
    )
  ).ingestCalendarEvents;
const sendReminders = async (input: object) =>
  (
    await ana.data(`mutation ($input: IngestRemindersInput!) { ingestReminders(input: $input) { ${answer} } }`, {
      input: { connectionId: reminders, ...input },
    })
  ).ingestReminders;
const outcomes = ({ results }: { results: { outcome: string }[] }) => results.map(({ outcome }) => outcome);

const event = (externalId: string, more = {}) => ({
  externalId,
  calendarId: 'home',
  title: 'Dentist',
  startsAt: '2026-03-11T08:00:00Z',
  endsAt: '2026-03-11T08:30:00Z',
  lastModifiedAt: '2026-03-09T08:00:00Z',
  ...more,
});
const titles = async () =>
  (await ana.data('{ viewer { calendarEvents(first: 50) { nodes { title } } } }')).viewer.calendarEvents.nodes
    .map(({ title }: { title: string }) => title)
    .sort();

describe('appointments of a device', () => {
  test('come, change and go; the same batch again changes nothing', async () => {
    expect(outcomes(await sendEvents({ events: [event('a'), event('b')], anchor: '1' }))).toEqual([
      'CREATED',
      'CREATED',
    ]);
    const again = await sendEvents({ events: [event('a'), event('b')], anchor: '1' });
    expect(again).toMatchObject({ anchor: '1', counts: { unchanged: 2 } });
    const moved = event('a', { title: 'Dentist, moved', lastModifiedAt: '2026-03-09T09:00:00Z' });
    expect(outcomes(await sendEvents({ events: [moved] }))).toEqual(['UPDATED']);
    // A batch from before, late.
    expect(outcomes(await sendEvents({ events: [event('a')] }))).toEqual(['UNCHANGED']);
    expect((await sendEvents({ deleted: [{ externalId: 'b' }] })).counts).toMatchObject({ deleted: 1 });
    expect(await titles()).toEqual(['Dentist, moved']);
  });

  test('of one that repeats each is its own', async () => {
    const on = (day: string) => event('weekly', { occurrenceStart: `${day}T08:00:00Z`, title: day });
    await sendEvents({ events: [on('2026-03-11'), on('2026-03-18')] });
    await sendEvents({ deleted: [{ externalId: 'weekly', occurrenceStart: '2026-03-11T08:00:00Z' }] });
    expect(await titles()).toEqual(['2026-03-18']);
  });

  test('that were deleted do not come back with a batch that is late, and do when they were made anew', async () => {
    await sendEvents({ events: [event('a')] });
    await sendEvents({ deleted: [{ externalId: 'a' }, { externalId: 'never came' }] });
    const late = await sendEvents({ events: [event('a'), event('never came')] });
    expect(outcomes(late)).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await titles()).toEqual([]);
    const anew = event('a', { title: 'Undone', lastModifiedAt: '2026-03-10T11:00:00Z' });
    expect(outcomes(await sendEvents({ events: [anew] }))).toEqual(['CREATED']);
    expect(await titles()).toEqual(['Undone']);
  });

  test('of calendars that come anew replace what was there', async () => {
    await sendEvents({ events: [event('old id'), event('other', { calendarId: 'work', title: 'Work' })] });
    await sendEvents({ resetCalendars: ['home'], events: [event('new id', { title: 'Dentist again' })] });
    expect(await titles()).toEqual(['Dentist again', 'Work']);
  });

  test('what is wrong with one costs only itself', async () => {
    const sent = await sendEvents({
      events: [
        event('backwards', { endsAt: '2026-03-11T07:00:00Z' }),
        event('both', { startDate: '2026-03-11' }),
        event('neither', { startsAt: null, endsAt: null }),
        event('good'),
        event('days', { startsAt: null, endsAt: null, startDate: '2026-03-11', endDate: '2026-03-13' }),
      ],
    });
    expect(outcomes(sent)).toEqual(['REJECTED', 'REJECTED', 'REJECTED', 'CREATED', 'CREATED']);
    expect(sent.results[0].errors).toMatchObject([{ code: 'INVALID', path: ['events', '0', 'endsAt'] }]);
  });

  test('belong to a connection of their kind, which is one’s own', async () => {
    expect((await sendEvents({ connectionId: reminders, events: [event('a')] })).errors).toMatchObject([
      { code: 'INVALID', path: ['connectionId'] },
    ]);
    const { ingestCalendarEvents } = await bob.data(
      'mutation ($input: IngestCalendarEventsInput!) { ingestCalendarEvents(input: $input) { errors { code path } } }',
      { input: { connectionId: calendar, events: [event('a')] } },
    );
    expect(ingestCalendarEvents.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['connectionId'] }]);
    expect(await titles()).toEqual([]);
  });
});

describe('reminders of a device', () => {
  const reminder = (externalId: string, more = {}) => ({
    externalId,
    listId: 'home',
    title: 'Water the plants',
    ...more,
  });
  const tasks = async () =>
    (await ana.data('{ viewer { externalTasks(first: 50) { nodes { title completedAt } } } }')).viewer.externalTasks
      .nodes;

  test('come, are done, and go', async () => {
    await sendReminders({ reminders: [reminder('a'), reminder('b')] });
    const done = reminder('a', { completedAt: '2026-03-10T08:00:00Z' });
    expect(outcomes(await sendReminders({ reminders: [done] }))).toEqual(['UPDATED']);
    await sendReminders({ deleted: ['b'] });
    expect(await tasks()).toEqual([{ title: 'Water the plants', completedAt: '2026-03-10T08:00:00.000Z' }]);
  });

  test('cannot have been done more than a day from now', async () => {
    const sent = await sendReminders({ reminders: [reminder('a', { completedAt: '2027-03-10T08:00:00Z' })] });
    expect(outcomes(sent)).toEqual(['REJECTED']);
    expect(await graph.db.externalTask.count({ where: { userId: ana.userId } })).toBe(0);
  });
});
