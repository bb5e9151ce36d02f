import { describe, expect, test } from '@jest/globals';
import { ana } from '../../support/begin.ts';
import type { FakeEvent } from '../../support/providers/google.ts';
import { beginWithGoogle, connect, google, look } from './google.ts';
import { beginSyncing, ids, items, syncAgain, work } from './syncing.ts';

await beginWithGoogle();
beginSyncing();

const event = (id: string, more: Partial<FakeEvent> = {}): FakeEvent => ({
  id,
  summary: `Event ${id}`,
  start: { dateTime: '2026-03-11T09:00:00+01:00' },
  end: { dateTime: '2026-03-11T10:00:00+01:00' },
  ...more,
});

async function connected(settings?: unknown): Promise<string> {
  const { id } = await connect(ana, { provider: 'GOOGLE_CALENDAR', ...(settings !== undefined && { settings }) });
  await work(id);
  return id;
}
/** Calls for events of a calendar. */
const callsFor = (calendar: string) =>
  google.calls.filter(({ path }) => path === `/calendar/v3/calendars/${calendar}/events`);

describe('Google Calendar', () => {
  test('reads every calendar, whole days and occurrences among them, over pages of all lengths', async () => {
    const [home, work1, third] = ['home', 'team@group.calendar.google.com', 'third'].map(google.addCalendar);
    home!.put(
      event('a'),
      event('b_20260311'),
      event('c', { start: { date: '2026-03-12' }, end: { date: '2026-03-14' } }),
    );
    work1!.put(event('a', { status: 'tentative', location: 'Room 1' }));
    third!.put(event('x', { status: 'cancelled' }), { ...event('y'), start: {} });
    const id = await connected();
    const found = await items(id);
    expect(Object.keys(found)).toEqual(['home/a', 'home/b_20260311', 'home/c', 'team@group.calendar.google.com/a']);
    expect(found['home/a']).toMatchObject({
      calendarId: 'home',
      title: 'Event a',
      startsAt: new Date('2026-03-11T08:00:00.000Z'),
      endsAt: new Date('2026-03-11T09:00:00.000Z'),
      startDate: null,
      status: 'CONFIRMED',
      sourceVersion: 1_700_000_000_002n,
    });
    expect(found['home/c']).toMatchObject({
      startsAt: null,
      startDate: new Date('2026-03-12'),
      endDate: new Date('2026-03-14'),
    });
    expect(found['team@group.calendar.google.com/a']).toMatchObject({ status: 'TENTATIVE', location: 'Room 1' });
    const [first] = callsFor('home');
    expect(first!.query.get('singleEvents')).toBe('true');
    expect(first!.query.get('timeMin')).toBe('2026-02-08T00:00:00Z');
  });

  test('goes on with a token for each calendar: changes, deletions, new calendars and those that are gone', async () => {
    const [home, work1] = ['home', 'work'].map(google.addCalendar);
    home!.put(event('a'), event('b'));
    work1!.put(event('w'));
    const id = await connected();
    home!.cancel('a');
    home!.put(event('b', { summary: 'Moved' }), event('c'));
    google.calendars = google.calendars.filter((calendar) => calendar !== work1);
    google.addCalendar('new').put(event('n'));
    google.calls.length = 0;
    await syncAgain(id);
    expect(await ids(id)).toEqual(['home/b', 'home/c', 'new/n']);
    expect((await items(id))['home/b']!.title).toBe('Moved');
    expect(callsFor('home').map(({ query }) => [query.get('syncToken'), query.get('timeMin')])).toEqual([
      ['sync-3', null],
      ['sync-3', null],
    ]);
    expect((await look(ana, id)).log.nodes[0]).toMatchObject({ kind: 'SYNCED', deleted: 2 });
  });

  test('reads that calendar alone anew whose token has ended, and forgets what it had from it', async () => {
    const [home, work1] = ['home', 'work'].map(google.addCalendar);
    home!.put(event('a'), event('b'));
    work1!.put(event('w'));
    const id = await connected();
    home!.events.delete('a');
    home!.put(event('c'));
    home!.forgotten = home!.clock;
    google.calls.length = 0;
    await syncAgain(id);
    expect(await ids(id)).toEqual(['home/b', 'home/c', 'work/w']);
    expect(callsFor('work')).toHaveLength(1);
  });

  test('reads the chosen calendars only', async () => {
    for (const name of ['one', 'two', 'three']) google.addCalendar(name).put(event('e'));
    expect(await ids(await connected({ calendars: ['two'] }))).toEqual(['two/e']);
  });
});
