import { invalid, limit, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { inputHash, sameCreation } from '../shared/stored.ts';
import type { ChatUserContext } from './context.ts';
import { lockConversation } from './conversations.ts';
import type { AddNoteInput, EditMessageInput } from './generated.ts';
import type { ConversationRow, MessageRow } from './rows.ts';

/** Longest message, in characters, and most messages of one conversation, on all branches. */
export const longestMessage = 100_000;
export const mostMessages = 5_000;

export async function addNote(ctx: ChatUserContext, input: AddNoteInput) {
  const checks = new Checks();
  checks.newId(['id'], 'message', input.id);
  checks.text(['content'], input.content, longestMessage);
  checks.done();
  const conversation = await lockConversation(ctx, input.conversationId, ['conversationId']);
  const repeated = await sameMessage(ctx, input);
  if (repeated) return { message: repeated, conversation };
  const parentId = input.parentId ?? conversation.currentMessageId;
  const parent = parentId === null ? null : await findMessage(ctx, parentId);
  if (parentId !== null && parent?.conversationId !== conversation.id) {
    throw notFound(['parentId'], 'message in this conversation');
  }
  return append(ctx, conversation, parent, input, ['conversationId']);
}

export async function editMessage(ctx: ChatUserContext, input: EditMessageInput) {
  const checks = new Checks();
  checks.newId(['id'], 'message', input.id);
  checks.text(['content'], input.content, longestMessage);
  checks.done();
  const original = await findMessage(ctx, input.messageId);
  if (!original) throw notFound(['messageId'], 'message');
  if (original.role !== 'USER') {
    throw invalid(['messageId'], 'Only what a person said can be said differently, not what an assistant said.');
  }
  const conversation = await lockConversation(ctx, original.conversationId, ['messageId']);
  const repeated = await sameMessage(ctx, input);
  if (repeated) return { message: repeated, conversation };
  const parent = original.parentId === null ? null : await findMessage(ctx, original.parentId);
  return append(ctx, conversation, parent, input, ['messageId']);
}

const findMessage = (ctx: ChatUserContext, id: string) =>
  ctx.db.message.findUnique({ where: { userId_id: { userId: ctx.userId, id } } }) as Promise<MessageRow | null>;

/** The message that the same input made before. @throws UserErrors CONFLICT when its id was used with other input. */
async function sameMessage(
  ctx: ChatUserContext,
  input: { id?: string | null | undefined },
): Promise<MessageRow | null> {
  const existing = input.id == null ? null : await findMessage(ctx, input.id);
  return existing && sameCreation(existing, inputHash(input));
}

/** Adds a message of the user's to a locked conversation and shows it. */
async function append(
  ctx: ChatUserContext,
  conversation: ConversationRow,
  parent: MessageRow | null,
  input: { id?: string | null | undefined; content: string },
  path: string[],
) {
  if (conversation.messageCount >= mostMessages) {
    throw limit(path, `A conversation may have at most ${mostMessages} messages; start another, or fork this one.`);
  }
  const now = ctx.now();
  const { userId } = ctx;
  const id = input.id ?? newId('message', now);
  const hash = inputHash(input);
  const { count } = await ctx.db.message.createMany({
    data: [
      {
        userId,
        id,
        conversationId: conversation.id,
        parentId: parent?.id ?? null,
        ordinal: conversation.messageCount + 1,
        depth: parent ? parent.depth + 1 : 0,
        role: 'USER',
        content: input.content,
        status: 'COMPLETE',
        origin: 'WRITTEN',
        inputHash: hash,
        createdAt: now,
        updatedAt: now,
      },
    ],
    skipDuplicates: true,
  });
  const message = (await findMessage(ctx, id))!;
  // Only somebody who used the same id in another conversation at the same moment can have been faster.
  if (count === 0) return { message: sameCreation(message, hash), conversation };
  const changed = await ctx.db.conversation.update({
    where: { userId_id: { userId, id: conversation.id } },
    data: {
      currentMessageId: id,
      messageCount: { increment: 1 },
      activeAt: now,
      updatedAt: now,
      version: { increment: 1 },
    },
  });
  await publish(
    ctx,
    { type: 'message.created', subjectId: id, data: { conversationId: conversation.id } },
    { type: 'conversation.updated', subjectId: conversation.id, data: {} },
  );
  return { message, conversation: changed };
}
