import { conflict, forbidden, invalid, limit, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { readFacts } from '../shared/models/facts.ts';
import type { ChatUserContext } from './context.ts';
import { checkHead, lockConversation, storeConversation } from './conversations.ts';
import type { RegenerateMessageInput, SendMessageInput, StopMessageInput } from './generated.ts';
import { endReply } from './generations.ts';
import { maySendTo, modelsOf } from './models.ts';
import type { ConversationRow, GenerationRow, MessageRow } from './rows.ts';
import {
  appendMessages,
  findMessage,
  longestMessage,
  type NewMessage,
  ownMessage,
  parentIn,
  sameMessage,
} from './tree.ts';

/** Replies of one person that may be written at the same time. */
const mostAtOnce = 10;

/** Says something to the assistant: the message, and a reply that a job will write. */
export async function sendMessage(ctx: ChatUserContext, input: SendMessageInput) {
  // A rule speaks for the person who wrote it; what the assistant would change then is proposed to them.
  if (ctx.viewer.kind !== 'automation') onlyPeople(ctx);
  const checks = new Checks();
  checks.newId(['id'], 'message', input.id);
  checks.text(['content'], input.content, longestMessage);
  await checkProvider(ctx, checks, input.provider);
  checks.done();
  // The same message sent twice at once must not start two conversations.
  if (input.id != null) await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${input.id}, 0))`;
  const repeated = await sameMessage(ctx, input);
  if (repeated) {
    const conversation = await lockConversation(ctx, repeated.conversationId);
    return { message: repeated, reply: await findReplyTo(ctx, repeated), conversation };
  }
  const conversation =
    input.conversationId == null
      ? await startConversation(ctx, input.content)
      : await lockConversation(ctx, input.conversationId, ['conversationId']);
  await makeWay(ctx, conversation.id, input.interrupt ?? false, ['conversationId']);
  const parent = await parentIn(ctx, conversation, input.parentId);
  return beginReply(ctx, conversation, parent, ownMessage(ctx, input), input.provider, ['conversationId']);
}

/** Has a message answered once more. */
export async function regenerateMessage(ctx: ChatUserContext, input: RegenerateMessageInput) {
  onlyPeople(ctx);
  const checks = new Checks();
  await checkProvider(ctx, checks, input.provider);
  checks.done();
  const named = await findMessage(ctx, input.messageId);
  if (!named) throw notFound(['messageId'], 'message');
  const conversation = await lockConversation(ctx, named.conversationId, ['messageId']);
  const asked = named.role === 'USER' ? named : named.parentId === null ? null : await findMessage(ctx, named.parentId);
  if (asked?.role !== 'USER') {
    throw invalid(['messageId'], 'Only a message of the person’s can be answered, or the reply to one made anew.');
  }
  await makeWay(ctx, conversation.id, true, ['messageId']);
  const { reply, conversation: changed } = await beginReply(ctx, conversation, asked, null, input.provider, [
    'messageId',
  ]);
  return { reply, conversation: changed };
}

/** Stops a reply, and keeps what was said. One that has ended stays as it is. */
export async function stopMessage(ctx: ChatUserContext, { messageId }: StopMessageInput) {
  const generation = await lockGeneration(ctx, messageId);
  if (!generation) {
    if (!(await findMessage(ctx, messageId))) throw notFound(['messageId'], 'message');
    throw invalid(['messageId'], 'This message is no reply that is written here.');
  }
  await stop(ctx, generation);
  return { message: (await findMessage(ctx, messageId))! };
}

async function stop(ctx: ChatUserContext, generation: GenerationRow): Promise<void> {
  if (generation.state === 'ENDED') return;
  await endReply(ctx, generation, 'STOPPED', 'STOPPED');
  ctx.afterCommit(() => {
    ctx.bus.publish('stops', generation.messageId);
    ctx.bus.publish('deltas', generation.messageId);
  });
}

/** The generation of a reply, locked until the transaction ends. */
export async function lockGeneration(ctx: ChatUserContext, messageId: string): Promise<GenerationRow | null> {
  const { userId } = ctx;
  const rows = await ctx.db.$queryRaw<unknown[]>`
    SELECT 1 FROM generations WHERE user_id = ${userId} AND message_id = ${messageId} FOR UPDATE`;
  if (rows.length === 0) return null;
  return ctx.db.generation.findUniqueOrThrow({
    where: { userId_messageId: { userId, messageId } },
  }) as Promise<GenerationRow>;
}

/**
 * One reply is written at a time in a conversation. What waits for approval is void once the person goes on; what is being written is stopped
 * when they want that.
 * @throws UserErrors CONFLICT while another reply is being written, LIMIT when there are too many everywhere.
 */
export async function makeWay(
  ctx: ChatUserContext,
  conversationId: string,
  interrupt: boolean,
  path: string[],
): Promise<void> {
  const { userId } = ctx;
  // Those that begin at the same moment elsewhere count as well.
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`replies ${userId}`}, 0))`;
  const open = await ctx.db.generation.findMany({
    where: { userId, state: { not: 'ENDED' } },
    select: { messageId: true, conversationId: true, state: true },
  });
  const here: GenerationRow[] = [];
  for (const one of open) {
    if (one.conversationId !== conversationId) continue;
    const generation = await lockGeneration(ctx, one.messageId);
    if (generation) here.push(generation);
  }
  // As they are now that they are locked: a person may have approved something a moment ago.
  if (!interrupt && here.some(({ state }) => state === 'QUEUED' || state === 'RUNNING')) {
    throw conflict(path, 'A reply is being written in this conversation. Wait for it, or stop it first.');
  }
  for (const generation of here) {
    if (generation.state !== 'WAITING') await stop(ctx, generation);
    else {
      await endReply(ctx, generation, 'COMPLETE', 'FINISHED');
      ctx.afterCommit(() => ctx.bus.publish('deltas', generation.messageId));
    }
  }
  const running = open.filter((one) => one.state !== 'WAITING' && one.conversationId !== conversationId);
  if (running.length >= mostAtOnce) {
    throw limit(path, `At most ${mostAtOnce} replies are written at the same time. Wait for one, or stop one.`);
  }
}

