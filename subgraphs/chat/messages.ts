import { invalid, notFound } from '../shared/errors.ts';
import { Checks } from '../shared/input.ts';
import type { ChatUserContext } from './context.ts';
import { lockConversation } from './conversations.ts';
import type { AddNoteInput, EditMessageInput } from './generated.ts';
import { beginReply, checkProvider, findReplyTo, makeWay, onlyPeople } from './replies.ts';
import { appendMessages, findMessage, longestMessage, ownMessage, parentIn, sameMessage } from './tree.ts';

export async function addNote(ctx: ChatUserContext, input: AddNoteInput) {
  const checks = new Checks();
  checks.newId(['id'], 'message', input.id);
  checks.text(['content'], input.content, longestMessage);
  checks.done();
  const conversation = await lockConversation(ctx, input.conversationId, ['conversationId']);
  const repeated = await sameMessage(ctx, input);
  if (repeated) return { message: repeated, conversation };
  const parent = await parentIn(ctx, conversation, input.parentId);
  const added = await appendMessages(ctx, conversation, parent, [ownMessage(ctx, input)], ['conversationId']);
  return { message: added.messages[0]!, conversation: added.conversation };
}

export async function editMessage(ctx: ChatUserContext, input: EditMessageInput) {
  if (input.reply) onlyPeople(ctx);
  const checks = new Checks();
  checks.newId(['id'], 'message', input.id);
  checks.text(['content'], input.content, longestMessage);
  if (input.reply) await checkProvider(ctx, checks, input.provider);
  checks.done();
  const original = await findMessage(ctx, input.messageId);
  if (!original) throw notFound(['messageId'], 'message');
  if (original.role !== 'USER') {
    throw invalid(['messageId'], 'Only what a person said can be said differently, not what an assistant said.');
  }
  const conversation = await lockConversation(ctx, original.conversationId, ['messageId']);
  const repeated = await sameMessage(ctx, input);
  if (repeated) return { message: repeated, reply: await findReplyTo(ctx, repeated), conversation };
  const parent = original.parentId === null ? null : await findMessage(ctx, original.parentId);
  if (!input.reply) {
    const added = await appendMessages(ctx, conversation, parent, [ownMessage(ctx, input)], ['messageId']);
    return { message: added.messages[0]!, conversation: added.conversation };
  }
  await makeWay(ctx, conversation.id, false, ['messageId']);
  const begun = await beginReply(ctx, conversation, parent, ownMessage(ctx, input), input.provider, ['messageId']);
  return { message: begun.message!, reply: begun.reply, conversation: begun.conversation };
}
