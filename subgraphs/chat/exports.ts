import type { ContextItem, ConversationSummary } from '../../prisma/generated/client.ts';
import type { ExportedType } from '../shared/archives.ts';
import type { Tx } from '../shared/db.ts';
import type { StoredEvidence } from './rows.ts';

const chunk = 500;

/** Rows of one user by ascending id, a chunk at a time: a life of messages need not fit into memory. */
async function* inChunks<Row extends { id: string }>(
  find: (args: { where: { id: { gt: string } }; orderBy: { id: 'asc' }; take: number }) => PromiseLike<Row[]>,
): AsyncGenerator<Row> {
  for (let after = ''; ; ) {
    const rows = await find({ where: { id: { gt: after } }, orderBy: { id: 'asc' }, take: chunk });
    yield* rows;
    if (rows.length < chunk) return;
    after = rows.at(-1)!.id;
  }
}

const iso = (date: Date | null) => date?.toISOString() ?? null;

async function* conversations(db: Tx, userId: string) {
  for await (const row of inChunks(({ where, ...rest }) =>
    db.conversation.findMany({ where: { ...where, userId }, ...rest }),
  )) {
    yield {
      id: row.id,
      title: row.title,
      archived: row.archived,
      contextIds: row.contextIds.join(' '),
      currentMessageId: row.currentMessageId,
      messageCount: row.messageCount,
      forkedFromId: row.forkedFromId,
      activeAt: iso(row.activeAt),
      version: row.version,
      createdAt: iso(row.createdAt),
      updatedAt: iso(row.updatedAt),
    };
  }
}

async function* messages(db: Tx, userId: string) {
  for await (const row of inChunks(({ where, ...rest }) =>
    db.message.findMany({ where: { ...where, userId }, ...rest }),
  )) {
    yield {
      id: row.id,
      conversationId: row.conversationId,
      parentId: row.parentId,
      ordinal: row.ordinal,
      depth: row.depth,
      role: row.role,
      content: row.content,
      status: row.status,
      origin: row.origin,
      model: row.model,
      version: row.version,
      createdAt: iso(row.createdAt),
      updatedAt: iso(row.updatedAt),
    };
  }
}

async function* memories(db: Tx, userId: string) {
  for await (const row of inChunks(({ where, ...rest }) =>
    db.memory.findMany({ where: { ...where, userId }, ...rest }),
  )) {
    yield {
      id: row.id,
      kind: row.kind,
      text: row.text,
      source: row.source,
      sourceMessageId: row.sourceMessageId,
      enabled: row.enabled,
      version: row.version,
      createdAt: iso(row.createdAt),
      updatedAt: iso(row.updatedAt),
    };
  }
}

const insightRows = (db: Tx, userId: string) =>
  inChunks(({ where, ...rest }) => db.insight.findMany({ where: { ...where, userId }, ...rest }));

async function* insights(db: Tx, userId: string) {
  for await (const row of insightRows(db, userId)) {
    yield {
      id: row.id,
      kind: row.kind,
      title: row.title,
      text: row.text,
      origin: row.origin,
      subjectKey: row.subjectKey,
      goalIds: row.goalIds.join(' '),
      readAt: iso(row.readAt),
      dismissedAt: iso(row.dismissedAt),
      version: row.version,
      createdAt: iso(row.createdAt),
      updatedAt: iso(row.updatedAt),
    };
  }
}

async function* insightEvidence(db: Tx, userId: string) {
  for await (const { id, evidence } of insightRows(db, userId)) {
    for (const [position, number] of (evidence as unknown as StoredEvidence[]).entries()) {
      const { label, value, unit, from, to, objectId, document = null, variables = null, path } = number;
      yield {
        insightId: id,
        position,
        label,
        value,
        unit,
        from,
        to,
        objectId,
        document,
        variables,
        path: path?.join('.') ?? null,
      };
    }
  }
}

