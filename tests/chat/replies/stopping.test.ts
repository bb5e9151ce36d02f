import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { eraseDueAccounts } from '../../../subgraphs/users/erase.ts';
import type { Step } from '../../support/models/modelServer.ts';
import { until } from '../../support/server.ts';
import { countRows } from '../../users/life.ts';
import {
  ana,
  answered,
  approve,
  beginTalks,
  callTool,
  edit,
  entriesOf,
  gate,
  makeGoal,
  read,
  regenerate,
  send,
  stopReply,
  talks,
  told,
  trySend,
} from './talk.ts';

beginTalks();

/** Begins a reply, and comes back when its first words have been told and the model goes on thinking. */
async function underWay(content = 'Tell me', more: Step[] = [{ text: ' and more' }], input = {}) {
  const { opened, open } = gate();
  talks.openai.script = () => [{ text: 'So far' }, { wait: opened }, ...more];
  const { reply, message, conversation } = await send(ana, content, input);
  const work = talks.graph.runJobs();
  await until(async () => (await read(ana, reply.id)).content === 'So far', 'the first words');
  return { id: reply.id as string, message, conversationId: conversation.id as string, open, work };
}

describe('a reply is stopped', () => {
  test('before it has begun: nobody is asked', async () => {
    const { reply } = await send(ana, 'Hello');
    expect(await stopReply(ana, reply.id)).toMatchObject({
      errors: [],
      message: { status: 'STOPPED', endedBecause: 'STOPPED', content: '', lastSequence: 1 },
    });
    await talks.graph.runJobs();
    expect(talks.openai.asked).toHaveLength(0);
    expect((await told(talks, reply.id)).kinds).toEqual(['END']);
  });

  test('while it is written: what was said stays, the request ends, its usage is on record', async () => {
    const { id, work } = await underWay();
    expect(await read(ana, id)).toMatchObject({ status: 'STREAMING', content: 'So far', endedBecause: null });
    expect((await stopReply(ana, id)).message).toMatchObject({ status: 'STOPPED', content: 'So far' });
    await work;
    await until(() => talks.openai.asked[0]!.aborted, 'the request to be ended');
    const reply = await read(ana, id);
    expect(reply).toMatchObject({ status: 'STOPPED', endedBecause: 'STOPPED', content: 'So far' });
    expect(reply.aiCalls).toMatchObject([{ outcome: 'STOPPED', estimated: true }]);
    expect(reply.aiCalls[0].outputTokens).toBeGreaterThan(0);
    expect(Number(reply.aiCalls[0].cost)).toBeGreaterThan(0);
    const { kinds, text } = await told(talks, id);
    expect([text, kinds.at(-1)]).toEqual(['So far', 'END']);
  });

  test('while it waits for approval: what it proposed is void', async () => {
    const goalId = await makeGoal(ana);
    talks.openai.script = () => [callTool('LogProgress', { goalId, value: '5' })];
    const { id, toolCalls } = await answered(talks, ana, 'log');
    expect((await stopReply(ana, id)).message).toMatchObject({ status: 'STOPPED' });
    expect(await read(ana, id)).toMatchObject({ toolCalls: [{ state: 'SUPERSEDED' }] });
    const { errors } = await approve(ana, toolCalls[0].id, toolCalls[0].confirmation);
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['id'] }]);
    await talks.graph.runJobs();
    expect(await entriesOf(talks, ana)).toBe(0);
  });

  test('after its end: nothing changes', async () => {
    const reply = await answered(talks, ana, 'Hello');
    expect(await stopReply(ana, reply.id)).toMatchObject({
      errors: [],
      message: { status: 'COMPLETE', endedBecause: 'FINISHED', content: 'Hello.', lastSequence: reply.lastSequence },
    });
    await told(talks, reply.id);
  });

  test('twice at once, and at the very moment of its end: it has one end', async () => {
    const { id, work, open } = await underWay();
    open();
    const answers = await Promise.all([stopReply(ana, id), stopReply(ana, id), work]);
    expect(answers.slice(0, 2)).toMatchObject([{ errors: [] }, { errors: [] }]);
    const { kinds, text } = await told(talks, id);
    expect(kinds.at(-1)).toBe('END');
    expect((await read(ana, id)).content).toBe(text);
  });

  test('by nobody but its person, and only where it is one', async () => {
    const ben = await talks.graph.person();
    const { id, message, open, work } = await underWay();
    for (const [person, messageId] of [
      [ben, id],
      [ana, newId('message')],
    ] as const) {
      const answer = await stopReply(person, messageId);
      expect(answer).toMatchObject({ message: null, errors: [{ code: 'NOT_FOUND', path: ['messageId'] }] });
    }
    expect((await stopReply(ana, message.id)).errors).toMatchObject([{ code: 'INVALID', path: ['messageId'] }]);
    open();
    await work;
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE', content: 'So far and more' });
  });

  test('while a tool changes something: that is not told as never having run', async () => {
    const goalId = await makeGoal(ana);
    talks.openai.script = () => [callTool('LogProgress', { goalId, value: '5' })];
    const { id, toolCalls } = await answered(talks, ana, 'log');
    await approve(ana, toolCalls[0].id, toolCalls[0].confirmation);
    const { graph } = talks.graph.platform;
    const ask = graph.ask.bind(graph);
    graph.ask = async (request) => {
      const answer = await ask(request);
      if (request.idempotencyKey) await stopReply(ana, id);
      return answer;
    };
    await talks.graph.runJobs();
    graph.ask = ask;
    expect(await entriesOf(talks, ana)).toBe(1);
    const reply = await read(ana, id);
    expect(reply).toMatchObject({ status: 'STOPPED', toolCalls: [{ state: 'FAILED' }] });
    expect(reply.toolCalls[0].result).toContain('may have been done');
  });
});

