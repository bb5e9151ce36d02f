import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import type { ChatUserContext } from './context.ts';
import { checkHead, storeConversation } from './conversations.ts';
import type { ImportConversationInput, ImportedMessageInput } from './generated.ts';
import { longestMessage } from './tree.ts';

/** Most messages of one import. */
const mostImported = 1_000;

/**
 * Brings in a conversation held elsewhere: a tree of messages that name each other by keys, each after the one it follows
 * (which also rules out circles).
 */
export async function importConversation(ctx: ChatUserContext, input: ImportConversationInput) {
  const checks = new Checks();
  checks.newId(['id'], 'conversation', input.id);
  checkHead(checks, input);
  if (checks.list(['messages'], input.messages, mostImported, 1)) checkMessages(checks, input, ctx.now());
  checks.done();

  const now = ctx.now();
  const latest = Math.max(...input.messages.map((message) => (message.createdAt ?? now).getTime()));
  const stored = await storeConversation(ctx, input, {
    title: input.title,
    archived: input.archived,
    contextIds: [...new Set(input.contextIds ?? [])],
    activeAt: new Date(latest),
  });
  if (stored.repeated) return { conversation: stored.conversation };

  const { userId } = ctx;
  const conversationId = stored.conversation.id;
  const placed = new Map<string, { id: string; depth: number }>();
  const rows = input.messages.map((message, i) => {
    const parent = message.parentKey == null ? null : placed.get(message.parentKey)!;
    const place = { id: newId('message', now), depth: parent ? parent.depth + 1 : 0 };
    placed.set(message.key, place);
    const { role, content, status = 'COMPLETE', model } = message;
    const createdAt = message.createdAt ?? now;
    return {
      ...place,
      userId,
      conversationId,
      parentId: parent?.id ?? null,
      ordinal: i + 1,
      role,
      content,
      status,
      origin: 'IMPORTED',
      model: model ?? null,
      createdAt,
      updatedAt: createdAt,
    };
  });
  await ctx.db.message.createMany({ data: rows });
  const conversation = await ctx.db.conversation.update({
    where: { userId_id: { userId, id: conversationId } },
    data: {
      currentMessageId: placed.get(input.currentKey ?? input.messages.at(-1)!.key)!.id,
      messageCount: rows.length,
    },
  });
  await publish(
    ctx,
    { type: 'conversation.created', subjectId: conversationId, data: {} },
    ...rows.map(({ id }) => ({ type: 'message.created' as const, subjectId: id, data: { conversationId } })),
  );
  return { conversation };
}

function checkMessages(checks: Checks, input: ImportConversationInput, now: Date): void {
  const keys = new Set<string>();
  input.messages.forEach((message, i) => {
    checkMessage(checks, message, ['messages', i], keys, now);
    keys.add(message.key);
  });
  if (input.currentKey != null) {
    checks.that(keys.has(input.currentKey), ['currentKey'], 'This must be the key of one of the messages.');
  }
}

function checkMessage(
  checks: Checks,
  message: ImportedMessageInput,
  path: (string | number)[],
  earlier: ReadonlySet<string>,
  now: Date,
): void {
  const { key, parentKey, role, content, status = 'COMPLETE', model, createdAt } = message;
  checks.text([...path, 'key'], key, 100);
  checks.that(!earlier.has(key), [...path, 'key'], 'Each message needs a key of its own.', 'TAKEN');
  checks.that(
    parentKey == null || earlier.has(parentKey),
    [...path, 'parentKey'],
    'This must be the key of a message that comes earlier in the list.',
  );
  checks.text([...path, 'content'], content, longestMessage);
  checks.that(
    ['COMPLETE', 'STOPPED', 'FAILED'].includes(status),
    [...path, 'status'],
    'A message that is brought in has ended: COMPLETE, STOPPED or FAILED.',
  );
  checks.text([...path, 'model'], model, 100);
  checks.that(model == null || role === 'ASSISTANT', [...path, 'model'], 'Only an assistant is a model.');
  checks.that(createdAt == null || createdAt <= now, [...path, 'createdAt'], 'This must not be in the future.');
}