async function* toolCalls(db: Tx, userId: string) {
  for await (const row of inChunks(({ where, ...rest }) =>
    db.toolCall.findMany({ where: { ...where, userId }, ...rest }),
  )) {
    yield {
      id: row.id,
      messageId: row.messageId,
      round: row.round,
      ordinal: row.ordinal,
      tool: row.tool,
      kind: row.kind,
      state: row.state,
      title: row.title,
      arguments: row.arguments,
      document: row.document,
      variables: row.variables,
      dataClasses: row.dataClasses.join(' '),
      tainted: row.tainted,
      result: row.result,
      decidedAt: iso(row.decidedAt),
      version: row.version,
      createdAt: iso(row.createdAt),
      updatedAt: iso(row.updatedAt),
    };
  }
}

async function* aiCalls(db: Tx, userId: string) {
  for await (const row of inChunks(({ where, ...rest }) =>
    db.aiCall.findMany({ where: { ...where, userId }, ...rest }),
  )) {
    yield {
      id: row.id,
      purpose: row.purpose,
      subjectId: row.subjectId,
      provider: row.provider,
      model: row.model,
      dataClasses: row.dataClasses.join(' '),
      outcome: row.outcome,
      inputTokens: row.inputTokens,
      cachedInputTokens: row.cachedInputTokens,
      outputTokens: row.outputTokens,
      estimated: row.estimated,
      cost: row.cost.toString(),
      startedAt: iso(row.startedAt),
      endedAt: iso(row.endedAt),
    };
  }
}

async function* assistantSettings(db: Tx, userId: string) {
  const row = await db.assistantSettings.findUnique({ where: { userId } });
  if (!row) return;
  yield {
    provider: row.provider,
    retrieval: row.retrieval,
    allowedTools: row.allowedTools.join(' '),
    version: row.version,
    updatedAt: iso(row.updatedAt),
  };
}

/** What was put before models, by the reply that it was for. */
async function* contextItems(db: Tx, userId: string) {
  const orderBy = [{ messageId: 'asc' }, { ordinal: 'asc' }] as const;
  for (let after: { messageId: string; ordinal: number } | null = null; ; ) {
    const rows: ContextItem[] = await db.contextItem.findMany({
      where: {
        userId,
        ...(after && {
          OR: [{ messageId: { gt: after.messageId } }, { messageId: after.messageId, ordinal: { gt: after.ordinal } }],
        }),
      },
      orderBy: [...orderBy],
      take: chunk,
    });
    for (const { userId: _, ...row } of rows) yield row;
    if (rows.length < chunk) return;
    after = rows.at(-1)!;
  }
}

/** The short forms of long conversations, by the message up to which they go. */
async function* summaries(db: Tx, userId: string) {
  for (let after = ''; ; ) {
    const rows: ConversationSummary[] = await db.conversationSummary.findMany({
      where: { userId, messageId: { gt: after } },
      orderBy: { messageId: 'asc' },
      take: chunk,
    });
    for (const { conversationId, messageId, text, createdAt } of rows) {
      yield { conversationId, messageId, text, createdAt: iso(createdAt) };
    }
    if (rows.length < chunk) return;
    after = rows.at(-1)!.messageId;
  }
}

/** This domain's part of a data export. */
export const exports: readonly ExportedType[] = [
  { name: 'conversations', about: 'Conversations with the assistant.', rows: conversations },
  { name: 'messages', about: 'Messages of these conversations.', rows: messages },
  { name: 'memories', about: 'What the assistant remembers.', rows: memories },
  { name: 'insights', about: 'What Jarvis noticed.', rows: insights },
  { name: 'insight_evidence', about: 'The numbers behind insights.', rows: insightEvidence },
  { name: 'tool_calls', about: 'What the assistant looked up or changed for you.', rows: toolCalls },
  { name: 'context_items', about: 'What was put before a model for each reply.', rows: contextItems },
  { name: 'conversation_summaries', about: 'Short forms of long conversations.', rows: summaries },
  { name: 'ai_calls', about: 'Every call to an AI provider: what kinds of data, and what it cost.', rows: aiCalls },
  { name: 'assistant_settings', about: 'Settings of the assistant.', rows: assistantSettings },
];
