import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, bob, graph } from '../support/begin.ts';
import { edit, importTree, note, remove, shown, update } from './support.ts';

beginGraph();

describe('what belongs to others', () => {
  test('cannot be told from what does not exist', async () => {
    const talk = await importTree(bob, ['u1: secret', 'a1 < u1: told']);
    for (const [conversationId, messageId] of [
      [talk.id, talk.idOf('secret')],
      [newId('conversation'), newId('message')],
      ['nonsense', 'nonsense'],
    ]) {
      const answers = await Promise.all([
        update(ana, { id: conversationId, title: 'Mine' }),
        remove(ana, { id: conversationId }),
        note(ana, { conversationId, content: 'I was here' }),
        edit(ana, { messageId, content: 'Mine' }),
      ]);
      expect(answers.map(({ errors }) => errors[0].code)).toEqual(Array(4).fill('NOT_FOUND'));
      const { conversation } = await ana.data('query ($id: ID!) { conversation(id: $id) { id } }', {
        id: conversationId,
      });
      expect(conversation).toBeNull();
    }
    expect(await shown(bob, talk.id)).toEqual(['secret', 'told']);
  });

  test('does not even answer to a forged reference', async () => {
    const talk = await importTree(bob, ['u1: secret']);
    const call = {
      query:
        'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Message { content } ... on Conversation { title } ... on User { id } } }',
    };
    const representations = [
      { __typename: 'Message', id: talk.idOf('secret') },
      { __typename: 'Conversation', id: talk.id },
      { __typename: 'User', id: bob.userId },
    ];
    const request = { requestId: 't', viewer: ana.viewer, ip: null, userAgent: null, idempotencyKey: null };
    const answer = await graph.subgraphs.get('chat')!.execute({ ...call, variables: { r: representations }, request });
    expect(answer.data).toEqual({ _entities: [null, null, null] });
    const own = await graph.subgraphs
      .get('chat')!
      .execute({ ...call, variables: { r: representations }, request: { ...request, viewer: bob.viewer } });
    expect(own.data).toEqual({
      _entities: [
        { __typename: 'Message', content: 'secret' },
        { __typename: 'Conversation', title: 'A talk' },
        { __typename: 'User', id: bob.userId },
      ],
    });
  });

  test('needs a scope: a key without chat:read reads nothing, one without chat:write changes nothing', async () => {
    const talk = await importTree(ana, ['u1: mine']);
    const stranger = graph.as({ ...ana.viewer, kind: 'apiKey', scopes: ['goals:read'] });
    const read = await stranger.run('query ($id: ID!) { conversation(id: $id) { title } }', { id: talk.id });
    expect(read.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const reader = graph.as({ ...ana.viewer, kind: 'apiKey', scopes: ['chat:read'] });
    const write = await reader.run(`mutation ($id: ID!) { deleteConversation(input: { id: $id }) { deletedId } }`, {
      id: talk.id,
    });
    expect(write.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const nobody = await graph.as(null).run('query ($id: ID!) { conversation(id: $id) { title } }', { id: talk.id });
    expect(nobody.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(await shown(ana, talk.id)).toEqual(['mine']);
  });
});
