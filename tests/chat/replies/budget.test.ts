import { expect, test } from '@jest/globals';
import { modelsOf } from '../../../subgraphs/chat/models.ts';
import { writeReply } from '../../../subgraphs/chat/reply/run.ts';
import type { Person } from '../../support/graph.ts';
import { until } from '../../support/until.ts';
import { ana, answered, beginTalks, consent, gate, read, send, talks } from './talk.ts';

/** One call may cost about 0.06 dollars: 8,192 tokens of output and the input. */
beginTalks({ env: { AI_DAILY_BUDGET: '0.5', AI_PROVIDERS: 'openai' } });

const budgetOf = async (person: Person) =>
  (await person.data('{ viewer { aiBudget { limit spent calls inputTokens outputTokens localDate } } }')).viewer
    .aiBudget;
const expensive = { usage: { input: 100_000, output: 30_000 } };

test('what was spent today is told, and what others spend is not', async () => {
  const ben = await talks.graph.person();
  await consent(ben, 'openai');
  talks.openai.script = () => [{ text: 'Hi.' }, { usage: { input: 1_000, output: 100 } }];
  const { aiCalls } = await answered(talks, ana, 'Hello');
  expect(await budgetOf(ana)).toEqual({
    limit: '0.5',
    spent: aiCalls[0].cost,
    calls: 1,
    inputTokens: 1_000,
    outputTokens: 100,
    localDate: '2026-03-10',
  });
  expect(await budgetOf(ben)).toMatchObject({ spent: '0', calls: 0 });
});

test('used up, the one at home answers; the one that was asked for by name does not', async () => {
  talks.openai.script = () => [{ text: 'Dear.' }, expensive];
  await answered(talks, ana, 'Hello');
  const asked = talks.openai.asked.length;
  expect(await answered(talks, ana, 'Hello')).toMatchObject({ status: 'COMPLETE', provider: 'local' });
  const named = await answered(talks, ana, 'Hello', { provider: 'openai' });
  expect(named).toMatchObject({ status: 'FAILED', endedBecause: 'BUDGET', content: '', aiCalls: [] });
  expect(talks.openai.asked).toHaveLength(asked);
  // Somebody's empty purse says nothing of the provider's health.
  const { all, breaker } = modelsOf(talks.graph.platform);
  expect(breaker(all[0]!)!.admitsIn).toBe(0);
});

test('begins anew with the day of the person', async () => {
  talks.openai.script = () => [{ text: 'Dear.' }, expensive];
  await answered(talks, ana, 'Hello');
  const before = talks.graph.clock.now();
  talks.graph.clock.set('2026-03-10T22:59:00Z');
  expect(await answered(talks, ana, 'Hello')).toMatchObject({ provider: 'local' });
  // Midnight in Berlin.
  talks.graph.clock.set('2026-03-10T23:00:00Z');
  expect(await budgetOf(ana)).toMatchObject({ spent: '0', localDate: '2026-03-11' });
  expect(await answered(talks, ana, 'Hello')).toMatchObject({ provider: 'openai' });
  talks.graph.clock.set(before);
});

test('many replies at once cannot overdraw it together', async () => {
  const { opened, open } = gate();
  talks.openai.script = () => [{ wait: opened }, { text: 'Hi.' }];
  const replies: string[] = [];
  for (let i = 0; i < 10; i++) replies.push((await send(ana, `${i}`)).reply.id);
  const { platform, db } = talks.graph;
  const { signal } = new AbortController();
  const work = replies.map((id) => writeReply(platform, id, signal));
  // All of them are under way or at home before the first one of the provider's ends.
  await until('everybody has been asked', async () => {
    const calls = await db.aiCall.findMany({ where: { userId: ana.userId, subjectId: { in: replies } } });
    const waiting = calls.filter(({ provider, outcome }) => provider === 'openai' && outcome === 'PENDING').length;
    return new Set(calls.map(({ subjectId }) => subjectId)).size === 10 && talks.openai.asked.length === waiting;
  });
  const last = talks.openai.asked.length;
  const budget = await budgetOf(ana);
  expect(Number(budget.spent)).toBeLessThanOrEqual(0.5);
  expect(Number(budget.spent)).toBeGreaterThan(0);
  expect(last).toBeLessThan(10);
  open();
  await Promise.all(work);
  const providers = await Promise.all(replies.map(async (id) => (await read(ana, id)).provider));
  expect(providers.filter((name) => name === 'openai')).toHaveLength(last);
  expect(Number((await budgetOf(ana)).spent)).toBeLessThan(0.1);
});
