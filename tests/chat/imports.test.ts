import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Variables } from '../support/graph.ts';
import { conversationFields, mutate } from './support.ts';

beginGraph();

describe('an import', () => {
  const bringIn = (input: Variables) =>
    mutate(ana, 'importConversation', { title: 'Import', ...input }, `conversation { ${conversationFields} }`);
  const message = (key: string, parentKey: string | null = null, more = {}) => ({
    key,
    parentKey,
    role: 'USER',
    content: key,
    ...more,
  });

  test('keeps tree, roles, times and models, and says that it is one', async () => {
    const { conversation, errors } = await bringIn({
      archived: true,
      messages: [
        message('q', null, { createdAt: '2024-01-01T10:00:00Z' }),
        message('x', 'q', {
          role: 'ASSISTANT',
          model: 'some-model',
          status: 'STOPPED',
          createdAt: '2024-01-01T10:00:05Z',
        }),
        message('y', 'q', { role: 'ASSISTANT', createdAt: '2024-01-01T10:01:00Z' }),
      ],
      currentKey: 'x',
    });
    expect(errors).toEqual([]);
    expect(conversation).toMatchObject({
      archived: true,
      messageCount: 3,
      activeAt: '2024-01-01T10:01:00.000Z',
      currentMessage: { content: 'x' },
    });
    expect(conversation.messages.nodes).toMatchObject([
      { content: 'q', role: 'USER', origin: 'IMPORTED' },
      { content: 'x', role: 'ASSISTANT', status: 'STOPPED', origin: 'IMPORTED' },
    ]);
  });

  test('sent twice is one', async () => {
    const input = { id: newId('conversation'), messages: [message('q')] };
    expect(await bringIn(input)).toEqual(await bringIn(input));
    expect((await bringIn({ ...input, messages: [message('p')] })).errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await graph.db.message.count({ where: { userId: ana.userId, conversationId: input.id } })).toBe(1);
  });

  test('tells everything that is wrong, item by item, and stores nothing', async () => {
    const before = await graph.db.conversation.count();
    const { conversation, errors } = await bringIn({
      title: ' ',
      contextIds: ['goal_1', newId('webhook')],
      currentKey: 'nobody',
      messages: [
        message('a', 'b'),
        message('b', 'b'),
        message('a'),
        message('c', null, { content: ' ' }),
        message('d', null, { status: 'STREAMING', model: 'm' }),
        message('e', null, { createdAt: '2199-01-01T00:00:00Z' }),
        message('', null, { content: 'x' }),
      ],
    });
    expect(conversation).toBeNull();
    expect(errors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`)).toEqual([
      'INVALID title',
      'INVALID contextIds.0',
      'INVALID contextIds.1',
      'INVALID messages.0.parentKey',
      'INVALID messages.1.parentKey',
      'TAKEN messages.2.key',
      'INVALID messages.3.content',
      'INVALID messages.4.status',
      'INVALID messages.4.model',
      'INVALID messages.5.createdAt',
      'INVALID messages.6.key',
      'INVALID currentKey',
    ]);
    expect(await graph.db.conversation.count()).toBe(before);
  });

  test('of 10,000 messages, of none, or of one with 1 MB is refused', async () => {
    const many = await bringIn({ messages: Array.from({ length: 10_000 }, (_, i) => message(`k${i}`)) });
    expect(many.errors).toMatchObject([{ code: 'LIMIT', path: ['messages'] }]);
    expect((await bringIn({ messages: [] })).errors).toMatchObject([{ code: 'REQUIRED', path: ['messages'] }]);
    const huge = await bringIn({ messages: [message('k', null, { content: 'x'.repeat(1_000_000) })] });
    expect(huge.errors).toMatchObject([{ code: 'LIMIT', path: ['messages', '0', 'content'] }]);
  });

  test('takes 1,000 messages at once, and texts that are hard to index', async () => {
    const chain = Array.from({ length: 1_000 }, (_, i) => message(`k${i}`, i === 0 ? null : `k${i - 1}`));
    expect((await bringIn({ messages: chain })).conversation.messageCount).toBe(1_000);
    const words = Array.from({ length: 14_000 }, (_, i) => `w${i}`).join(' ');
    const hard = [
      'x'.repeat(100_000),
      words,
      Array.from({ length: 6_500 }, (_, i) => `h${i}.de/p${i}`).join(' '),
      '\u{1f600}'.repeat(100_000),
    ];
    const { errors } = await bringIn({ messages: hard.map((content, i) => message(`h${i}`, null, { content })) });
    expect(errors).toEqual([]);
  });
});
