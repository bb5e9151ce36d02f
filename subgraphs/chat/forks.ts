import { limit, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import type { ChatUserContext } from './context.ts';
import { checkHead, lockConversation, storeConversation } from './conversations.ts';
import type { ForkConversationInput, ForkMode } from './generated.ts';

/** Most that one fork copies, in bytes. */
const mostCopied = 20_000_000;

interface Place {
  id: string;
  parentId: string | null;
  ordinal: number;
  bytes: number;
}

/**
 * Copies a conversation or a part of it into a new one. Texts are copied inside the database; only ids come through here. Of a reply that is
 * being written, the copy has what was said until now, and stays so.
 */
export async function forkConversation(ctx: ChatUserContext, input: ForkConversationInput) {
  const checks = new Checks();
  checks.newId(['id'], 'conversation', input.id);
  checkHead(checks, input);
  checks.done();
  const original = await lockConversation(ctx, input.conversationId, ['conversationId']);
  const { userId } = ctx;
  const tree = await ctx.db.$queryRaw<Place[]>`
    SELECT id, parent_id AS "parentId", ordinal, octet_length(content) AS bytes FROM messages
    WHERE user_id = ${userId} AND conversation_id = ${original.id} ORDER BY ordinal`;
  const at = input.messageId ?? original.currentMessageId;
  if (input.messageId != null && !tree.some(({ id }) => id === at)) {
    throw notFound(['messageId'], 'message in this conversation');
  }
  const { taken, shown } = select(tree, at, original.currentMessageId, input.mode);
  if (taken.reduce((sum, { bytes }) => sum + bytes, 0) > mostCopied) {
    throw limit(['mode'], `A fork may copy at most ${mostCopied / 1_000_000} MB; take less along.`);
  }

  const stored = await storeConversation(ctx, input, {
    title: input.title ?? original.title,
    contextIds: original.contextIds,
    forkedFromId: original.id,
  });
  if (stored.repeated || taken.length === 0) {
    if (!stored.repeated)
      await publish(ctx, { type: 'conversation.created', subjectId: stored.conversation.id, data: {} });
    return { conversation: stored.conversation };
  }
  const now = ctx.now();
  const conversationId = stored.conversation.id;
  const copies = new Map(taken.map(({ id }) => [id, newId('message', now)]));
  const parents = taken.map(({ parentId }) => (parentId === null ? null : copies.get(parentId)!));
  await ctx.db.$executeRaw`
    INSERT INTO messages (user_id, id, conversation_id, parent_id, ordinal, depth, role, content, status, origin, model, created_at, updated_at)
    SELECT m.user_id, copy.id, ${conversationId}, copy.parent_id, copy.ordinal, m.depth, m.role,
           CASE WHEN g.state <> 'ENDED' THEN coalesce(told.text, '') ELSE m.content END,
           CASE WHEN g.state <> 'ENDED' THEN 'STOPPED' ELSE m.status END, m.origin, m.model, m.created_at, m.updated_at
    FROM unnest(${taken.map(({ id }) => id)}::text[], ${[...copies.values()]}::text[], ${parents}::text[])
         WITH ORDINALITY AS copy (original_id, id, parent_id, ordinal)
    JOIN messages m ON m.user_id = ${userId} AND m.id = copy.original_id
    LEFT JOIN generations g ON g.user_id = m.user_id AND g.message_id = m.id
    LEFT JOIN LATERAL (
      SELECT string_agg(text, '' ORDER BY sequence) AS text FROM message_deltas d
      WHERE d.user_id = m.user_id AND d.message_id = m.id AND d.kind = 'TEXT'
    ) told ON g.state <> 'ENDED'`;
  // How replies were written goes along: what their texts may tell of, and whether others had a say in them.
  await ctx.db.$executeRaw`
    INSERT INTO generations (user_id, message_id, conversation_id, state, wanted_provider, behalf_kind, behalf_id, scopes, attempts, round,
      last_sequence, text_length, tainted, data_classes, provider, model, ended_because, created_at, started_at, ended_at)
    SELECT g.user_id, copy.id, ${conversationId}, 'ENDED', g.wanted_provider, g.behalf_kind, g.behalf_id, g.scopes, g.attempts, g.round,
      0, g.text_length, g.tainted, g.data_classes, g.provider, g.model,
      coalesce(g.ended_because, 'STOPPED'), g.created_at, g.started_at, coalesce(g.ended_at, ${now}::timestamptz)
    FROM unnest(${taken.map(({ id }) => id)}::text[], ${[...copies.values()]}::text[]) AS copy (original_id, id)
    JOIN generations g ON g.user_id = ${userId} AND g.message_id = copy.original_id`;
  const conversation = await ctx.db.conversation.update({
    where: { userId_id: { userId, id: conversationId } },
    data: { currentMessageId: copies.get(shown!)!, messageCount: taken.length },
  });
  await publish(
    ctx,
    { type: 'conversation.created', subjectId: conversationId, data: {} },
    ...[...copies.values()].map((id) => ({
      type: 'message.created' as const,
      subjectId: id,
      data: { conversationId },
    })),
  );
  return { conversation };
}

/**
 * Which messages a fork takes along, in their order, and which of them it shows.
 * @param tree all messages, each after the one it follows.
 */
export function select(
  tree: readonly Place[],
  at: string | null,
  current: string | null,
  mode: ForkMode,
): { taken: Place[]; shown: string | null } {
  const places = new Map(tree.map((place) => [place.id, place]));
  const path = new Set<string>();
  for (let id = at; id !== null; id = places.get(id)!.parentId) path.add(id);
  const below = new Set(at === null ? [] : [at]);
  for (const { id, parentId } of tree) if (parentId !== null && below.has(parentId)) below.add(id);
  const taken = tree.filter(
    ({ id }) => mode === 'ALL_BRANCHES' || path.has(id) || (mode === 'FROM_HERE' && below.has(id)),
  );
  if (mode === 'VISIBLE_PATH') return { taken, shown: at };
  // The branch that was shown, where it leads through the message; else the newest one that does.
  const shown =
    current !== null && below.has(current) ? current : (tree.findLast(({ id }) => below.has(id))?.id ?? null);
  return { taken, shown };
}
