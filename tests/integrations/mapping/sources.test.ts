import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Item, ReceivedItem, TransactionItem } from '../../../subgraphs/integrations/items/item.ts';
import { writeDelivery } from '../../../subgraphs/integrations/items/write.ts';
import { logDueDays } from '../../../subgraphs/integrations/mapping/log.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { makeGoal } from '../goals.ts';

beginGraph({ people: 'EACH_TEST' });

let connection: { id: string; provider: string };
let goalId: string;
beforeEach(async () => {
  const { connectDeviceProvider } = await ana.data(
    'mutation { connectDeviceProvider(input: { provider: APPLE_CALENDAR }) { connection { id } } }',
  );
  connection = { id: connectDeviceProvider.connection.id, provider: 'APPLE_CALENDAR' };
  goalId = await makeGoal(graph, ana);
});

/** What comes in, by whichever connection. */
const take = (...items: Item[]) =>
  graph.db.$transaction((db) => {
    const ctx = { db, userId: ana.userId, actor: { kind: 'system', id: 'test' } as const, now: graph.clock.now };
    return writeDelivery(ctx, connection, { resets: [], removed: [], items });
  });

const create = `mutation ($input: CreateProgressMappingInput!) {
  createProgressMapping(input: $input) { errors { code path } }
}`;
/** What a mapping makes of it, by days. */
async function mapped(input: object): Promise<[string, string][]> {
  const { createProgressMapping } = await ana.data(create, { input: { goalId, ...input } });
  expect(createProgressMapping.errors).toEqual([]);
  await logDueDays(graph.platform, new AbortController().signal);
  const { node } = await ana.data(
    'query ($id: ID!) { node(id: $id) { ... on Goal { entries { nodes { localDate value } } } } }',
    { id: goalId },
  );
  return node.entries.nodes.map((entry: { localDate: string; value: string }) => [entry.localDate, entry.value]);
}

const appointment = (id: string, title: string, minutes: number): Item => ({
  type: 'calendarEvent',
  externalId: id,
  calendarId: 'home',
  title,
  location: null,
  startsAt: new Date('2026-03-09T09:00:00Z'),
  endsAt: new Date(Date.parse('2026-03-09T09:00:00Z') + minutes * 60_000),
  startDate: null,
  endDate: null,
  status: 'CONFIRMED',
  url: null,
  version: null,
});
const payment = (id: string, amount: string, more: Partial<TransactionItem> = {}): Item => ({
  type: 'transaction',
  externalId: id,
  accountId: 'giro',
  accountName: null,
  amount,
  currency: 'EUR',
  localDate: '2026-03-08',
  description: 'Shop',
  merchant: null,
  category: 'FOOD',
  pending: false,
  ...more,
});
const received = (id: string, amount: string | null, more: Partial<ReceivedItem> = {}): Item => ({
  type: 'received',
  externalId: id,
  name: 'invoice.paid',
  at: new Date('2026-03-07T12:00:00Z'),
  text: null,
  url: null,
  amount,
  currency: 'EUR',
  payload: null,
  ...more,
});

describe('what becomes progress', () => {
  test('minutes of appointments whose title fits, and none of those that were cancelled', async () => {
    await take(
      appointment('1', 'Piano lesson', 45),
      appointment('2', 'PIANO practice', 30),
      appointment('3', 'Dentist', 60),
      { ...appointment('4', 'Piano', 10), status: 'CANCELLED' } as Item,
    );
    expect(await mapped({ source: 'CALENDAR', matching: 'piano' })).toEqual([['2026-03-09', '75']]);
  });

  test('how many appointments there were', async () => {
    await take(appointment('1', 'A', 45), appointment('2', 'B', 30));
    expect(await mapped({ source: 'CALENDAR', aggregation: 'COUNT' })).toEqual([['2026-03-09', '2']]);
  });

  test('tasks that are done, on the day on which they were', async () => {
    const task = (externalId: string, completedAt: Date | null, listId = 'home'): Item => {
      return { type: 'task', externalId, listId, title: 'T', dueAt: null, dueDate: null, completedAt, version: null };
    };
    await take(
      task('1', new Date('2026-03-08T10:00:00Z')),
      // Half past midnight in Berlin: the next day.
      task('2', new Date('2026-03-08T23:30:00Z')),
      task('3', null),
      task('4', new Date('2026-03-08T10:00:00Z'), 'work'),
    );
    const days = await mapped({ source: 'TASKS', matching: 'home' });
    expect(days.sort()).toEqual([
      ['2026-03-08', '1'],
      ['2026-03-09', '1'],
    ]);
  });

  test('money spent, of one category and in one currency, without what came in', async () => {
    await take(
      payment('1', '12.10'),
      payment('2', '0.20'),
      payment('3', '-500'),
      payment('4', '9', { currency: 'USD' }),
      payment('5', '7', { category: 'RENT' }),
      payment('6', '1', { category: null, merchant: 'food' }),
    );
    expect(await mapped({ source: 'TRANSACTIONS', currency: 'EUR', matching: 'food' })).toEqual([
      ['2026-03-08', '13.3'],
    ]);
  });

  test('what services told: how often, or what it comes to in one currency or in none', async () => {
    await take(
      received('1', '10'),
      received('2', '5', { currency: 'USD' }),
      received('3', '3', { currency: null }),
      received('4', null, { currency: null, name: 'post' }),
    );
    expect(await mapped({ source: 'RECEIVED', matching: 'invoice.paid' })).toEqual([['2026-03-07', '3']]);
    goalId = await makeGoal(graph, ana);
    expect(await mapped({ source: 'RECEIVED', aggregation: 'SUM', currency: 'EUR' })).toEqual([['2026-03-07', '10']]);
    goalId = await makeGoal(graph, ana);
    expect(await mapped({ source: 'RECEIVED', aggregation: 'SUM', matching: 'invoice.paid' })).toEqual([
      ['2026-03-07', '3'],
    ]);
  });
});