/** Adds what the person says (where they say something new) and a reply to come, and puts the job on the queue. */
export async function beginReply(
  ctx: ChatUserContext,
  conversation: ConversationRow,
  parent: MessageRow | null,
  said: NewMessage | null,
  provider: string | null | undefined,
  path: string[],
): Promise<{ message: MessageRow | null; reply: MessageRow; conversation: ConversationRow }> {
  const reply: NewMessage = {
    id: newId('message', ctx.now()),
    role: 'ASSISTANT',
    content: '',
    status: 'PENDING',
    origin: 'GENERATED',
    inputHash: null,
  };
  const news = said ? [said, reply] : [reply];
  const added = await appendMessages(ctx, conversation, parent, news, path);
  await ctx.db.generation.create({
    data: {
      userId: ctx.userId,
      messageId: reply.id,
      conversationId: conversation.id,
      state: 'QUEUED',
      wantedProvider: provider ?? null,
      behalfKind: ctx.viewer.kind,
      behalfId: ctx.viewer.credentialId,
      scopes: [...ctx.viewer.scopes],
      createdAt: ctx.now(),
    },
  });
  wakeWorker(ctx, reply.id);
  return {
    message: said ? added.messages[0]! : null,
    reply: added.messages.at(-1)!,
    conversation: added.conversation,
  };
}

/** Puts a reply on the queue once the transaction has committed. Should that fail, the sweep finds it. */
export function wakeWorker(ctx: ChatUserContext, messageId: string): void {
  ctx.afterCommit(() => ctx.jobs.add('chat.generate', { messageId }));
}

/** The latest reply to a message; null when nobody answered. */
export async function findReplyTo(ctx: ChatUserContext, { id }: MessageRow): Promise<MessageRow | null> {
  return ctx.db.message.findFirst({
    where: { userId: ctx.userId, parentId: id, role: 'ASSISTANT', origin: 'GENERATED' },
    orderBy: { ordinal: 'desc' },
  }) as Promise<MessageRow | null>;
}

/** A provider that is named must be one of those there are, and may have been sent messages. */
export async function checkProvider(
  ctx: ChatUserContext,
  checks: Checks,
  name: string | null | undefined,
): Promise<void> {
  if (name == null) return;
  const { all, get } = modelsOf(ctx);
  const provider = get(name);
  const names = all.map((one) => one.name).join(', ');
  const others = all.length === 1 ? `there is only ${names}` : `there are ${names}`;
  if (!checks.that(provider !== undefined, ['provider'], `There is no such provider here; ${others}.`)) return;
  if (!maySendTo(provider!, await readFacts(ctx.db, ctx.userId)))
    checks.add('FORBIDDEN', ['provider'], `Consent first that ${name} gets what you write (grantAiConsent, MESSAGES).`);
}

/** The assistant does not talk to itself, nor approve what it proposed. */
export function onlyPeople({ viewer }: ChatUserContext): void {
  if (viewer.kind !== 'session' && viewer.kind !== 'apiKey') throw forbidden('Only a person may do this.');
}

async function startConversation(ctx: ChatUserContext, content: string): Promise<ConversationRow> {
  const words = [...content.slice(0, 1_000).trim().replace(/\s+/g, ' ')];
  const title =
    words.length <= 60
      ? words.join('')
      : `${words
          .slice(0, 60)
          .join('')
          .replace(/\s\S*$/, '')}…`;
  const checks = new Checks();
  checkHead(checks, { title });
  checks.done();
  const { conversation } = await storeConversation(ctx, {}, { title });
  await publish(ctx, { type: 'conversation.created', subjectId: conversation.id, data: {} });
  return conversation;
}
