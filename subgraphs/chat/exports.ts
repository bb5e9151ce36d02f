import type { Tx } from '../shared/db.ts';
import type { ExportedType } from '../shared/subgraph.ts';
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
    for (const number of evidence as unknown as StoredEvidence[]) yield { insightId: id, ...number };
  }
}

/** This domain's part of a data export. */
export const exports: readonly ExportedType[] = [
  { name: 'conversations', rows: conversations },
  { name: 'messages', rows: messages },
  { name: 'memories', rows: memories },
  { name: 'insights', rows: insights },
  { name: 'insight_evidence', rows: insightEvidence },
];