describe('another answer', () => {
  test('stops the one that is being written, and stands beside it', async () => {
    const { id, work } = await underWay();
    talks.openai.script = () => [{ text: 'Anew.' }];
    const { reply, conversation, errors } = await regenerate(ana, id);
    expect(errors).toEqual([]);
    expect(conversation).toMatchObject({ messageCount: 3, currentMessage: { id: reply.id } });
    await work;
    await talks.graph.runJobs();
    expect(await read(ana, id)).toMatchObject({ status: 'STOPPED', content: 'So far' });
    expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'Anew.' });
    // The model is not told of the answer that the person did not want.
    expect(JSON.stringify(talks.openai.asked.at(-1)!.body)).not.toContain('So far');
  });

  test('is given to a message said differently, on a branch of its own', async () => {
    const first = await answered(talks, ana, 'Hello');
    const second = await send(ana, 'How are you?', { conversationId: first.conversationId });
    const input = { messageId: second.message.id, content: 'How old are you?', reply: true, id: newId('message') };
    expect((await edit(ana, input)).errors).toMatchObject([{ code: 'CONFLICT', path: ['messageId'] }]);
    await talks.graph.runJobs();
    const edited = await edit(ana, input);
    expect(edited).toMatchObject({
      errors: [],
      message: { content: 'How old are you?' },
      reply: { status: 'PENDING' },
    });
    expect((await edit(ana, input)).reply.id).toBe(edited.reply.id);
    await talks.graph.runJobs();
    const sent = talks.openai.asked
      .at(-1)!
      .body.messages.slice(1)
      .map(({ content }: any) => content);
    expect(sent).toEqual(['Hello', 'Hello.', 'How old are you?']);
    const unanswered = await edit(ana, { messageId: second.message.id, content: 'x' });
    expect(unanswered).toMatchObject({ errors: [], reply: null });
  });

  test('is not given to what is nobody’s to answer', async () => {
    const ben = await talks.graph.person();
    const { id } = await answered(talks, ana, 'Hello');
    for (const [person, messageId] of [
      [ben, id],
      [ana, newId('message')],
    ] as const) {
      expect((await regenerate(person, messageId)).errors).toMatchObject([{ code: 'NOT_FOUND', path: ['messageId'] }]);
    }
  });
});

describe('while a reply is written', () => {
  test('a fork of it has what was said until then, and stays so', async () => {
    const { id, conversationId, open, work } = await underWay();
    const { forkConversation } = await ana.data(
      `mutation ($id: ID!) { forkConversation(input: { conversationId: $id, mode: VISIBLE_PATH }) {
        conversation { id messages(first: 10) { nodes { id content status provider endedBecause } } } errors { message } } }`,
      { id: conversationId },
    );
    const [, copy] = forkConversation.conversation.messages.nodes;
    expect(copy).toMatchObject({ content: 'So far', status: 'STOPPED', provider: 'openai', endedBecause: 'STOPPED' });
    open();
    await work;
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE', content: 'So far and more' });
    expect(await read(ana, copy.id)).toMatchObject({ status: 'STOPPED', content: 'So far' });
    const more = { conversationId: forkConversation.conversation.id };
    expect(await answered(talks, ana, 'And?', more)).toMatchObject({ status: 'COMPLETE' });
  });

  test('its conversation may be deleted: the request ends, nothing is written any more', async () => {
    const { conversationId, work } = await underWay();
    const { deleteConversation } = await ana.data(
      'mutation ($id: ID!) { deleteConversation(input: { id: $id }) { deletedId errors { message } } }',
      { id: conversationId },
    );
    expect(deleteConversation).toEqual({ deletedId: conversationId, errors: [] });
    await work;
    await until(() => talks.openai.asked[0]!.aborted, 'the request to be ended');
    const where = { userId: ana.userId };
    for (const count of [
      talks.graph.db.message.count({ where }),
      talks.graph.db.generation.count({ where }),
      talks.graph.db.messageDelta.count({ where }),
      talks.graph.db.contextItem.count({ where }),
    ]) {
      expect(await count).toBe(0);
    }
    // What was sent to whom stays on record.
    expect(await talks.graph.db.aiCall.findMany({ where })).toMatchObject([{ outcome: 'STOPPED' }]);
    expect((await trySend(ana, { content: 'x' })).errors).toEqual([]);
  });

  test('its account may be erased: nothing of it is left', async () => {
    const { work, open } = await underWay();
    const at = talks.graph.clock.now();
    await talks.graph.db.user.update({
      where: { id: ana.userId },
      data: { deletionRequestedAt: at, deletionScheduledAt: at },
    });
    await eraseDueAccounts(talks.graph.platform);
    open();
    await work;
    await talks.graph.runJobs();
    const left = [...(await countRows(talks.graph, ana))].filter(([, count]) => count > 0);
    expect(left).toEqual([]);
  });
});
