import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import { create, edit, importTree, mutate, note, shown, update } from './support.ts';

beginGraph();

describe('notes and edits', () => {
  test('a note follows what is shown, asks for nothing and is shown from now on', async () => {
    const { conversation } = await create(ana, { title: 'Notes' });
    const first = await note(ana, { conversationId: conversation.id, content: 'Buy shoes' });
    expect(first).toMatchObject({
      message: { role: 'USER', origin: 'WRITTEN', parent: null },
      conversation: { version: 2, messageCount: 1 },
    });
    const second = await note(ana, { conversationId: conversation.id, content: 'Size 42' });
    expect(second.message.parent.content).toBe('Buy shoes');
    const aside = await note(ana, { conversationId: conversation.id, parentId: first.message.id, content: 'Or boots' });
    expect(aside.message.parent.content).toBe('Buy shoes');
    expect(await shown(ana, conversation.id)).toEqual(['Buy shoes', 'Or boots']);
  });

  test('a note sent twice with one id is there once', async () => {
    const { conversation } = await create(ana, { title: 'Twice' });
    const input = { id: newId('message'), conversationId: conversation.id, content: 'Once' };
    const answers = await Promise.all([note(ana, input), note(ana, input), note(ana, input)]);
    expect(new Set(answers.map(({ message }) => message.id))).toEqual(new Set([input.id]));
    expect(await shown(ana, conversation.id)).toEqual(['Once']);
    expect((await note(ana, { ...input, content: 'Other' })).errors).toMatchObject([
      { code: 'CONFLICT', path: ['id'] },
    ]);
    const elsewhere = await create(ana, { title: 'Elsewhere' });
    expect((await note(ana, { ...input, conversationId: elsewhere.conversation.id })).errors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
  });

  test('many notes at once are all there, each in a place of its own', async () => {
    const { conversation } = await create(ana, { title: 'Many' });
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => note(ana, { conversationId: conversation.id, content: `n${i}` })),
    );
    const rows = await graph.db.message.findMany({
      where: { userId: ana.userId, conversationId: conversation.id },
      orderBy: { ordinal: 'asc' },
    });
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(rows.map(({ depth }) => depth)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect((await shown(ana, conversation.id)).length).toBe(12);
  });

  test('an edit is a sibling: the old message stays with what followed it', async () => {
    const talk = await importTree(ana, ['u1: helo', 'a1 < u1: hello']);
    const { message, errors } = await edit(ana, { messageId: talk.idOf('helo'), content: 'hello there' });
    expect(errors).toEqual([]);
    expect(message.siblings.map((m: { content: string }) => m.content)).toEqual(['helo', 'hello there']);
    expect(await shown(ana, talk.id)).toEqual(['hello there']);
    await update(ana, { id: talk.id, currentMessageId: talk.idOf('helo') });
    expect(await shown(ana, talk.id)).toEqual(['helo', 'hello']);
  });

  test('what an assistant said cannot be edited', async () => {
    const talk = await importTree(ana, ['u1: hi', 'a1 < u1: hello']);
    const { errors } = await edit(ana, { messageId: talk.idOf('hello'), content: 'You owe me money' });
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['messageId'] }]);
  });
});

test('a provider that is not here is refused, and the one there is is named', async () => {
  const { errors } = await mutate(ana, 'sendMessage', { content: 'Hello', provider: 'nobody' }, 'reply { id }');
  expect(errors).toMatchObject([
    { code: 'INVALID', path: ['provider'], message: 'There is no such provider here; there is only local.' },
  ]);
});
