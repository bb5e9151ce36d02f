import { expect, test } from '@jest/globals';
import { ana, answered, beginTalks, send, talks, withdraw } from './talk.ts';

beginTalks();

const isForSummary = ({ body }: { body: any }) => body.messages[0].content.startsWith('Summarise');
const asksFor = (what: 'reply' | 'summary') =>
  talks.openai.asked.filter((request) => isForSummary(request) === (what === 'summary'));
/** A conversation that fills what a model is given. */
async function talkAtLength(): Promise<string> {
  const first = await answered(talks, ana, `Chapter 1 is of whales. ${'sea '.repeat(12_000)}`);
  for (let chapter = 2; chapter <= 8; chapter++) {
    await answered(talks, ana, `Chapter ${chapter} goes on. ${'sea '.repeat(12_000)}`, {
      conversationId: first.conversationId,
    });
  }
  return first.conversationId;
}

test('the older part of a long conversation is summed up by its provider, on record, and the summary stands in for it', async () => {
  talks.openai.script = (request) => [{ text: isForSummary(request) ? 'They spoke of whales.' : 'I see.' }];
  const conversationId = await talkAtLength();
  expect(asksFor('summary').length).toBeGreaterThan(0);
  expect(asksFor('summary')[0]!.body.messages.at(-1).content).toContain('Person: Chapter 1 is of whales.');
  const reply = await answered(talks, ana, 'What was it about?', { conversationId });
  const sent = JSON.stringify(asksFor('reply').at(-1)!.body);
  expect(sent).toContain('They spoke of whales.');
  expect(sent).not.toContain('Chapter 1 is of whales.');
  expect(reply.context).toContainEqual(expect.objectContaining({ kind: 'SUMMARY', omitted: null }));
  const calls = await talks.graph.db.aiCall.findMany({ where: { userId: ana.userId, purpose: 'SUMMARY' } });
  expect(calls.map(({ outcome, provider }) => [outcome, provider])).toContainEqual(['OK', 'openai']);
});

test('it is summed up without a model when the person has taken their consent back meanwhile', async () => {
  talks.openai.script = () => [{ text: 'I see.' }];
  const conversationId = await talkAtLength();
  await talks.graph.db.conversationSummary.deleteMany({ where: { conversationId } });
  const before = asksFor('summary').length;
  await send(ana, 'And then?', { conversationId });
  talks.openai.script = async () => {
    await withdraw(talks.graph, ana, 'openai');
    return [{ text: 'I see.' }];
  };
  await talks.graph.runJobs();
  expect(asksFor('summary')).toHaveLength(before);
  const summaries = await talks.graph.db.conversationSummary.findMany({ where: { conversationId } });
  expect(summaries.map(({ text }) => text)).toEqual([expect.stringContaining('Person: Chapter 1 is of whales.')]);
});
