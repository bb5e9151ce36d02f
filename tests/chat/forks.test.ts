import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph } from '../support/begin.ts';
import type { Variables } from '../support/graph.ts';
import { create, importTree, mutate, remove, shown } from './support.ts';

beginGraph();

describe('a fork', () => {
  const tree = ['u1: q', 'a1 < u1: x', 'a2 < u1: y', 'u2 < a1: x1', 'u3 < a2: y1', 'u4 < a2: y2'];
  const fork = (input: Variables) =>
    mutate(
      ana,
      'forkConversation',
      input,
      `conversation { id title messageCount forkedFrom { id } allMessages(first: 100) { nodes { id content parent { content } } } }`,
    );

  test.each([
    ['VISIBLE_PATH', 'y', ['q', 'y'], ['q', 'y']],
    ['VISIBLE_PATH', null, ['q', 'x', 'x1'], ['q', 'x', 'x1']],
    ['FROM_HERE', 'y', ['q', 'y', 'y1', 'y2'], ['q', 'y', 'y2']],
    ['FROM_HERE', 'x', ['q', 'x', 'x1'], ['q', 'x', 'x1']],
    ['ALL_BRANCHES', null, ['q', 'x', 'y', 'x1', 'y1', 'y2'], ['q', 'x', 'x1']],
    ['ALL_BRANCHES', 'y1', ['q', 'x', 'y', 'x1', 'y1', 'y2'], ['q', 'y', 'y1']],
  ])('of %s at %s takes its messages along and shows one branch', async (mode, at, taken, branch) => {
    const talk = await importTree(ana, tree, { currentKey: 'u2' });
    const { conversation, errors } = await fork({
      conversationId: talk.id,
      mode,
      ...(at && { messageId: talk.idOf(at) }),
    });
    expect(errors).toEqual([]);
    expect(conversation.allMessages.nodes.map((m: { content: string }) => m.content)).toEqual(taken);
    expect(conversation).toMatchObject({ title: 'A talk', messageCount: taken.length, forkedFrom: { id: talk.id } });
    expect(await shown(ana, conversation.id)).toEqual(branch);
    const ids = conversation.allMessages.nodes.map((m: { id: string }) => m.id);
    expect(ids.some((id: string) => id === talk.idOf('q'))).toBe(false);
    expect(await shown(ana, talk.id)).toEqual(['q', 'x', 'x1']);
  });

  test('outlives the original', async () => {
    const talk = await importTree(ana, tree);
    const { conversation } = await fork({ conversationId: talk.id, mode: 'ALL_BRANCHES', title: 'Copy' });
    await remove(ana, { id: talk.id });
    const after = await ana.data(
      'query ($id: ID!) { conversation(id: $id) { title messageCount forkedFrom { id } } }',
      { id: conversation.id },
    );
    expect(after.conversation).toEqual({ title: 'Copy', messageCount: 6, forkedFrom: null });
  });

  test('of an empty conversation is empty; at a message of another it is refused', async () => {
    const { conversation } = await create(ana, { title: 'Empty' });
    expect((await fork({ conversationId: conversation.id, mode: 'VISIBLE_PATH' })).conversation.messageCount).toBe(0);
    const talk = await importTree(ana, tree);
    const wrong = await fork({ conversationId: conversation.id, mode: 'FROM_HERE', messageId: talk.idOf('q') });
    expect(wrong.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['messageId'] }]);
  });

  test('sent twice with one id is one', async () => {
    const talk = await importTree(ana, tree);
    const input = { id: newId('conversation'), conversationId: talk.id, mode: 'ALL_BRANCHES' };
    expect(await fork(input)).toEqual(await fork(input));
  });
});
