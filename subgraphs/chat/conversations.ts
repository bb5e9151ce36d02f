import type { Prisma } from '../shared/db.ts';
import { notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { kindOf, newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { keyset, type Page, type PageArgs, readSlice, type SortKey, toPage } from '../shared/pagination.ts';
import { expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import { newestBelow } from './branches.ts';
import type { ChatUserContext } from './context.ts';
import type {
  ConversationFilter,
  CreateConversationInput,
  DeleteConversationInput,
  UpdateConversationInput,
} from './generated.ts';
import type { ConversationRow } from './rows.ts';

const latestFirst: readonly SortKey[] = [
  { name: 'activeAt', kind: 'date', descending: true },
  { name: 'id', kind: 'text', descending: true },
];

/** The user's conversations, those last talked in first. */
export async function listConversations(
  ctx: ChatUserContext,
  filter: ConversationFilter,
  args: PageArgs,
): Promise<Page<ConversationRow>> {
  const slice = readSlice(args, latestFirst.length);
  const { where, ...rest } = keyset(latestFirst, slice);
  const rows = await ctx.db.conversation.findMany({
    where: {
      userId: ctx.userId,
      ...(filter.archived != null && { archived: filter.archived }),
      ...(filter.contextId != null && { contextIds: { has: filter.contextId } }),
      AND: [where],
    },
    ...rest,
  });
  return toPage(rows, slice, (row) => [row.activeAt, row.id]);
}

/** Checks what a conversation is called and about. What `contextIds` name belongs to other domains: only their form is checked. */
export function checkHead(
  checks: Checks,
  { title, contextIds }: { title?: string | null; contextIds?: readonly string[] | null },
): void {
  checks.text(['title'], title, 200);
  if (!checks.list(['contextIds'], contextIds, 20)) return;
  contextIds?.forEach((id, i) => {
    const known = ['area', 'goal', 'result'].includes(kindOf(id) ?? '');
    checks.that(known, ['contextIds', i], 'This must be the id of a life area, a goal or a research result.');
  });
}

/**
 * Stores a new conversation without messages.
 * @returns it, and whether it was there already, from the same creation sent before.
 * @throws UserErrors CONFLICT when its id was used with other input.
 */
export async function storeConversation(
  ctx: ChatUserContext,
  input: { id?: string | null | undefined },
  head: Pick<ConversationRow, 'title'> & Partial<Omit<ConversationRow, 'id' | 'userId'>>,
): Promise<{ conversation: ConversationRow; repeated: boolean }> {
  const now = ctx.now();
  const id = input.id ?? newId('conversation', now);
  const hash = inputHash(input);
  const { count } = await ctx.db.conversation.createMany({
    data: [
      {
        activeAt: now,
        contextIds: [],
        ...head,
        userId: ctx.userId,
        id,
        inputHash: hash,
        createdAt: now,
        updatedAt: now,
      },
    ],
    skipDuplicates: true,
  });
  const conversation = await ctx.db.conversation.findUniqueOrThrow({
    where: { userId_id: { userId: ctx.userId, id } },
  });
  return count === 1
    ? { conversation, repeated: false }
    : { conversation: sameCreation(conversation, hash), repeated: true };
}

export async function createConversation(ctx: ChatUserContext, input: CreateConversationInput) {
  const checks = new Checks();
  checks.newId(['id'], 'conversation', input.id);
  checkHead(checks, input);
  checks.done();
  const { conversation, repeated } = await storeConversation(ctx, input, {
    title: input.title,
    contextIds: [...new Set(input.contextIds ?? [])],
  });
  if (!repeated) await publish(ctx, { type: 'conversation.created', subjectId: conversation.id, data: {} });
  return { conversation };
}

/**
 * The user's conversation, locked until the transaction ends: its messages are numbered under this lock.
 * @throws UserErrors NOT_FOUND for an absent or foreign one.
 */
export async function lockConversation(
  ctx: ChatUserContext,
  id: string,
  path: string[] = ['id'],
): Promise<ConversationRow> {
  await lockRow(ctx, 'conversation', id, 'conversation', path);
  return ctx.db.conversation.findUniqueOrThrow({ where: { userId_id: { userId: ctx.userId, id } } });
}

export async function updateConversation(ctx: ChatUserContext, input: UpdateConversationInput) {
  const checks = new Checks();
  checkHead(checks, input);
  checks.done();
  const current = await lockConversation(ctx, input.id);
  expectVersion(current.version, input.expectedVersion, { conversation: current });
  const changes: Prisma.ConversationUncheckedUpdateInput = {};
  if (input.title != null && input.title !== current.title) changes.title = input.title;
  if (input.archived != null && input.archived !== current.archived) changes.archived = input.archived;
  if (input.contextIds != null) {
    const wanted = [...new Set(input.contextIds)];
    if (wanted.join() !== current.contextIds.join()) changes.contextIds = wanted;
  }
  if (input.currentMessageId != null) {
    const shown = await showThrough(ctx, current.id, input.currentMessageId);
    if (shown !== current.currentMessageId) changes.currentMessageId = shown;
  }
  if (Object.keys(changes).length === 0) return { conversation: current };
  const conversation = await ctx.db.conversation.update({
    where: { userId_id: { userId: ctx.userId, id: current.id } },
    data: { ...changes, version: { increment: 1 }, updatedAt: ctx.now() },
  });
  await publish(ctx, { type: 'conversation.updated', subjectId: conversation.id, data: {} });
  return { conversation };
}

/** The end of the branch that leads through a message. @throws UserErrors NOT_FOUND when it is not of this conversation. */
async function showThrough(ctx: ChatUserContext, conversationId: string, messageId: string): Promise<string> {
  const found = await ctx.db.message.count({ where: { userId: ctx.userId, conversationId, id: messageId } });
  if (found === 0) throw notFound(['currentMessageId'], 'message in this conversation');
  return newestBelow(ctx.db, ctx.userId, messageId);
}

export async function deleteConversation(ctx: ChatUserContext, input: DeleteConversationInput) {
  const current = await lockConversation(ctx, input.id);
  expectVersion(current.version, input.expectedVersion, { conversation: current });
  await stopWriting(ctx, current.id);
  const messages = await ctx.db.message.findMany({
    where: { userId: ctx.userId, conversationId: current.id },
    select: { id: true },
    orderBy: { ordinal: 'asc' },
  });
  const replies = messages.map(({ id }) => id);
  const calls = await ctx.db.toolCall.findMany({
    where: { userId: ctx.userId, messageId: { in: replies }, kind: 'WRITE' },
    select: { id: true, messageId: true },
    orderBy: { id: 'asc' },
  });
  const open = await ctx.db.generation.findMany({
    where: { userId: ctx.userId, conversationId: current.id, state: { not: 'ENDED' } },
    select: { messageId: true },
  });
  ctx.afterCommit(() => {
    for (const { messageId } of open) ctx.bus.publish('stops', messageId);
  });
  await ctx.db.conversation.delete({ where: { userId_id: { userId: ctx.userId, id: current.id } } });
  await publish(
    ctx,
    ...calls.map(({ id, messageId }) => ({ type: 'toolCall.deleted' as const, subjectId: id, data: { messageId } })),
    ...messages.map(({ id }) => ({
      type: 'message.deleted' as const,
      subjectId: id,
      data: { conversationId: current.id },
    })),
    { type: 'conversation.deleted', subjectId: current.id, data: {} },
  );
  return { deletedId: current.id };
}

/**
 * Tells whoever writes in a conversation that is going away, and whoever watches. The replies are locked in the order in which writers lock:
 * the reply, then its message, which the deletion would take the other way round.
 */
async function stopWriting(ctx: ChatUserContext, conversationId: string): Promise<void> {
  const open = await ctx.db.$queryRaw<{ message_id: string }[]>`
    SELECT message_id FROM generations
    WHERE user_id = ${ctx.userId} AND conversation_id = ${conversationId} AND state <> 'ENDED' FOR UPDATE`;
  ctx.afterCommit(() => {
    for (const { message_id: messageId } of open) {
      ctx.bus.publish('stops', messageId);
      ctx.bus.publish('deltas', messageId);
    }
  });
}
