import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { ana, answered, beginTalks, consent, read, send, talks, told, trySend } from './talk.ts';

beginTalks({ consent: false });

describe('something said', () => {
  test('is answered at once with the message and a reply to come, in a new conversation with its first words', async () => {
    const content = `How am I doing with reading? ${'I would really like to know. '.repeat(5)}`;
    const { message, reply, conversation } = await send(ana, content);
    expect(message).toMatchObject({ role: 'USER', content });
    expect(reply).toMatchObject({ status: 'PENDING', content: '' });
    expect(conversation).toMatchObject({ messageCount: 2, currentMessage: { id: reply.id } });
    expect(conversation.title).toBe('How am I doing with reading? I would really like to know. I…');
    expect(talks.openai.asked).toHaveLength(0);
  });

  test('makes a title of any words that there are', async () => {
    for (const content of [`${'x'.repeat(59)}😀😀`, ' \n hi \t', '😀'.repeat(100), `${'a'.repeat(80)} b`]) {
      const { conversation } = await send(ana, content);
      expect([...conversation.title].length).toBeLessThanOrEqual(61);
      expect(conversation.title).not.toMatch(/\p{Surrogate}|�/u);
    }
  });

  test('is answered by the first provider that the person has consented to, told in deltas and kept in the message', async () => {
    await consent(ana, 'openai');
    talks.openai.script = () => [{ text: 'Good ' }, { text: 'morning.' }, { usage: { input: 100, output: 7 } }];
    const reply = await answered(talks, ana, 'Hello');
    expect(reply).toMatchObject({
      status: 'COMPLETE',
      content: 'Good morning.',
      endedBecause: 'FINISHED',
      provider: 'openai',
      aiCalls: [{ outcome: 'OK', provider: 'openai', inputTokens: 100, outputTokens: 7, estimated: false }],
    });
    const { kinds, text } = await told(talks, reply.id);
    expect(text).toBe('Good morning.');
    expect(kinds.slice(-2)).toEqual(['USAGE', 'END']);
    expect(reply.lastSequence).toBe(kinds.length);
  });

  test('goes nowhere without consent: the built-in assistant answers', async () => {
    const reply = await answered(talks, ana, 'Hello');
    expect(reply).toMatchObject({ status: 'COMPLETE', provider: 'local', aiCalls: [{ cost: '0' }] });
    expect([talks.openai.asked, talks.anthropic.asked]).toEqual([[], []]);
  });

  test('may have 100,000 characters, and not one more', async () => {
    await consent(ana, 'openai');
    const text = `BEGIN ${'word '.repeat(19_997)}END!`.padEnd(100_000, '.');
    const reply = await answered(talks, ana, text);
    expect(reply.status).toBe('COMPLETE');
    const sent: string = talks.openai.asked[0]!.body.messages.at(-1).content;
    expect(sent.startsWith('BEGIN word')).toBe(true);
    expect(sent.endsWith('END!'.padEnd(100_000 - 6 - 19_997 * 5, '.'))).toBe(true);
    const more = await trySend(ana, { content: `${text}x` });
    expect(more).toMatchObject({ message: null, reply: null, errors: [{ code: 'LIMIT', path: ['content'] }] });
  });

  test.each(['', ' ', '\n\t '])('is refused when it is blank: %j', async (content) => {
    expect((await trySend(ana, { content })).errors).toMatchObject([{ code: 'INVALID', path: ['content'] }]);
    expect(await talks.graph.db.conversation.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('goes to a provider that is named only where there is one, with consent', async () => {
    const errorsOf = async (provider: string) => (await trySend(ana, { content: 'x', provider })).errors;
    expect(await errorsOf('nobody')).toMatchObject([{ code: 'INVALID', path: ['provider'] }]);
    expect(await errorsOf('anthropic')).toMatchObject([{ code: 'FORBIDDEN', path: ['provider'] }]);
    await consent(ana, 'anthropic', ['GOALS']);
    expect(await errorsOf('anthropic')).toMatchObject([{ code: 'FORBIDDEN', path: ['provider'] }]);
    await consent(ana, 'openai');
    await consent(ana, 'anthropic');
    expect(await answered(talks, ana, 'x', { provider: 'anthropic' })).toMatchObject({ provider: 'anthropic' });
    expect(talks.openai.asked).toHaveLength(0);
  });

  test('in conversations and after messages of others, or of nobody, is refused the same way', async () => {
    const ben = await talks.graph.person();
    const theirs = await send(ben, 'Mine');
    const own = await send(ana, 'Mine');
    for (const conversationId of [theirs.conversation.id, newId('conversation')]) {
      const { errors } = await trySend(ana, { content: 'x', conversationId });
      expect(errors).toMatchObject([{ code: 'NOT_FOUND', path: ['conversationId'] }]);
    }
    const elsewhere = await send(ana, 'Other');
    await talks.graph.runJobs();
    for (const parentId of [theirs.message.id, newId('message'), elsewhere.message.id]) {
      const { errors } = await trySend(ana, { content: 'x', conversationId: own.conversation.id, parentId });
      expect(errors).toMatchObject([{ code: 'NOT_FOUND', path: ['parentId'] }]);
    }
  });
});

describe('the same message again', () => {
  test('is the first one, with its reply', async () => {
    const input = { id: newId('message'), content: 'Hello' };
    const first = await trySend(ana, input);
    await talks.graph.runJobs();
    const second = await trySend(ana, input);
    expect(second.reply.status).toBe('COMPLETE');
    expect(second.reply.id).toBe(first.reply.id);
    expect(await talks.graph.db.message.count({ where: { userId: ana.userId } })).toBe(2);
    const other = await trySend(ana, { ...input, content: 'Something else' });
    expect(other.errors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  test('makes one conversation, also when it comes five times at once', async () => {
    const input = { id: newId('message'), content: 'Hello' };
    const all = await Promise.all(Array.from({ length: 5 }, () => trySend(ana, input)));
    expect(new Set(all.map(({ reply }) => reply.id)).size).toBe(1);
    expect(await talks.graph.db.conversation.count({ where: { userId: ana.userId } })).toBe(1);
    await talks.graph.runJobs();
    expect((await told(talks, all[0]!.reply.id)).kinds.filter((kind) => kind === 'END')).toHaveLength(1);
  });
});

describe('a second message while a reply is to come', () => {
  test('is accepted once of two that come at the same moment', async () => {
    const { conversation } = await send(ana, 'Hello');
    await talks.graph.runJobs();
    const input = { content: 'Again', conversationId: conversation.id };
    const both = await Promise.all([trySend(ana, input), trySend(ana, input)]);
    expect(both.map(({ errors }) => errors[0]?.code ?? 'accepted').sort()).toEqual(['CONFLICT', 'accepted']);
    expect(await talks.graph.db.message.count({ where: { userId: ana.userId } })).toBe(4);
  });

  test('stops it where the person wants that', async () => {
    const { conversation, reply } = await send(ana, 'Hello');
    const input = { content: 'Rather this', conversationId: conversation.id };
    expect((await trySend(ana, input)).errors).toMatchObject([{ code: 'CONFLICT', path: ['conversationId'] }]);
    const second = await trySend(ana, { ...input, interrupt: true });
    expect(second.errors).toEqual([]);
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({ status: 'STOPPED', endedBecause: 'STOPPED' });
    expect(await read(ana, second.reply.id)).toMatchObject({ status: 'COMPLETE' });
  });

  test('in another conversation is free, up to ten replies at once', async () => {
    const all = await Promise.all(Array.from({ length: 13 }, (_, i) => trySend(ana, { content: `${i}` })));
    expect(all.filter(({ errors }) => errors.length === 0)).toHaveLength(10);
    expect(all.flatMap(({ errors }) => errors).map(({ code }) => code)).toEqual(['LIMIT', 'LIMIT', 'LIMIT']);
    await talks.graph.runJobs();
    expect((await trySend(ana, { content: 'One more' })).errors).toEqual([]);
  });
});
