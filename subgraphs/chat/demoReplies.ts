import { Temporal } from 'temporal-polyfill';
import { type NewEvent, publish } from '../shared/events.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import { type DemoCall, type DemoReply, storeReply } from './demoReplyRows.ts';

/**
 * Talks with the built-in assistant: one that looked something up, one whose proposal was rejected, and one that waits: whoever signs in may approve
 * it, and the reply goes on.
 */
export async function demoReplies(account: DemoAccount, memories: readonly { id: string; text: string }[]) {
  const { db, userId, now, ids, timeZone } = account;
  const goals = await db.goal.findMany({
    where: { userId, status: 'ACTIVE' },
    select: { id: true, title: true, kind: true, status: true, unit: true, targetValue: true },
    orderBy: { id: 'asc' },
  });
  const distance = goals.find(({ id }) => id === ids.get('goal:distance'));
  if (!distance) return;
  const listed: DemoCall = {
    tool: 'ListGoals',
    variables: {},
    state: 'DONE',
    result: { data: { viewer: { goals: { totalCount: goals.length, nodes: goals } } } },
  };
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const log = (value: string, state: DemoCall['state'], result: unknown): DemoCall => ({
    tool: 'LogProgress',
    variables: { goalId: distance.id, value, localDate: today.toString() },
    state,
    result,
    named: { [distance.id]: distance.title },
  });
  const replies: DemoReply[] = [
    {
      asked: 'Which goals do I have?',
      minutesAgo: 2 * 24 * 60,
      about: [],
      calls: [listed],
      text: `${goals.length} of your goals are active:\n${goals.map(({ title }) => `- ${title}`).join('\n')}`,
    },
    {
      asked: `log 12 km today for ${distance.title}`,
      minutesAgo: 90,
      about: [distance.id],
      calls: [listed, log('12', 'REJECTED', { rejected: 'The person did not want this: That was by bicycle.' })],
      text: 'All right, I have not done it.',
    },
    {
      asked: `log 5 km today for ${distance.title}`,
      minutesAgo: 20,
      about: [distance.id],
      calls: [listed, log('5', 'PROPOSED', null)],
      text: null,
    },
  ];
  const events: NewEvent[] = [];
  for (const reply of replies) events.push(...(await storeReply(account, reply, memories)));
  await publish({ db, userId, actor: { kind: 'system', id: 'demo' }, now: () => now }, ...events);
}
