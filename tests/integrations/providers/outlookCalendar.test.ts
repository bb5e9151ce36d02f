import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { outlookCalendar } from '../../../subgraphs/integrations/providers/outlookCalendar/outlookCalendar.ts';
import type { ProviderCall } from '../../../subgraphs/integrations/providers/provider.ts';
import type { Config } from '../../../subgraphs/shared/config.ts';
import { eventOf, type Microsoft, occurrenceOf, refusal, startMicrosoft } from '../../support/providers/microsoft.ts';
import { callsOf, clock, configOf, Synced, signIn } from './calls.ts';

let microsoft: Microsoft;
let config: Config;
let call: ProviderCall;
let events: Synced;

beforeAll(async () => {
  microsoft = await startMicrosoft();
  microsoft.now = () => clock.at;
  microsoft.lifetime = 100 * 86_400;
  config = configOf(microsoft.env());
});
beforeEach(async () => {
  clock.at = new Date('2026-03-10T12:00:00.000Z');
  microsoft.calendar.rows.clear();
  Object.assign(microsoft.calendar, { history: [], forgotten: 0 });
  Object.assign(microsoft, { faults: [], onCall: null });
  const { credentials } = await (await signIn(outlookCalendar, microsoft, config)).complete();
  call = callsOf(config, credentials);
  events = new Synced();
});
afterAll(() => microsoft.stop());

const sync = () => events.sync(outlookCalendar, call);
const { put, patch, remove } = {
  put: (...rows: Parameters<Microsoft['calendar']['put']>) => microsoft.calendar.put(...rows),
  patch: (id: string, part: Record<string, unknown>) => microsoft.calendar.patch(id, part),
  remove: (id: string) => microsoft.calendar.remove(id),
};

describe('events', () => {
  test('come with their times, whole days and states', async () => {
    const allDay = { isAllDay: true, showAs: 'tentative' };
    put(
      eventOf('e1', '2026-03-11T09:00:00', '2026-03-11T10:30:00'),
      eventOf('e2', '2026-03-12T00:00:00', '2026-03-14T00:00:00', allDay),
      eventOf('e3', '2026-03-13T09:00:00', '2026-03-13T10:00:00', { isCancelled: true }),
    );
    await sync();
    expect(events.items.get('e1')).toEqual({
      type: 'calendarEvent',
      externalId: 'e1',
      calendarId: 'primary',
      title: 'Event e1',
      location: 'Here',
      startsAt: new Date('2026-03-11T09:00:00Z'),
      endsAt: new Date('2026-03-11T10:30:00Z'),
      startDate: null,
      endDate: null,
      status: 'CONFIRMED',
      url: 'https://outlook.example/e1',
      version: BigInt(Date.parse('2026-03-01T00:00:00Z')),
    });
    expect(events.items.get('e2')).toMatchObject({
      startsAt: null,
      startDate: '2026-03-12',
      endDate: '2026-03-14',
      status: 'TENTATIVE',
    });
    expect(events.items.get('e3')).toMatchObject({ status: 'CANCELLED' });
  });

  test('that repeat come as their occurrences, with what the series says', async () => {
    put(
      occurrenceOf('s-1', 's', '2026-03-11T09:00:00', '2026-03-11T10:00:00'),
      occurrenceOf('s-2', 's', '2026-03-18T09:00:00', '2026-03-18T10:00:00'),
      eventOf('s', '2026-03-11T09:00:00', '2026-03-11T10:00:00', { type: 'seriesMaster', subject: 'Weekly' }),
    );
    await sync();
    expect(events.ids).toEqual(['s-1', 's-2']);
    expect(events.items.get('s-2')).toMatchObject({ title: 'Weekly', startsAt: new Date('2026-03-18T09:00:00Z') });
    patch('s', { type: 'seriesMaster', subject: 'Fortnightly' });
    await sync();
    expect([...events.items.values()].map((item) => 'title' in item && item.title)).toEqual([
      'Fortnightly',
      'Fortnightly',
    ]);
    remove('s-1');
    await sync();
    expect(events.ids).toEqual(['s-2']);
  });

  test('of which only a part has changed are read whole', async () => {
    put(eventOf('e1', '2026-03-11T09:00:00', '2026-03-11T10:00:00'));
    await sync();
    patch('e1', { subject: 'New name', lastModifiedDateTime: '2026-03-10T00:00:00Z' });
    await sync();
    expect(events.items.get('e1')).toMatchObject({ title: 'New name', startsAt: new Date('2026-03-11T09:00:00Z') });
  });
});

describe('the window of time', () => {
  const past = eventOf('past', '2026-03-01T09:00:00', '2026-03-01T10:00:00');
  const soon = eventOf('soon', '2026-03-20T09:00:00', '2026-03-20T10:00:00');
  const far = eventOf('far', '2027-03-20T09:00:00', '2027-03-20T10:00:00');

  test('moves on with time; nothing is void meanwhile, and nothing is lost', async () => {
    put(past, soon, far);
    await sync();
    expect(events.ids).toEqual(['past', 'soon']);
    clock.advance(20);
    events.pages = [];
    await sync();
    expect(events.ids).toEqual(['far', 'past', 'soon']);
    expect(events.pages.flatMap(({ resets }) => resets)).toEqual([]);
    expect(events.position).toMatchObject({ phase: 'CHANGES', chosen: '2026-03-30', other: null });
    remove('far');
    await sync();
    expect(events.ids).toEqual(['past', 'soon']);
  });

  test('what was deleted before and while it moves is heard of', async () => {
    const before = eventOf('before', '2026-03-21T09:00:00', '2026-03-21T10:00:00');
    put(past, soon, far, before);
    await sync();
    clock.advance(20);
    remove('before');
    let isFirst = true;
    microsoft.onCall = () => {
      if (isFirst) remove('soon');
      isFirst = false;
    };
    await sync();
    expect(events.ids).toEqual(['far', 'past']);
  });

  test('when it breaks off while it moves, it goes on where it was', async () => {
    put(past, soon, far, eventOf('more', '2026-03-22T09:00:00', '2026-03-22T10:00:00'));
    await sync();
    clock.advance(20);
    remove('soon');
    let calls = 0;
    microsoft.onCall = () => {
      if (++calls === 1) microsoft.faults.push({ path: '/delta', fault: { status: 503 } });
    };
    await expect(sync()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    expect(events.position).toMatchObject({ phase: 'NEWER' });
    await sync();
    expect(events.ids).toEqual(['far', 'more', 'past']);
  });

  test('when the old one is forgotten meanwhile, all is read anew', async () => {
    put(soon);
    await sync();
    clock.advance(20);
    microsoft.onCall = ({ query }) => {
      if (query.has('startDateTime'))
        microsoft.faults.push({ path: '/delta', fault: refusal(410, 'syncStateNotFound') });
    };
    await expect(sync()).rejects.toMatchObject({ kind: 'EXPIRED' });
  });
});
