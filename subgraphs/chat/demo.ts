import type { Prisma } from '../shared/db.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import { demoInsights } from './demoInsights.ts';
import { demoReplies } from './demoReplies.ts';
import { memories, talks } from './demoTalks.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Conversations with branches, replies, memories, and insights into the numbers that the other domains' demo data has. */
export async function demo(account: DemoAccount): Promise<void> {
  const { db, userId, now, random, ids } = account;
  const messages: (Prisma.MessageCreateManyInput & { id: string })[] = [];
  const conversations = talks.map((talk) => {
    const began = new Date(now.getTime() - talk.daysAgo * day - Math.floor(random() * 8 * 60) * minute);
    const id = newId('conversation', began);
    const own: typeof messages = [];
    let at = began.getTime();
    for (const [parent, role, content] of talk.messages) {
      at += role === 'ASSISTANT' ? 5_000 : Math.ceil(1 + random() * 20) * minute;
      const createdAt = new Date(at);
      own.push({
        userId,
        id: newId('message', createdAt),
        conversationId: id,
        parentId: parent === null ? null : own[parent]!.id,
        ordinal: own.length + 1,
        depth: parent === null ? 0 : own[parent]!.depth + 1,
        role,
        content,
        status: 'COMPLETE',
        // Nobody here answered: an account's past with another assistant.
        origin: role === 'USER' ? 'WRITTEN' : 'IMPORTED',
        createdAt,
        updatedAt: createdAt,
      });
    }
    messages.push(...own);
    const shown = own[talk.shown ?? own.length - 1]!.id;
    return { talk, id, began, last: new Date(at), own, shown };
  });
  await db.conversation.createMany({
    data: conversations.map(({ talk, id, began, last, own }) => ({
      userId,
      id,
      title: talk.title,
      archived: talk.archived ?? false,
      contextIds: talk.about.flatMap((name) => ids.get(name) ?? []),
      messageCount: own.length,
      activeAt: last,
      inputHash: 'demo',
      createdAt: began,
      updatedAt: last,
    })),
  });
  await db.message.createMany({ data: messages });
  await db.$executeRaw`
    UPDATE conversations SET current_message_id = shown.message_id
    FROM unnest(${conversations.map(({ id }) => id)}::text[], ${conversations.map(({ shown }) => shown)}::text[]) AS shown (id, message_id)
    WHERE user_id = ${userId} AND conversations.id = shown.id`;

  const remembered = memories.map((memory) => {
    const at = new Date(now.getTime() - memory.daysAgo * day);
    const [talk, position] = 'from' in memory ? memory.from : [];
    return {
      userId,
      id: newId('memory', at),
      kind: memory.kind,
      text: memory.text,
      source: 'USER',
      sourceMessageId: talk === undefined ? null : conversations[talk]!.own[position!]!.id,
      enabled: !('enabled' in memory),
      inputHash: 'demo',
      createdAt: at,
      updatedAt: at,
    };
  });
  await db.memory.createMany({ data: remembered });
  const insights = await demoInsights(account);
  await db.insight.createMany({ data: insights });

  const told: NewEvent[] = [
    ...conversations.map(({ id }): NewEvent => ({ type: 'conversation.created', subjectId: id, data: {} })),
    ...messages.map(
      ({ id, conversationId }): NewEvent => ({ type: 'message.created', subjectId: id, data: { conversationId } }),
    ),
    ...remembered.map(({ id }): NewEvent => ({ type: 'memory.created', subjectId: id, data: {} })),
    ...insights.map(({ id }): NewEvent => ({ type: 'insight.created', subjectId: id, data: {} })),
  ];
  await publish({ db, userId, actor: { kind: 'system', id: 'demo' }, now: () => now }, ...told);
  await demoReplies(
    account,
    remembered.filter(({ enabled }) => enabled),
  );
  await db.assistantSettings.create({
    data: { userId, provider: null, retrieval: true, allowedTools: ['Remember'], updatedAt: now },
  });
}
