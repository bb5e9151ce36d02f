import { conflict, limit, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { inputHash, sameCreation } from '../shared/stored.ts';
import type { ChatUserContext } from './context.ts';
import type { ConversationRow, MessageRow } from './rows.ts';

/** Growing the tree of messages. */

/** Longest message, in characters, and most messages of one conversation, on all branches. */
export const longestMessage = 100_000;
export const mostMessages = 5_000;

export const findMessage = (ctx: ChatUserContext, id: string) =>
  ctx.db.message.findUnique({ where: { userId_id: { userId: ctx.userId, id } } }) as Promise<MessageRow | null>;

/** The message that the same input made before. @throws UserErrors CONFLICT when its id was used with other input. */
export async function sameMessage(
  ctx: ChatUserContext,
  input: { id?: string | null | undefined },
): Promise<MessageRow | null> {
  const existing = input.id == null ? null : await findMessage(ctx, input.id);
  return existing && sameCreation(existing, inputHash(input));
}

/** The message that a new one follows: the one named, else the current one. @throws UserErrors NOT_FOUND */
export async function parentIn(
  ctx: ChatUserContext,
  conversation: ConversationRow,
  wanted: string | null | undefined,
): Promise<MessageRow | null> {
  const parentId = wanted ?? conversation.currentMessageId;
  const parent = parentId === null ? null : await findMessage(ctx, parentId);
  if (parentId !== null && parent?.conversationId !== conversation.id) {
    throw notFound(['parentId'], 'message in this conversation');
  }
  return parent;
}

/** A message as it is added to a tree. */
export type NewMessage = Pick<MessageRow, 'id' | 'role' | 'content' | 'status' | 'origin' | 'inputHash'>;

/** What the person says. */
export function ownMessage(
  ctx: ChatUserContext,
  input: { id?: string | null | undefined; content: string },
): NewMessage {
  return {
    id: input.id ?? newId('message', ctx.now()),
    role: 'USER',
    content: input.content,
    status: 'COMPLETE',
    origin: 'WRITTEN',
    inputHash: inputHash(input),
  };
}

/**
 * Adds messages to a locked conversation, each following the one before it, and shows the last one.
 * @throws UserErrors LIMIT, or CONFLICT when an id is in use.
 */
export async function appendMessages(
  ctx: ChatUserContext,
  conversation: ConversationRow,
  parent: MessageRow | null,
  news: readonly NewMessage[],
  path: string[],
): Promise<{ messages: MessageRow[]; conversation: ConversationRow }> {
  if (conversation.messageCount + news.length > mostMessages) {
    throw limit(path, `A conversation may have at most ${mostMessages} messages; start another, or fork this one.`);
  }
  const now = ctx.now();
  const { userId } = ctx;
  const messages = (await ctx.db.message.createManyAndReturn({
    data: news.map((message, i) => ({
      ...message,
      userId,
      conversationId: conversation.id,
      parentId: news[i - 1]?.id ?? parent?.id ?? null,
      ordinal: conversation.messageCount + 1 + i,
      depth: (parent ? parent.depth + 1 : 0) + i,
      createdAt: now,
      updatedAt: now,
    })),
    skipDuplicates: true,
  })) as MessageRow[];
  // Only somebody who used the same id in another conversation at the same moment can have been faster.
  if (messages.length < news.length) throw conflict(['id'], 'There is already something else with this id.');
  const changed = await ctx.db.conversation.update({
    where: { userId_id: { userId, id: conversation.id } },
    data: {
      currentMessageId: messages.at(-1)!.id,
      messageCount: { increment: messages.length },
      activeAt: now,
      updatedAt: now,
      version: { increment: 1 },
    },
  });
  await publish(
    ctx,
    ...messages.map(({ id }) => ({
      type: 'message.created' as const,
      subjectId: id,
      data: { conversationId: conversation.id },
    })),
    { type: 'conversation.updated', subjectId: conversation.id, data: {} },
  );
  return { messages, conversation: changed };
}
