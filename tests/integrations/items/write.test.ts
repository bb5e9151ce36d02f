import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  CalendarEventItem,
  Delivery,
  Item,
  ReceivedItem,
  TransactionItem,
} from '../../../subgraphs/integrations/items/item.ts';
import { writeDelivery } from '../../../subgraphs/integrations/items/write.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';

beginGraph({ people: 'EACH_TEST' });

let connection: { id: string; provider: string };
beforeEach(async () => {
  const { connectDeviceProvider } = await ana.data(
    'mutation { connectDeviceProvider(input: { provider: APPLE_CALENDAR }) { connection { id } errors { code } } }',
  );
  connection = { id: connectDeviceProvider.connection.id, provider: 'APPLE_CALENDAR' };
});

const write = (delivery: Partial<Delivery>) =>
  graph.db.$transaction((db) =>
    writeDelivery({ db, userId: ana.userId, actor: { kind: 'system', id: 'test' }, now: graph.clock.now }, connection, {
      resets: [],
      removed: [],
      items: [],
      ...delivery,
    }),
  );
const lately = (type: string) => graph.db.event.count({ where: { userId: ana.userId, type } });

const appointment = (externalId: string, change: Partial<CalendarEventItem> = {}): CalendarEventItem => ({
  type: 'calendarEvent',
  externalId,
  calendarId: 'work',
  title: 'Meeting',
  location: null,
  startsAt: new Date('2026-03-09T09:00:00Z'),
  endsAt: new Date('2026-03-09T10:00:00Z'),
  startDate: null,
  endDate: null,
  status: 'CONFIRMED',
  url: null,
  version: null,
  ...change,
});
const payment = (externalId: string, amount: string): TransactionItem => ({
  type: 'transaction',
  externalId,
  accountId: 'giro',
  accountName: null,
  amount,
  currency: 'EUR',
  localDate: '2026-03-08',
  description: 'Groceries',
  merchant: null,
  category: 'FOOD',
  pending: false,
});
const told = (externalId: string): ReceivedItem => ({
  type: 'received',
  externalId,
  name: 'invoice.paid',
  at: new Date('2026-03-09T09:00:00Z'),
  text: 'Thanks\0 \ud800',
  url: null,
  amount: '12.50',
  currency: 'EUR',
  payload: { deep: { text: 'a\0' } },
});

describe('what a delivery leaves', () => {
  test('the same delivery again changes nothing and makes no event', async () => {
    const items: Item[] = [appointment('a'), payment('p', '12.30'), told('r')];
    expect(await write({ items })).toEqual({ received: 3, changed: 3, deleted: 0 });
    expect(await write({ items })).toEqual({ received: 3, changed: 0, deleted: 0 });
    expect(await lately('items.changed')).toBe(3);
    expect(await lately('received.created')).toBe(1);
  });

  test('a thousand items make one event', async () => {
    const items = Array.from({ length: 1_200 }, (_, i) => payment(`p${i}`, '1'));
    expect(await write({ items })).toEqual({ received: 1_200, changed: 1_200, deleted: 0 });
    expect(await lately('items.changed')).toBe(1);
  });

  test('changes with versions converge, in any order and however often they come', async () => {
    const changes = [1n, 2n, 3n].map((version) => appointment('a', { version, title: `Version ${version}` }));
    const orders = fc.array(fc.constantFrom(...changes), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, atOnce) => {
        await graph.db.calendarEvent.deleteMany({ where: { userId: ana.userId } });
        if (atOnce) await write({ items: order });
        else for (const item of order) await write({ items: [item] });
        const greatest = order
          .map(({ version }) => version!)
          .sort()
          .at(-1);
        const rows = await graph.db.calendarEvent.findMany({ where: { userId: ana.userId } });
        expect(rows.map(({ title }) => title)).toEqual([`Version ${greatest}`]);
      }),
      { numRuns: 30 },
    );
  });

  test('a reset voids one calendar, and what comes anew with it keeps its row', async () => {
    await write({ items: [appointment('a'), appointment('b'), appointment('c', { calendarId: 'home' })] });
    const idOf = async (externalId: string) =>
      (await graph.db.calendarEvent.findFirst({ where: { userId: ana.userId, externalId } }))?.id;
    const before = await idOf('a');
    const resets = [{ type: 'calendarEvent' as const, calendarId: 'work' }];
    expect(await write({ resets, items: [appointment('a')] })).toEqual({ received: 1, changed: 0, deleted: 1 });
    expect(await idOf('a')).toBe(before);
    expect(await idOf('b')).toBeUndefined();
    expect(await idOf('c')).toBeDefined();
    const removed = [{ type: 'calendarEvent' as const, externalId: 'c' }];
    expect(await write({ removed })).toEqual({ received: 0, changed: 0, deleted: 1 });
    expect(await write({ removed })).toEqual({ received: 0, changed: 0, deleted: 0 });
  });

  test('an amount of many digits is stored as it is', async () => {
    await write({ items: [payment('t1', '1234567890123456789.05')] });
    const row = await graph.db.bankTransaction.findFirstOrThrow({ where: { userId: ana.userId } });
    expect(row.amount.toFixed()).toBe('1234567890123456789.05');
  });
});
