import { z } from 'zod';
import type { Imports } from '../shared/archives.ts';
import { imported, putPart } from '../shared/importedRows.ts';

const { always, id, text, integer, decimal, date, at } = imported;
const common = { version: integer(1), createdAt: at, updatedAt: at };
const inputHash = always('');

interface EvidenceRow extends Record<string, unknown> {
  insightId: string;
  position: number;
  document: string | null;
  variables: string | null;
  path: string | null;
}

/** What of an archive comes back here: what was said, remembered and noticed, not how replies were made. */
export const imports: Imports = {
  types: [
    {
      name: 'conversations',
      table: 'conversations',
      row: z.object({
        id: id('conversation'),
        title: text(1_000),
        archived: z.boolean(),
        contextIds: text(100_000).transform((ids) => ids.split(' ').filter(Boolean)),
        // Counted anew from its messages.
        messageCount: always(0),
        forkedFromId: id('conversation').nullable(),
        activeAt: at,
        inputHash,
        ...common,
      }),
      event: ({ id }) => ({ type: 'conversation.created', subjectId: id as string, data: {} }),
    },
    {
      name: 'messages',
      table: 'messages',
      row: z.object({
        id: id('message'),
        conversationId: id('conversation'),
        parentId: id('message').nullable(),
        ordinal: integer(1),
        depth: integer(0),
        role: text(40),
        content: text(2_000_000),
        // A reply that was being written will not be gone on with.
        status: text(40).transform((status) => (['PENDING', 'STREAMING'].includes(status) ? 'STOPPED' : status)),
        origin: text(40),
        model: text(200).nullable(),
        ...common,
      }),
      event: ({ id, conversationId }) => ({
        type: 'message.created',
        subjectId: id as string,
        data: { conversationId: conversationId as string },
      }),
    },
    {
      name: 'memories',
      table: 'memories',
      row: z.object({
        id: id('memory'),
        kind: text(40),
        text: text(10_000),
        source: text(40),
        sourceMessageId: id('message').nullable(),
        enabled: z.boolean(),
        inputHash,
        ...common,
      }),
      event: ({ id }) => ({ type: 'memory.created', subjectId: id as string, data: {} }),
    },
    {
      name: 'insights',
      table: 'insights',
      holdIds: ['subjectKey'],
      row: z.object({
        id: id('insight'),
        kind: text(40),
        title: text(1_000),
        text: text(10_000),
        origin: text(40),
        // With it the same is not noticed again; archives of old do not have it.
        subjectKey: text(1_000)
          .nullish()
          .transform((key) => key ?? null),
        evidence: always([]),
        goalIds: text(10_000).transform((ids) => ids.split(' ').filter(Boolean)),
        readAt: at.nullable(),
        dismissedAt: at.nullable(),
        ...common,
      }),
      // As made, each would be told of as news.
      event: ({ id }) => ({ type: 'insight.updated', subjectId: id as string, data: {} }),
    },
    {
      name: 'insight_evidence',
      table: 'insights',
      holdIds: ['variables'],
      row: z.object({
        insightId: id('insight'),
        position: integer(0),
        label: text(1_000),
        value: decimal.transform(String),
        unit: text(50).nullable(),
        from: date.nullable(),
        to: date.nullable(),
        objectId: text(100).nullable(),
        document: text(20_000).nullable(),
        variables: text(20_000).nullable(),
        path: text(1_000).nullable(),
      }),
      event: () => null,
      put(tx, userId, row) {
        const { insightId, position, document, variables, path, ...number } = row as unknown as EvidenceRow;
        const part = {
          ...number,
          ...(document !== null && { document }),
          ...(variables !== null && { variables }),
          ...(path !== null && { path: path.split('.') }),
        };
        return putPart(tx, { table: 'insights', column: 'evidence' }, { userId, id: insightId, position }, part);
      },
    },
  ],
  async after(tx, userId) {
    await tx.$executeRaw`
      UPDATE conversations c SET
        message_count = (SELECT coalesce(max(m.ordinal), 0) FROM messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id),
        current_message_id = (SELECT m.id FROM messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id
                              ORDER BY m.ordinal DESC LIMIT 1)
      WHERE c.user_id = ${userId} AND c.current_message_id IS NULL`;
  },
};
